"""How often one destination is asked, and whether anybody can be asked at all."""

from collections import deque

from indicia.base.clock import Clock
from indicia.base.log import get_logger

log = get_logger()

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


class WayOut:
    """Finds out that our own network lets no SMTP out: many hosts are unreachable, and none ever is.

    Providers close port 25 for most machines they rent. Every address would then cost its whole deadline, and look as
    if its mail host were down.
    """

    _HOSTS = 5
    _PAUSE_SECONDS = 300.0

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._unreached: set[str] = set()
        self._closed_until = 0.0

    @property
    def is_closed(self) -> bool:
        """Whether asking is useless at present; every five minutes somebody may try again."""
        return self._clock() < self._closed_until

    def reached(self) -> None:
        """Note that some host was connected to."""
        self._unreached.clear()
        self._closed_until = 0.0

    def missed(self, host: str) -> None:
        """Note that nobody answered at `host`."""
        self._unreached.add(host)
        if len(self._unreached) < self._HOSTS:
            return
        self._closed_until = self._clock() + self._PAUSE_SECONDS
        # The next one that is missed after the pause closes it again.
        self._unreached.pop()
        log.warning("validation.port_closed", hosts=self._HOSTS, pause_seconds=self._PAUSE_SECONDS)
