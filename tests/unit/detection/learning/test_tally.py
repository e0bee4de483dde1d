"""The arithmetic of reputation: forgetting, leaning on the parent, and how little a shared address is blamed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.detection.learning.distinct import how_many, with_thing
from indicia.detection.learning.tally import LIMITS, Kind, Posterior, Tally, mails_per_visit, posterior

DAY = 86_400.0
kinds = st.sampled_from(list(Kind))
evidence = st.floats(0, 1e6)


def crowd_of(count):
    seen = 0
    for thing in range(count):
        seen = with_thing(seen, hash(("somebody", thing)))
    return seen


@given(kinds, evidence, evidence, st.integers(0, 2**63 - 1), st.floats(0, 1))
def test_no_evidence_goes_beyond_the_limits_of_its_kind(kind, machines, people, crowd, parent):
    lowest, highest = LIMITS[kind]

    nats = posterior(Tally(kind, machines=machines, people=people, crowd=crowd), Posterior(parent, 0.0)).nats

    assert lowest <= nats <= highest


@given(kinds, st.floats(0, 1e4), st.floats(0, 1e4), st.floats(0, 1e4))
def test_more_evidence_for_machines_never_speaks_for_people(kind, machines, more, people):
    before = posterior(Tally(kind, machines=machines, people=people)).nats
    after = posterior(Tally(kind, machines=machines + more, people=people)).nats

    assert after >= before - 1e-9


def test_one_hidden_link_is_not_enough_to_condemn():
    assert posterior(Tally(Kind.CLIENT, machines=2.0)).nats == 0


def test_many_hidden_links_are():
    assert posterior(Tally(Kind.CLIENT, machines=40.0)).nats > 2


def test_the_more_people_share_an_address_the_less_it_is_blamed():
    alone, few, many = (
        posterior(Tally(Kind.CLIENT, machines=500.0, crowd=crowd_of(size))).nats for size in (0, 5, 200)
    )

    assert alone > few > many == 0


def test_evidence_fades_by_half_in_a_half_life():
    faded = Tally(Kind.HOST, machines=8.0, people=4.0, at=0).as_of(7 * DAY)

    assert (faded.machines, faded.people) == (4.0, 2.0)


def test_what_is_dated_earlier_fades_nothing():
    tally = Tally(Kind.HOST, machines=8.0, at=7 * DAY)

    assert tally.as_of(0.0) is tally


def test_a_thing_seen_once_is_judged_as_its_surroundings_are():
    good, bad = Posterior(0.1, -2.0), Posterior(0.9, 2.0)

    assert posterior(Tally(Kind.HOST, people=0.5), good).nats < posterior(Tally(Kind.HOST, people=0.5), bad).nats


def test_a_visit_stands_for_the_mails_that_its_machines_follow_unseen():
    assert mails_per_visit(None) == 2
    assert mails_per_visit(Tally(Kind.NETWORK, swept=96, trapped=98)) == pytest.approx(1.0)


def test_machines_that_hardly_ever_follow_hidden_links_do_not_make_a_visit_a_proof():
    assert mails_per_visit(Tally(Kind.NETWORK, swept=10_000, trapped=0)) == 4


@pytest.mark.parametrize("size", [1, 5, 20, 60])
def test_different_things_are_counted_to_a_quarter(size):
    assert how_many(crowd_of(size)) == pytest.approx(size, rel=0.25, abs=1)
