"""What becomes of a delivery after an attempt."""

import re
from dataclasses import dataclass
from enum import StrEnum

from indicia.base.clock import read_date
from indicia.net.model import Answered, Failure

# Seconds from one attempt to the next; some 52 hours in all.
SCHEDULE_SECONDS = (5, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400)
MOST_ATTEMPTS = len(SCHEDULE_SECONDS) + 1
# Each wait is stretched or shortened by up to a fifth, so that what failed together does not return together.
JITTER = 0.2

_SECONDS = re.compile(r"[0-9]{1,10}")
# How long a `Retry-After` may put off even an early attempt.
_MOST_PATIENCE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it."""


class Cause(StrEnum):
    """What made a dead letter of a delivery."""

    REFUSED = "refused"
    """The egress guard lets nothing out to its URL."""
    STOPPED = "stopped"
    """The receiver asked for no more attempts at this one."""
    EXHAUSTED = "exhausted"
    """All attempts failed."""
    DISABLED = "disabled"
    """Its URL is disabled."""
    UNSUBSCRIBED = "unsubscribed"
    """Its URL is subscribed to this no more."""


@dataclass(frozen=True, slots=True)
class Stop:
    """No attempt will follow; the delivery is kept as a dead letter with `reason`, a text for customers."""

    cause: Cause
    reason: str


@dataclass(frozen=True, slots=True)
class DisableUrl:
    """The receiver wants nothing more at this URL, this delivery included."""

    reason: str


@dataclass(frozen=True, slots=True)
class RetryAt:
    """Try again from `due_at` (unix seconds) on."""

    due_at: float


Decision = Delivered | Stop | DisableUrl | RetryAt


def decide(outcome: Answered | Failure, *, attempt: int, now: float, chance: float) -> Decision:
    """Judge the outcome of the `attempt`-th attempt (from 1), which ended at `now`.

    Args:
        outcome: The receiver's answer, or where it broke off.
        attempt: How many attempts were made, this one included.
        now: Unix seconds.
        chance: A random number in 0..1, for the jitter.
    """
    if outcome is Failure.REFUSED:
        return Stop(Cause.REFUSED, "the URL leads to an address that may not be called")
    if isinstance(outcome, Answered):
        if 200 <= outcome.status < 300:
            return Delivered()
        if outcome.status == 410:
            return DisableUrl("the receiver has switched this URL off (410)")
        # 406 is Mailgun's way to say so, the header is Svix's.
        if outcome.status == 406 or outcome.headers.get("webhook-delivery") == "abort-message":
            return Stop(Cause.STOPPED, f"the receiver answered {outcome.status} and asked for no more attempts")
    if attempt >= MOST_ATTEMPTS:
        return Stop(Cause.EXHAUSTED, f"{attempt} attempts failed, the last with {_described(outcome)}")
    return RetryAt(now + _delay(outcome, SCHEDULE_SECONDS[attempt - 1], now, chance))


def _delay(outcome: Answered | Failure, base: float, now: float, chance: float) -> float:
    planned = base * (1 - JITTER + 2 * JITTER * chance)
    asked = _retry_after(outcome.headers.get("Retry-After"), now) if isinstance(outcome, Answered) else None
    if asked is None:
        return planned
    # A receiver may ask for patience, but neither for haste nor to be forgotten.
    return min(max(asked, base, planned), max(2 * base, _MOST_PATIENCE_SECONDS))


def _retry_after(value: str | None, now: float) -> float | None:
    """Read RFC 9110 10.2.3: seconds or a date; None for anything else."""
    if value is None:
        return None
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        return read_date(value) - now
    except ValueError:
        return None


def _described(outcome: Answered | Failure) -> str:
    return f"status {outcome.status}" if isinstance(outcome, Answered) else f"failure: {outcome}"
