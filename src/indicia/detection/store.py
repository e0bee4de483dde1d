"""Detection requests and honeypot visits as rows."""

from typing import NamedTuple, cast

import msgspec
import zstandard

from indicia.detection.model import Honeypot, Interaction, Scope
from indicia.detection.posted import Posted, event_id_of, read_event
from indicia.detection.results import Judged
from indicia.storage.database import Database, Row, Statement, Steps

# Level 1 shrinks posted JSON some tenfold for a third of a millisecond a batch; levels above cost more than they save.
_LEVEL = 1
_outcomes_decoder = msgspec.msgpack.Decoder(list[Judged])
_events_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_COLUMNS = (
    "id, account_id, domain_id, is_single, explained, webhook_url, received_at, completed_at, body, result, "
    "wants_revisions, revised_at"
)


class StoredRequest(NamedTuple):
    """A detection request as kept; `outcomes` is None until it is judged. Times are unix seconds.

    `revised_at` is when outcomes were last replaced by what was learned after they were given.
    """

    id: str
    account_id: int
    domain_id: int
    is_single: bool
    explain: bool
    webhook_url: str | None
    received_at: float
    completed_at: float | None
    events: list[msgspec.Raw]
    outcomes: list[Judged] | None
    wants_revisions: bool = False
    revised_at: float | None = None

    @property
    def scope(self) -> Scope:
        """Whose interactions these are."""
        return Scope(self.account_id, self.domain_id)

    def event_ids(self) -> list[str]:
        """Read the ids of the events alone; half a microsecond for each."""
        return [event_id_of(event) for event in self.events]

    def interactions(self, start: int = 0, stop: int | None = None) -> list[Interaction]:
        """Read the events, or a slice of them; a few microseconds for each."""
        return [read_event(event, is_single=self.is_single)[0] for event in self.events[start:stop]]


def add_request(request_id: str, *, account_id: int, domain_id: int, posted: Posted, now: float) -> Steps[None]:
    """Store what was posted, to be judged."""
    body = zstandard.compress(b"[" + b",".join(bytes(event) for event in posted.events) + b"]", _LEVEL)
    yield Statement(
        """
        INSERT INTO detection_requests
            (id, account_id, domain_id, is_single, explained, webhook_url, received_at, body, wants_revisions)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        (
            request_id,
            account_id,
            domain_id,
            int(posted.is_single),
            int(posted.explain),
            posted.webhook_url,
            now,
            body,
            int(posted.revisions),
        ),
    )


def complete_request(request_id: str, outcomes: list[Judged], now: float) -> Steps[None]:
    """Store the verdicts of a request."""
    yield Statement(
        "UPDATE detection_requests SET completed_at = $1, result = $2 WHERE id = $3",
        (now, _packed(outcomes), request_id),
    )


def revise_request(request_id: str, outcomes: list[Judged], now: float) -> Steps[None]:
    """Store other verdicts in place of those that a request got when it was judged."""
    yield Statement(
        "UPDATE detection_requests SET revised_at = $1, result = $2 WHERE id = $3",
        (now, _packed(outcomes), request_id),
    )


async def request_of_id(database: Database, request_id: str) -> StoredRequest | None:
    """Answer the request of that id, whoever's it is."""
    rows = await database.fetch(f"SELECT {_COLUMNS} FROM detection_requests WHERE id = $1", request_id)
    return _request(rows[0]) if rows else None


async def requests_between(database: Database, *, after: str, since: float, limit: int) -> list[StoredRequest]:
    """Answer up to `limit` requests received from `since` on with an id above `after`, in the order they came."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM detection_requests WHERE id > $1 AND received_at >= $2 ORDER BY id LIMIT $3",
        after,
        since,
        limit,
    )
    return [_request(row) for row in rows]


async def requests_of_domain(
    database: Database, domain_id: int, *, after: str, since: float, limit: int
) -> list[StoredRequest]:
    """Answer up to `limit` requests of a domain received from `since` on with an id above `after`, in that order."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM detection_requests WHERE id > $1 AND received_at >= $2 AND domain_id = $3 "
        "ORDER BY id LIMIT $4",
        after,
        since,
        domain_id,
        limit,
    )
    return [_request(row) for row in rows]


def add_visit(visit: Honeypot) -> Steps[None]:
    """Store that a honeypot link was followed."""
    yield Statement(
        """
        INSERT INTO honeypot_visits (domain_id, message_id, ip, uas, visited_at, is_sealed)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        (visit.domain_id, visit.message_id, visit.ip, visit.uas, visit.ts, int(visit.is_sealed)),
    )


async def visits_after(database: Database, visit_id: int, *, since: float, limit: int) -> list[tuple[int, Honeypot]]:
    """Answer up to `limit` visits with an id above `visit_id` made from `since` on, in the order they came."""
    rows = await database.fetch(
        """
        SELECT id, domain_id, message_id, ip, uas, visited_at, is_sealed FROM honeypot_visits
        WHERE id > $1 AND visited_at >= $2 ORDER BY id LIMIT $3
        """,
        visit_id,
        since,
        limit,
    )
    return [
        (
            cast(int, identifier),
            Honeypot(
                cast(int, domain_id),
                cast(str, message_id),
                cast(str, ip),
                cast(str, uas),
                cast(float, ts),
                bool(is_sealed),
            ),
        )
        for identifier, domain_id, message_id, ip, uas, ts, is_sealed in rows
    ]


async def has_visited(database: Database, visit: Honeypot, *, since: float) -> bool:
    """Tell whether the same client followed the same message's sealed hidden link from `since` on."""
    rows = await database.fetch(
        """
        SELECT 1 FROM honeypot_visits
        WHERE visited_at >= $1 AND domain_id = $2 AND message_id = $3 AND ip = $4 AND uas = $5 AND is_sealed = 1
        LIMIT 1
        """,
        since,
        visit.domain_id,
        visit.message_id,
        visit.ip,
        visit.uas,
    )
    return bool(rows)


def forget(*, requests_before: float, visits_before: float) -> Steps[None]:
    """Delete what has outlived its purpose: judged requests and visits."""
    yield Statement(
        "DELETE FROM detection_requests WHERE received_at < $1 AND completed_at IS NOT NULL", (requests_before,)
    )
    yield Statement("DELETE FROM honeypot_visits WHERE visited_at < $1", (visits_before,))


def _packed(outcomes: list[Judged]) -> bytes:
    return zstandard.compress(msgspec.msgpack.encode(outcomes), _LEVEL)


def _request(row: Row) -> StoredRequest:
    (
        identifier,
        account_id,
        domain_id,
        is_single,
        explained,
        webhook_url,
        received_at,
        completed_at,
        body,
        result,
        wants_revisions,
        revised_at,
    ) = row
    return StoredRequest(
        id=cast(str, identifier),
        account_id=cast(int, account_id),
        domain_id=cast(int, domain_id),
        is_single=bool(is_single),
        explain=bool(explained),
        webhook_url=cast("str | None", webhook_url),
        received_at=cast(float, received_at),
        completed_at=cast("float | None", completed_at),
        events=_events_decoder.decode(zstandard.decompress(cast(bytes, body))),
        outcomes=None if result is None else _outcomes_decoder.decode(zstandard.decompress(cast(bytes, result))),
        wants_revisions=bool(wants_revisions),
        revised_at=cast("float | None", revised_at),
    )
