from hypothesis import given
from hypothesis import strategies as st

from indicia.aggregates.recent import Recent


def test_what_was_put_is_found():
    recent: Recent[str, int] = Recent(4)

    recent.put("a", 1)

    assert recent.get("a") == 1
    assert recent.get("b") is None


def test_obtain_makes_a_value_once():
    recent: Recent[str, list[int]] = Recent(4)

    recent.obtain("a", list).append(1)
    recent.obtain("a", list).append(2)

    assert recent.get("a") == [1, 2]


def test_what_is_used_outlives_what_is_not():
    recent: Recent[int, str] = Recent(10)
    recent.put(-1, "used")
    recent.put(-2, "unused")

    for key in range(100):
        recent.put(key, "passing")
        recent.get(-1)

    assert recent.get(-1) == "used"
    assert recent.get(-2) is None


@given(st.lists(st.integers(0, 50)), st.integers(2, 20))
def test_memory_is_bounded_and_the_latest_half_is_always_there(keys, capacity):
    recent: Recent[int, int] = Recent(capacity)

    for key in keys:
        recent.put(key, key)

    assert len(recent) <= capacity
    latest = list(dict.fromkeys(reversed(keys)))[: capacity // 2]
    assert all(recent.get(key) == key for key in latest)
