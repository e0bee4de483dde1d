"""Rate limits by the generic cell rate algorithm: one number per caller says when its allowance is whole again.

Source: ITU-T I.371; a limit of n per period allows a burst of n, then one each period/n, with no window's edge.
"""

from typing import NamedTuple

from indicia.base.clock import Clock

# Callers whose allowance is whole again are forgotten at this many, so idle ones take no memory.
_SWEEP_AT = 50_000


class Limit(NamedTuple):
    """`quota` in every `seconds`; `name` tells clients which limit it is."""

    name: str
    quota: int
    seconds: float


class Allowance(NamedTuple):
    """What the limit said: whether the caller may go on, and how much is left.

    `retry_after` is in seconds, 0 when allowed; `reset_after` is when the allowance is whole again.
    """

    limit: Limit
    allowed: bool
    remaining: int
    retry_after: float
    reset_after: float


class RateLimits:
    """The allowances of all callers, in this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._whole_at: dict[tuple[str, str], float] = {}

    def take(self, limit: Limit, caller: str) -> Allowance:
        """Use one of `caller`'s allowance under `limit`, if any is left."""
        now = self._clock()
        key = (limit.name, caller)
        spacing = limit.seconds / limit.quota
        whole_at = max(self._whole_at.get(key, now), now) + spacing
        over = whole_at - now - limit.seconds
        # A billionth of the period absorbs the rounding of adding the spacing quota times.
        if over > limit.seconds * 1e-9:
            return Allowance(limit, allowed=False, remaining=0, retry_after=over, reset_after=whole_at - spacing - now)
        if key not in self._whole_at and len(self._whole_at) >= _SWEEP_AT:
            self._sweep(now)
        self._whole_at[key] = whole_at
        remaining = _whole(limit, whole_at - now)
        return Allowance(limit, allowed=True, remaining=remaining, retry_after=0.0, reset_after=whole_at - now)

    def left(self, limit: Limit, caller: str) -> int:
        """Answer how often `caller` could take from its allowance under `limit` right now."""
        now = self._clock()
        used = max(self._whole_at.get((limit.name, caller), now) - now, 0.0)
        return _whole(limit, used)

    def _sweep(self, now: float) -> None:
        self._whole_at = {key: whole_at for key, whole_at in self._whole_at.items() if whole_at > now}


def _whole(limit: Limit, used_seconds: float) -> int:
    """Count what is left whole of `limit` after so many of its seconds are used."""
    return int((limit.seconds - used_seconds) / limit.seconds * limit.quota + 1e-6)
