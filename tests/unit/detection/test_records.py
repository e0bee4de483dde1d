from hypothesis import given
from hypothesis import strategies as st

from indicia.detection.records import Crush, PaceRecord

SLOT = 600.0


def pace_of_codes(number):
    pace = PaceRecord()
    for slot in range(number):
        pace.note(slot * SLOT, message=slot)
        pace.note_click(slot * SLOT, is_early=True)
    return pace


def test_a_mail_without_clicks_is_taken_for_a_usual_one():
    assert round(PaceRecord().early_share(0.0), 3) == 0.076


def test_the_share_follows_the_clicks_on_mail_of_that_time():
    pace = PaceRecord()
    for _ in range(90):
        pace.note_click(5 * SLOT, is_early=True)

    assert pace.early_share(5 * SLOT + 1) > 0.9
    assert pace.early_share(7 * SLOT) < 0.1


def test_codes_are_told_from_newsletters_once_there_are_enough():
    pace = pace_of_codes(19)

    assert pace.early_mails(0.0) is None
    pace.note(19 * SLOT, message=19)
    pace.note_click(19 * SLOT, is_early=True)
    assert pace.early_mails(0.0) == 1
    pace.note_click(19 * SLOT, is_early=False)
    assert pace.early_mails(0.0) == 0.95


def test_a_mail_that_went_out_with_many_others_is_no_code():
    pace = pace_of_codes(30)
    for message in range(100, 103):
        pace.note(50 * SLOT, message)

    assert pace.early_mails(29 * SLOT) == 1
    assert pace.early_mails(50 * SLOT) is None


@given(st.lists(st.tuples(st.integers(0, 600), st.booleans()), max_size=600))
def test_memory_is_bounded(clicks):
    pace = PaceRecord()

    for slot, is_early in clicks:
        pace.note_click(slot * SLOT, is_early=is_early)

    assert len(pace._slots) <= 256


def test_undated_interactions_count_together_for_a_minute():
    crush = Crush()
    for received_at in (0.0, 1.0, 59.0, 100.0):
        crush.note(received_at)

    assert crush.count(100.0) == 1
    assert crush.count(500.0) == 0
