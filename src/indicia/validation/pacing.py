"""How often one destination is asked."""

from collections import deque

from indicia.base.clock import Clock

_PERIOD_SECONDS = 60.0
_SWEEP_AT = 10_000


class Pacing:
    """Books questions so that no destination gets more than `per_minute` in any 60 seconds."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._booked: dict[str, deque[float]] = {}

    def book(self, site: str, within: float) -> float | None:
        """Book the next free moment and answer the seconds until then; None, nothing booked, if not `within` these."""
        now = self._clock()
        wait = self.wait(site)
        if wait > within:
            return None
        if site not in self._booked and len(self._booked) >= _SWEEP_AT:
            self._sweep(now)
        self._booked.setdefault(site, deque(maxlen=self._per_minute)).append(now + wait)
        return wait

    def wait(self, site: str) -> float:
        """Answer the seconds until `site` may be asked again."""
        booked = self._booked.get(site)
        if booked is None or len(booked) < self._per_minute:
            return 0.0
        return max(0.0, booked[0] + _PERIOD_SECONDS - self._clock())

    def _sweep(self, now: float) -> None:
        self._booked = {site: booked for site, booked in self._booked.items() if booked[-1] > now - _PERIOD_SECONDS}
