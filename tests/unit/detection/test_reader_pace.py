"""How fast a domain's readers are, codes told from newsletters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.detection.reader_pace import ReaderPace, UsualPace

SLOT = 600.0


def pace_of_codes(number):
    pace = ReaderPace()
    for slot in range(number):
        pace.note(slot * SLOT, message=slot)
        pace.note_click(slot * SLOT, is_early=True)
    return pace


def test_a_mail_without_clicks_is_taken_for_a_usual_one():
    assert round(ReaderPace().early_share(0.0), 3) == 0.076


def test_the_share_follows_the_clicks_on_mail_of_that_time():
    pace = ReaderPace()
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


def test_what_is_no_code_any_more_is_not_counted_whoever_asked_before():
    pace = pace_of_codes(20)
    asked_before = pace.early_mails(0.0)
    for message in range(100, 103):
        pace.note(19 * SLOT, message)

    assert asked_before == 1
    assert pace.early_mails(0.0) is None


@given(st.lists(st.tuples(st.integers(0, 600), st.booleans()), max_size=600))
def test_memory_is_bounded(clicks):
    pace = ReaderPace()

    for slot, is_early in clicks:
        pace.note_click(slot * SLOT, is_early=is_early)

    assert len(pace._slots) <= 256


def pace_of_a_newsletter(clicks, early, *, at=100 * SLOT):
    pace = ReaderPace()
    for message in range(5):
        pace.note(at, message)
    for number in range(clicks):
        pace.note_click(at, is_early=number < early)
    return pace


def test_a_fresh_mailing_is_expected_to_be_read_as_those_before_it():
    learned = pace_of_a_newsletter(1_000, 300).usual()

    assert ReaderPace().early_share(0.0, learned) == pytest.approx(0.3, abs=0.01)


def test_few_clicks_teach_nothing_and_many_no_more_than_half():
    assert pace_of_a_newsletter(49, 49).usual() == UsualPace()
    assert pace_of_a_newsletter(1_000, 1_000).usual().early_share == 0.5


def test_codes_are_known_from_what_was_learned_before():
    learned = pace_of_codes(30).usual()
    pace = ReaderPace()
    pace.note(0.0, message=1)

    assert pace.early_mails(0.0, learned) == 1
    for message in range(2, 5):
        pace.note(0.0, message)
    assert pace.early_mails(0.0, learned) is None


@given(st.lists(st.tuples(st.floats(-1e9, 4e9), st.integers(0, 5), st.booleans()), max_size=300))
def test_what_is_packed_says_the_same_when_it_is_unpacked(noted):
    pace = ReaderPace()
    for at, message, is_early in noted:
        pace.note(at, message)
        pace.note_click(at, is_early=is_early)

    restored = ReaderPace.unpacked(pace.packed())

    assert restored.usual() == pace.usual()
    assert restored.packed() == pace.packed()
