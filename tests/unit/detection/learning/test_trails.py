"""Where recipients came from, kept small."""

from hypothesis import given
from hypothesis import strategies as st

from indicia.datasets.model import Network, NetworkClass
from indicia.detection.learning.habits import even_delay, is_restless
from indicia.detection.learning.trails import (
    LONGEST_TRAIL,
    NO_DELAY,
    VISIT_SECONDS,
    TrailKey,
    Trails,
    Visit,
    unpacked,
    visit_of,
)
from indicia.detection.model import Action, Interaction, Scope

SCOPE = Scope(1, 2)
HOME = Network(NetworkClass.EYEBALL, asn=7922)
KEY = TrailKey(2, 99)


def click(**fields):
    return Interaction(
        ip="10.11.1.1", uas="x", recipient_id="r", ts=1_795_410_000.5, message_ts=1_795_400_000.0, **fields
    )


def trail(*visits):
    trails = Trails(10)
    for visit in visits:
        trails.note(KEY, visit)
    return unpacked(trails.snapshot()[KEY])


visits = st.builds(
    Visit,
    at=st.integers(1, 2**32 - 1),
    delay=st.integers(-(2**31), 2**31 - 1),
    block=st.integers(0, 2**32 - 1),
    asn=st.integers(0, 2**32 - 1),
)


@given(st.lists(visits, min_size=1, max_size=40))
def test_a_trail_keeps_its_latest_visits_in_order_of_time(noted):
    kept = trail(*noted)

    assert len(kept) <= LONGEST_TRAIL
    assert set(kept) <= set(noted)
    assert [visit.at for visit in kept] == sorted(visit.at for visit in kept)


@given(st.lists(visits, min_size=1, max_size=10))
def test_learning_the_same_visits_twice_changes_nothing(noted):
    assert trail(*trail(*noted)) == trail(*noted)


def test_clicks_of_half_an_hour_are_one_visit():
    first = Visit(10_000, NO_DELAY, 1, 7922)

    assert trail(first, first._replace(at=10_000 + VISIT_SECONDS - 1, block=2)) == [first]


def test_a_click_from_home_leaves_a_trail():
    key, visit = visit_of(SCOPE, click(), HOME)

    assert key.domain_id == 2
    assert (visit.at, visit.delay, visit.asn) == (1_795_410_000, 10_000, 7922)


def test_what_comes_from_no_home_leaves_none():
    for network_class in (NetworkClass.HOSTING, NetworkClass.RELAY, NetworkClass.SECURE_WEB_GATEWAY, NetworkClass.VPN):
        assert visit_of(SCOPE, click(), Network(network_class)) is None


def test_openings_and_what_names_no_recipient_or_time_leave_none():
    assert visit_of(SCOPE, click(action=Action.OPEN), HOME) is None
    assert visit_of(SCOPE, Interaction(ip="10.11.1.1", recipient_id="r"), HOME) is None
    assert visit_of(SCOPE, Interaction(ip="10.11.1.1", ts=1_795_410_000.0), HOME) is None


def test_the_recipients_who_came_longest_ago_are_forgotten():
    trails = Trails(3)

    for recipient in (1, 2, 3, 1, 4):
        trails.note(TrailKey(1, recipient), Visit(10_000 * recipient, NO_DELAY, 1, 1))

    assert {key.recipient for key in trails.snapshot()} == {1, 3, 4}


def test_restored_trails_are_as_they_were():
    trails, restored = Trails(10), Trails(10)
    for recipient in range(5):
        trails.note(TrailKey(1, recipient), Visit(10_000, 5, 1, 1))

    restored.restore(trails.changed())

    assert restored.snapshot() == trails.snapshot()
    assert restored.changed() == []


def at_home(block, asn=7922, *, delay=NO_DELAY):
    return Visit(0, delay, block, asn)


def test_who_never_returns_to_a_network_is_restless():
    assert is_restless([at_home(block, asn=block) for block in range(8)])


def test_a_phone_changes_its_block_but_not_its_carrier():
    assert not is_restless([at_home(block, asn=20057) for block in range(8)])


def test_home_work_and_phone_are_not_restless():
    assert not is_restless([at_home(block, asn=block) for block in (1, 2, 1, 3, 1, 2)])


def test_two_visits_tell_nothing():
    assert not is_restless([at_home(1, 1), at_home(2, 2)])


def test_clicks_that_always_come_after_the_same_time_are_even():
    assert even_delay([at_home(1, delay=7_200 + jitter) for jitter in (-9, 4, 0, 12, -3)]) is not None


def test_a_reader_at_breakfast_is_not_even():
    assert even_delay([at_home(1, delay=7_200 + jitter) for jitter in (-900, 400, 0, 1_200, -300)]) is None


def test_codes_are_clicked_within_a_minute_by_people():
    assert even_delay([at_home(1, delay=30) for _ in range(6)]) is None
