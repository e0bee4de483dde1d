"""The queue: at least once, one holder at a time, lanes taking turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.queue.jobs import Jobs, divided
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from tests.doubles.clock import FakeClock

KIND = "chore"


@pytest.fixture
async def clock():
    return FakeClock()


@pytest.fixture
async def database(tmp_path, clock):
    database = SqliteDatabase(tmp_path / "store.sqlite3")
    await migrate(database, clock)
    yield database
    await database.close()


@pytest.fixture
async def jobs(database, clock):
    return Jobs(database, clock)


async def _claim(jobs, *, limit=100, room_of=lambda _: 100, lease_seconds=30.0):
    def rooms(lanes):
        return {lane: room_of(lane) for lane in lanes}

    wanted = await jobs.due(KIND, rooms=rooms, limit=limit)
    return await jobs.claim(KIND, wanted, lease_seconds=lease_seconds)


async def test_a_job_is_claimed_by_one_worker_alone(database, jobs):
    await database.run(jobs.enqueue(KIND, "lane", b"work"))

    first, second = await _claim(jobs), await _claim(jobs)

    assert [job.payload for job in first] == [b"work"]
    assert second == []


async def test_a_finished_job_is_gone(database, jobs, clock):
    await database.run(jobs.enqueue(KIND, "lane", b"work"))
    (job,) = await _claim(jobs)

    assert await database.run(jobs.finish(job)) is True

    clock.advance(3600)
    assert await _claim(jobs) == []


async def test_a_job_whose_worker_died_comes_due_again_and_counts_the_attempt(database, jobs, clock):
    await database.run(jobs.enqueue(KIND, "lane", b"work"))
    await _claim(jobs, lease_seconds=30)

    clock.advance(31)
    (again,) = await _claim(jobs)

    assert again.attempts == 2


async def test_a_worker_that_lost_its_lease_cannot_finish_retry_or_bury(database, jobs, clock):
    await database.run(jobs.enqueue(KIND, "lane", b"work"))
    (late,) = await _claim(jobs, lease_seconds=30)
    clock.advance(31)
    (owner,) = await _claim(jobs)

    assert await database.run(jobs.finish(late)) is False
    assert await database.run(jobs.retry(late, clock())) is False
    assert await database.run(jobs.bury(late, "late")) is False
    assert await database.run(jobs.finish(owner)) is True


async def test_a_retried_job_keeps_its_attempts_and_a_released_one_does_not(database, jobs, clock):
    await database.run(jobs.enqueue(KIND, "lane", b"work"))
    (job,) = await _claim(jobs)
    await database.run(jobs.retry(job, clock() + 5))

    assert await _claim(jobs) == []
    clock.advance(5)
    (job,) = await _claim(jobs)
    assert job.attempts == 2

    await database.run(jobs.release(job, clock()))
    (job,) = await _claim(jobs)
    assert job.attempts == 2


async def test_a_job_is_not_claimed_before_it_is_due(database, jobs, clock):
    await database.run(jobs.enqueue(KIND, "lane", b"work", due_at=clock() + 60))

    assert await _claim(jobs) == []
    clock.advance(60)
    assert len(await _claim(jobs)) == 1


async def test_a_full_lane_waits_while_others_are_served(database, jobs):
    for number in range(50):
        await database.run(jobs.enqueue(KIND, "busy", b"%d" % number))
    await database.run(jobs.enqueue(KIND, "idle", b"other"))

    claimed = await _claim(jobs, room_of=lambda lane: 0 if lane == "busy" else 5)

    assert [job.lane for job in claimed] == ["idle"]


async def test_lanes_share_a_limit_and_take_turns(database, jobs):
    for lane in ("a", "b", "c"):
        for _ in range(10):
            await database.run(jobs.enqueue(KIND, lane, b"work"))

    shared = await _claim(jobs, limit=6)
    turns = [(await _claim(jobs, limit=1))[0].lane for _ in range(6)]

    assert sorted(job.lane for job in shared) == ["a", "a", "b", "b", "c", "c"]
    assert turns == ["a", "b", "c", "a", "b", "c"]


async def test_what_a_quiet_lane_leaves_goes_to_the_others(database, jobs):
    await database.run(jobs.enqueue(KIND, "a", b"work"))
    for _ in range(10):
        await database.run(jobs.enqueue(KIND, "b", b"work"))

    claimed = await _claim(jobs, limit=8, room_of=lambda lane: 1 if lane == "a" else 100)

    assert [job.lane for job in claimed].count("b") == 7


async def test_a_buried_job_is_never_claimed_again(database, jobs, clock):
    await database.run(jobs.enqueue(KIND, "lane", b"work"))
    (job,) = await _claim(jobs)

    await database.run(jobs.bury(job, "no use"))

    clock.advance(3600)
    assert await _claim(jobs) == []
    assert await database.fetch("SELECT payload, reason FROM dead_jobs") == [(b"work", "no use")]


async def test_a_lane_waits_since_its_oldest_due_job(database, jobs, clock):
    began = clock()
    await database.run(jobs.enqueue(KIND, "late", b"work", due_at=began + 60))
    await database.run(jobs.enqueue(KIND, "lane", b"work"))
    clock.advance(10)
    await database.run(jobs.enqueue(KIND, "lane", b"work"))

    waiting = await jobs.waiting_since(KIND)
    await _claim(jobs)

    assert waiting == {"lane": began}
    assert await jobs.waiting_since(KIND) == {}


@given(st.dictionaries(st.text(max_size=3), st.integers(-2, 50), max_size=30), st.integers(-2, 200))
def test_a_limit_reaches_as_many_lanes_as_it_can(rooms, limit):
    shares = divided(rooms, limit)

    assert all(0 < share <= rooms[lane] for lane, share in shares.items())
    assert sum(shares.values()) <= max(limit, 0)
    assert len(shares) == min(max(limit, 0), sum(room > 0 for room in rooms.values()))


async def test_an_announcement_ends_the_wait(jobs):
    jobs.announce(KIND)

    await jobs.wait(KIND, 3600)
