from hypothesis import given
from hypothesis import strategies as st

from indicia.aggregates.sightings import Sightings


def test_a_thing_seen_twice_is_one_thing():
    sightings = Sightings(10)

    sightings.note(1, at=100)
    sightings.note(1, at=101)
    sightings.note(2, at=102)

    assert sightings.count(101, within=10) == 2


def test_the_window_reaches_both_ways():
    sightings = Sightings(10)
    for thing in range(10):
        sightings.note(thing, at=float(thing))

    assert sightings.count(5, within=2) == 5


def test_one_thing_can_be_left_out():
    sightings = Sightings(10)
    sightings.note(1, at=0)
    sightings.note(2, at=0)

    assert sightings.count(0, within=1, other_than=1) == 1


@given(st.lists(st.tuples(st.integers(), st.floats(0, 1e9)), max_size=100))
def test_memory_is_bounded_and_the_count_exact_up_to_the_limit(seen):
    sightings = Sightings(16)

    for thing, at in seen:
        sightings.note(thing, at)

    distinct = len({thing for thing, _ in seen})
    assert len(sightings) == min(16, distinct)
    assert sightings.count(0, within=1e9) == min(16, distinct)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.floats(0, 100), st.integers(0, 40)), max_size=60),
    st.tuples(st.floats(0, 100), st.floats(0, 60)),
    st.none() | st.integers(0, 12),
)
def test_the_count_is_that_of_looking_at_each(seen, window, other_than):
    around, within = window
    sightings, plain = Sightings(6), {}
    for thing, at, forgotten in seen:
        sightings.note(thing, at)
        if thing not in plain and len(plain) >= 6:
            del plain[next(iter(plain))]
        plain[thing] = at
        sightings.forget(forgotten)
        plain.pop(forgotten, None)
        # Counting in between must not change what is counted later.
        sightings.count(around, within)

    expected = [thing for thing, at in plain.items() if around - within <= at <= around + within]
    assert sightings.count(around, within, other_than=other_than) == len([x for x in expected if x != other_than])
    assert len(sightings) == len(plain)


def test_what_is_forgotten_was_never_seen():
    sightings = Sightings(10)
    sightings.note(1, at=100)
    sightings.note(2, at=900)

    sightings.forget(1)
    sightings.forget(3)

    assert sightings.count(500, within=1_000) == 1
    assert sightings.count(900, within=50) == 1
    assert sightings.count(100, within=50) == 0


def test_all_can_be_forgotten():
    sightings = Sightings(10)
    sightings.note(1, at=100)

    sightings.forget(1)

    assert sightings.count(200, within=50) == 0
    assert sightings.count(150, within=100) == 0
