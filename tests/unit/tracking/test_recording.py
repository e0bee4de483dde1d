"""Hits on their way: durable in groups, handed over whole, and lost by nobody else's fault."""

import asyncio

import pytest

from indicia.storage.database import Statement, StorageError
from indicia.tracking import store
from indicia.tracking.model import Hit, HitKind
from indicia.tracking.recording import HitRecorder
from indicia.tracking.store import HandedHit


def hit(number):
    return Hit(number, HitKind.CLICK, 1_000.25, "192.0.2.1", "Agent/1", "GET", "{}", "https://x.example/ü", 3, "ad")


async def test_what_is_recorded_is_stored_in_its_order_when_the_future_is_done(database):
    recorder = HitRecorder(database)

    await asyncio.gather(*(recorder.record(hit(number)) for number in range(300)))

    arrived = await store.arrivals(database, 1_000)
    assert [one for arrival in arrived for one in arrival.hits] == [hit(number) for number in range(300)]
    assert len(arrived) < 20


async def test_arrivals_are_read_up_to_the_one_with_enough_hits(database):
    for number in range(0, 30, 10):
        await database.run(store.add_arrival([hit(number + each) for each in range(10)]))

    assert [len(await store.arrivals(database, most)) for most in (1, 10, 11, 20, 1_000)] == [1, 1, 2, 2, 3]


async def test_who_hangs_up_takes_nobody_along(database):
    recorder = HitRecorder(database)
    gone, waiting = recorder.record(hit(1)), recorder.record(hit(2))

    gone.cancel()
    await waiting

    (arrival,) = await store.arrivals(database, 10)
    assert len(arrival.hits) == 2


async def test_a_hit_that_cannot_be_stored_says_so_and_the_next_one_is(database):
    recorder = HitRecorder(database)
    await database.run(rename("tracking_arrivals", "elsewhere"))

    with pytest.raises(StorageError):
        await recorder.record(hit(1))
    await database.run(rename("elsewhere", "tracking_arrivals"))
    await recorder.record(hit(2))

    (arrival,) = await store.arrivals(database, 10)
    assert arrival.hits == [hit(2)]


async def test_a_hit_is_read_back_as_it_was_recorded_once_detection_has_it(database):
    await HitRecorder(database).record(hit(1))
    arrived = await store.arrivals(database, 10)

    await database.run(store.hand_over(arrived, [HandedHit("r1", 0, "event-1", hit(1))]))

    assert await store.arrivals(database, 10) == []
    (stored,) = (await store.hits_of_request(database, "r1")).values()
    assert (stored.hit, stored.event_id, stored.is_bot) == (hit(1), "event-1", None)


def rename(old, new):
    yield Statement(f"ALTER TABLE {old} RENAME TO {new}")
