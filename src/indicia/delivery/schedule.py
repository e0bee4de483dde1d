"""When a deferred copy is tried again."""

from typing import NamedTuple

# Contract 4; the last wait repeats.
DEFAULT_WAITS_SECONDS = (30.0, 120.0, 600.0, 1800.0, 3600.0, 7200.0, 14_400.0, 21_600.0)
# Each wait is stretched or shortened by up to a fifth, so that what failed together does not return together.
JITTER = 0.2


class RetrySchedule(NamedTuple):
    """Seconds from one attempt to the next."""

    waits_seconds: tuple[float, ...] = DEFAULT_WAITS_SECONDS

    def due_at(self, number: int, *, now: float, expires_at: float, chance: float) -> float | None:
        """Answer when to try again after attempt `number` (from 1) was deferred at `now`; None for not any more.

        The last attempt is made when the copy expires, whatever the schedule says.

        Args:
            number: How many attempts were made.
            now: Unix seconds; `expires_at` likewise.
            expires_at: When delivery is given up.
            chance: A random number in 0..1, for the jitter.
        """
        if now >= expires_at:
            return None
        wait = self.waits_seconds[min(number, len(self.waits_seconds)) - 1]
        return min(now + wait * (1 - JITTER + 2 * JITTER * chance), expires_at)


def parse_schedule(text: str) -> RetrySchedule:
    """Read seconds, comma separated.

    Raises:
        ValueError: It is no list of at least one positive number.
    """
    try:
        waits = tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise ValueError(f"must be seconds, comma separated, such as 30,120,600, not {text!r}") from error
    if not all(0 < wait <= 7 * 86_400 for wait in waits):
        raise ValueError("each wait must be more than 0 seconds and at most a week")
    return RetrySchedule(waits)
