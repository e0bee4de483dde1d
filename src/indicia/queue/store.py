"""The jobs tables. Every write is a step of a transaction, so a job is enqueued together with its data."""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from indicia.queue.model import Job, LaneBacklog
from indicia.storage.database import Database, Row, Statement, Steps

# A loose index scan: one look-up per lane, however long the lanes are.
_LANES_WITH_DUE_JOBS = """
    WITH RECURSIVE lanes (lane, oldest) AS (
        SELECT * FROM (SELECT lane, due_at FROM jobs WHERE kind = $1 ORDER BY lane, due_at LIMIT 1) AS first
        UNION ALL
        SELECT jobs.lane, jobs.due_at FROM lanes JOIN jobs ON jobs.id = (
            SELECT id FROM jobs WHERE kind = $1 AND jobs.lane > lanes.lane ORDER BY lane, due_at LIMIT 1
        )
    )
    SELECT lane, oldest FROM lanes WHERE oldest <= $2
"""

# PostgreSQL's storage puts FOR UPDATE SKIP LOCKED where the marker stands; SQLite has one writer and needs none.
_CLAIM = """
    UPDATE jobs SET lease = $1, due_at = $2, attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM jobs WHERE kind = $3 AND lane = $4 AND due_at <= $5
        ORDER BY due_at LIMIT $6 /* skip locked */
    )
    RETURNING id, kind, lane, payload, attempts, created_at, lease
"""


def insert_job(kind: str, lane: str, payload: bytes, *, due_at: float, now: float) -> Steps[int]:
    """Store a job that no worker claims before `due_at`; answer its id."""
    rows = yield Statement(
        """
        INSERT INTO jobs (kind, lane, due_at, attempts, payload, created_at)
        VALUES ($1, $2, $3, 0, $4, $5) RETURNING id
        """,
        (kind, lane, due_at, payload, now),
    )
    return cast(int, rows[0][0])


async def lanes_with_due_jobs(database: Database, kind: str, now: float) -> dict[str, float]:
    """Answer the lanes of `kind` that have a job due, in alphabetical order, and since when the oldest is."""
    return dict(cast("list[tuple[str, float]]", await database.fetch(_LANES_WITH_DUE_JOBS, kind, now)))


def claim_jobs(kind: str, wanted: Mapping[str, int], *, lease: str, now: float, until: float) -> Steps[list[Job]]:
    """Lease up to `wanted[lane]` due jobs of each lane until `until`, oldest first, counting the attempt."""
    claimed: list[Job] = []
    for lane, limit in wanted.items():
        rows = yield Statement(_CLAIM, (lease, until, kind, lane, now, limit))
        claimed.extend(_job(row) for row in rows)
    return claimed


def end_leases(kinds: Sequence[str], now: float) -> Steps[None]:
    """Make every leased job of `kinds` due at `now`, its claim still counted."""
    for kind in kinds:
        yield Statement("UPDATE jobs SET lease = NULL, due_at = $1 WHERE lease IS NOT NULL AND kind = $2", (now, kind))


def delete_job(job: Job) -> Steps[bool]:
    """Remove a finished job; answer False, with nothing changed, when the lease was lost to another worker."""
    rows = yield Statement("DELETE FROM jobs WHERE id = $1 AND lease = $2 RETURNING id", (job.id, job.lease))
    return bool(rows)


def delete_unleased(kind: str, lane: str, payloads: Sequence[bytes]) -> Steps[set[bytes]]:
    """Remove the jobs of a lane with these payloads, which are texts, that nobody has leased; answer what is gone."""
    rows = yield Statement(
        """
        DELETE FROM jobs
        WHERE kind = $1 AND lane = $2 AND lease IS NULL
            AND CAST(payload AS TEXT) IN (SELECT value FROM json_each($3))
        RETURNING payload
        """,
        (kind, lane, json.dumps([payload.decode() for payload in payloads])),
    )
    return {cast(bytes, row[0]) for row in rows}


def make_due(kind: str, lane: str | None, now: float) -> Steps[int]:
    """Make jobs due at `now` that were tried before and wait to be tried again; answer how many."""
    rows = yield Statement(
        """
        UPDATE jobs SET due_at = $1
        WHERE kind = $2 AND lane = COALESCE($3, lane) AND due_at > $1 AND lease IS NULL AND attempts > 0
        RETURNING id
        """,
        (now, kind, lane),
    )
    return len(rows)


async def lane_backlogs(database: Database, kind: str) -> list[LaneBacklog]:
    """Answer what waits or runs in each lane of `kind`, the lane with the oldest job first."""
    rows = await database.fetch(
        """
        SELECT lane, count(*), count(lease), min(created_at), min(CASE WHEN lease IS NULL THEN due_at END)
        FROM jobs WHERE kind = $1 GROUP BY lane ORDER BY 4
        """,
        kind,
    )
    return [LaneBacklog(*cast("tuple[str, int, int, float, float | None]", row)) for row in rows]


def postpone_job(job: Job, due_at: float, *, uncount: bool) -> Steps[bool]:
    """Give the lease back until `due_at`; `uncount` takes back the attempt that the claim counted."""
    rows = yield Statement(
        "UPDATE jobs SET lease = NULL, due_at = $1, attempts = attempts - $2 WHERE id = $3 AND lease = $4 RETURNING id",
        (due_at, int(uncount), job.id, job.lease),
    )
    return bool(rows)


def move_to_dead_jobs(job: Job, reason: str, now: float) -> Steps[bool]:
    """Take a job out of the queue for good, kept with `reason` to be looked into."""
    if not (yield from delete_job(job)):
        return False
    yield Statement(
        """
        INSERT INTO dead_jobs (id, kind, lane, attempts, payload, created_at, buried_at, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        (job.id, job.kind, job.lane, job.attempts, job.payload, job.created_at, now, reason),
    )
    return True


def forget_dead_jobs(before: float) -> Steps[None]:
    """Delete what was buried before `before`."""
    yield Statement("DELETE FROM dead_jobs WHERE buried_at < $1", (before,))


async def count_jobs(database: Database) -> dict[str, int]:
    """Answer how many jobs of each kind wait or run."""
    rows = await database.fetch("SELECT kind, count(*) FROM jobs GROUP BY kind")
    return {cast(str, kind): cast(int, count) for kind, count in rows}


def _job(row: Row) -> Job:
    identifier, kind, lane, payload, attempts, created_at, lease = row
    return Job(
        id=cast(int, identifier),
        kind=cast(str, kind),
        lane=cast(str, lane),
        payload=cast(bytes, payload),
        attempts=cast(int, attempts),
        created_at=cast(float, created_at),
        lease=cast(str, lease),
    )
