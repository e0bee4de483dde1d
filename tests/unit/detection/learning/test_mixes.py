"""What a sending domain's own prior moves by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.detection.learning.mixes import HIGHEST, LOWEST, Mix, Mixes, prior_shift

AT = 1_795_410_000.0
DAY = 86_400.0


def test_a_new_domain_has_the_usual_prior():
    assert prior_shift(Mix()) == pytest.approx(0)


def test_a_domain_whose_readers_come_back_owes_them_more():
    assert prior_shift(Mix(mails=200, swept=1, returns=100)) == LOWEST


def test_a_domain_whose_hidden_links_are_followed_in_most_mails_owes_less():
    assert prior_shift(Mix(mails=300, trapped=150)) > 0.4


def test_hidden_links_of_a_few_mails_among_many_change_nothing():
    assert prior_shift(Mix(mails=1_000, trapped=100)) == 0


def test_a_few_mails_prove_nothing_though_all_of_them_were_trapped():
    assert prior_shift(Mix(mails=3, trapped=3)) == 0


def test_where_both_are_seen_much_nothing_is_known():
    assert prior_shift(Mix(mails=1_000, trapped=80, swept=60, returns=300)) == 0


def test_mails_that_are_swept_without_their_hidden_links_being_followed_make_a_visit_stand_for_more():
    assert Mix(swept=96, swept_trapped=98).mails_per_visit == pytest.approx(1.0)
    assert Mix(swept=100, swept_trapped=50).mails_per_visit == pytest.approx(2.0, rel=0.01)
    assert Mix(swept=10_000).mails_per_visit == 4


counts = st.floats(0, 1e6)


@given(counts, counts, counts, counts, counts)
def test_the_prior_stays_within_its_bounds(mails, trapped, swept, swept_trapped, returns):
    assert LOWEST <= prior_shift(Mix(mails, trapped, swept, swept_trapped, returns)) <= HIGHEST


@given(counts, counts, counts, counts)
def test_more_readers_who_come_back_never_make_a_machine_likelier(mails, trapped, swept, returns):
    before = prior_shift(Mix(mails=mails, trapped=trapped, swept=swept, returns=returns))

    assert prior_shift(Mix(mails=mails, trapped=trapped, swept=swept, returns=returns + 10)) <= before


def test_evidence_fades():
    mix = Mix(mails=300, trapped=150, at=AT).as_of(AT + 30 * DAY)

    assert (mix.mails, mix.trapped) == (150, 75)
    assert prior_shift(mix.as_of(AT + 365 * DAY)) == 0


def test_a_mail_counts_once_however_often_it_is_followed():
    mixes = Mixes(10)
    for _ in range(9):
        mixes.note_mails(1, [7, 8], at=AT)

    assert dict(mixes.changed())[1].mails == 2


def test_the_domains_heard_of_longest_ago_are_forgotten():
    mixes = Mixes(10)
    for domain_id in range(30):
        mixes.note_mails(domain_id, [domain_id], at=AT)

    assert [domain_id for domain_id, _ in sorted(mixes.changed())] == list(range(20, 30))
