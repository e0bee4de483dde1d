from hypothesis import given
from hypothesis import strategies as st

from indicia.detection.records import PaceRecord

SLOT = 600.0


def test_a_mail_without_clicks_is_taken_for_a_usual_one():
    assert round(PaceRecord().early_share(0.0), 3) == 0.076


def test_the_share_follows_the_clicks_on_mail_of_that_time():
    pace = PaceRecord()
    for _ in range(90):
        pace.note(5 * SLOT, is_early=True)

    assert pace.early_share(5 * SLOT + 1) > 0.9
    assert pace.early_share(7 * SLOT) < 0.1


def test_codes_are_told_from_newsletters_once_there_are_enough():
    pace = PaceRecord()
    for slot in range(19):
        pace.note(slot * SLOT, is_early=True)

    assert pace.early_mails() is None
    pace.note(19 * SLOT, is_early=True)
    assert pace.early_mails() == 1
    pace.note(19 * SLOT, is_early=False)
    assert pace.early_mails() == 0.95


@given(st.lists(st.tuples(st.integers(0, 300), st.booleans()), max_size=600))
def test_the_running_count_is_that_of_the_slots(clicks):
    pace = PaceRecord()

    for slot, is_early in clicks:
        pace.note(slot * SLOT, is_early=is_early)

    slots = pace._slots.values()
    assert len(slots) <= 128
    if len(slots) >= 20:
        assert pace.early_mails() == sum(early == all_clicks for early, all_clicks in slots) / len(slots)
