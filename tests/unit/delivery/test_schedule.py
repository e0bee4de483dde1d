import pytest

from indicia.delivery.schedule import RetrySchedule, parse_schedule

NOW = 1_790_000_000.0
FAR = NOW + 72 * 3600


def wait(number: int, chance: float = 0.5, expires_at: float = FAR) -> float | None:
    due_at = RetrySchedule().due_at(number, now=NOW, expires_at=expires_at, chance=chance)
    return None if due_at is None else round(due_at - NOW, 3)


def test_waits_grow_and_the_last_one_repeats():
    waits = [wait(number) for number in range(1, 11)]

    assert waits == [30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 21_600, 21_600]


@pytest.mark.parametrize(("chance", "expected"), [(0.0, 24.0), (1.0, 36.0)])
def test_jitter_is_a_fifth_either_way(chance, expected):
    assert wait(1, chance) == expected


def test_the_last_attempt_is_made_when_the_copy_expires():
    assert wait(8, expires_at=NOW + 100) == 100


def test_nothing_follows_an_attempt_after_expiry():
    assert wait(1, expires_at=NOW) is None


def test_a_schedule_is_read_from_its_setting():
    assert parse_schedule("1, 2.5,3").waits_seconds == (1.0, 2.5, 3.0)


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "1,,2", "nan", "1e9"])
def test_a_schedule_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match="must be"):
        parse_schedule(text)
