"""No destination is asked above its limit, however many processes ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.validation.pacing import PERIOD_SECONDS, Booking, Pacing
from indicia.validation.store import forget_questions
from tests.doubles.clock import FakeClock


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(path)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pacing") / "store.sqlite3"

    async def make() -> None:
        async with opened(path) as database:
            await migrate(database, FakeClock())

    asyncio.run(make())
    return path


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 90), st.booleans()), max_size=30), st.integers(1, 8), st.uuids().map(str))
def test_no_60_seconds_have_more_questions_than_allowed_of_two_processes_together(store, pauses, per_minute, site):
    clock = FakeClock(1_800_000_000.0)

    async def ask() -> list[float]:
        async with opened(store) as one, opened(store) as other:
            pacings = Pacing(one, per_minute, clock), Pacing(other, per_minute, clock)
            asked = []
            for pause, is_other in pauses:
                clock.advance(pause)
                booking = await pacings[is_other].book(site, 600)
                if booking.is_booked:
                    asked.append(clock() + booking.wait_seconds)
            return asked

    asked = asyncio.run(ask())

    assert asked == sorted(asked)
    assert all(
        later - earlier >= PERIOD_SECONDS - 1e-6 for earlier, later in zip(asked, asked[per_minute:], strict=False)
    )


async def test_what_cannot_be_asked_in_time_is_not_booked(store):
    async with opened(store) as database:
        pacing = Pacing(database, 1, FakeClock(1_800_000_000.0))

        assert await pacing.book("mx.example", 0) == Booking(0, is_booked=True)
        assert await pacing.book("mx.example", 59) == Booking(60, is_booked=False)
        assert await pacing.book("other.example", 0) == Booking(0, is_booked=True)
        assert await pacing.book("mx.example", 60) == Booking(60, is_booked=True)


async def test_forgetting_what_was_asked_a_minute_ago_changes_nothing(store):
    clock = FakeClock(1_800_000_000.0)
    async with opened(store) as database:
        pacing = Pacing(database, 2, clock)
        await pacing.book("kept.example", 0)
        clock.advance(30)
        await pacing.book("kept.example", 0)
        clock.advance(31)
        await database.run(forget_questions(clock() - PERIOD_SECONDS))

        assert await pacing.book("kept.example", 60) == Booking(0, is_booked=True)
        assert await pacing.book("kept.example", 60) == Booking(29, is_booked=True)
