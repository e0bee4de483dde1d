"""How often one destination is asked, by all processes of an installation together."""

from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.storage.database import Database, Steps
from indicia.validation import store

PERIOD_SECONDS = 60.0


class Booking(NamedTuple):
    """When a destination may be asked, in seconds from now, and whether that moment is kept for whoever wanted it."""

    wait_seconds: float
    is_booked: bool


class Pacing:
    """Books questions so that no destination gets more than `per_minute` in any 60 seconds."""

    def __init__(self, database: Database, per_minute: int, clock: Clock) -> None:
        self._database = database
        self._per_minute = per_minute
        self._clock = clock

    async def book(self, site: str, within: float) -> Booking:
        """Book the next free moment, unless it is not `within` these seconds.

        Raises:
            StorageError: Nothing is booked.
        """
        return await self._database.run(self._steps(site, within))

    def _steps(self, site: str, within: float) -> Steps[Booking]:
        now = self._clock()
        booked = yield from store.last_questions(site, self._per_minute)
        is_full = len(booked) == self._per_minute
        wait = max(0.0, min(booked) + PERIOD_SECONDS - now) if is_full else 0.0
        if wait > within:
            return Booking(wait, is_booked=False)
        yield from store.insert_question(site, now + wait)
        return Booking(wait, is_booked=True)
