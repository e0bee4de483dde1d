"""Deliveries, dead letters and failing endpoints as rows. Every write is a step of a transaction."""

from collections.abc import Sequence
from typing import NamedTuple, cast

from indicia.storage.database import Database, Row, Statement, StatementForEach, Steps
from indicia.webhooks.model import (
    DeadLetter,
    DeadLetterFilter,
    Delivery,
    DisabledEndpoint,
    Endpoint,
    Topic,
    WebhookType,
)

_FITS = """
    deliveries.buried_at IS NOT NULL
    AND deliveries.id = COALESCE($1, deliveries.id)
    AND deliveries.account_id = COALESCE($2, deliveries.account_id)
    AND deliveries.url = COALESCE($3, deliveries.url)
    AND deliveries.buried_at >= COALESCE($4, deliveries.buried_at)
    AND (deliveries.buried_at < $5 OR $5 IS NULL)
"""


class Trouble(NamedTuple):
    """For how long and how often an endpoint has failed without one success; `since` is in unix seconds."""

    since: float
    failures: int


def insert_delivery(endpoint: Endpoint, webhook_id: str, body: bytes, topic: Topic | None) -> Steps[int]:
    """Store what an endpoint is owed, by a subscription to `topic` or because its URL was named; answer its id."""
    rows = yield Statement(
        """
        INSERT INTO deliveries (account_id, url, webhook_id, body, domain_id, topic) VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING id
        """,
        (*endpoint, webhook_id, body, *(topic or (None, None))),
    )
    return cast(int, rows[0][0])


async def delivery_of_id(database: Database, delivery_id: int) -> Delivery | None:
    """Answer the delivery of that id, unless it was delivered."""
    rows = await database.fetch(
        """
        SELECT account_id, url, webhook_id, body, topic IS NULL OR EXISTS (
            SELECT 1 FROM webhook_subscriptions AS subscriptions
            WHERE subscriptions.domain_id = deliveries.domain_id AND subscriptions.url = deliveries.url
            AND (type = topic OR (type = 'failed' AND topic IN ('permanent_fail', 'temporary_fail')))
        )
        FROM deliveries WHERE id = $1
        """,
        delivery_id,
    )
    if not rows:
        return None
    account_id, url, webhook_id, body, is_wanted = cast("tuple[int, str, str, bytes, int]", rows[0])
    return Delivery(delivery_id, Endpoint(account_id, url), webhook_id, body, bool(is_wanted))


def replace_subscription(domain_id: int, kind: WebhookType, urls: Sequence[str]) -> Steps[bool]:
    """Make `urls`, in their order, all that get a domain's events of that type; answer whether any did before."""
    rows = yield Statement(
        "DELETE FROM webhook_subscriptions WHERE domain_id = $1 AND type = $2 RETURNING url", (domain_id, kind.value)
    )
    yield StatementForEach(
        "INSERT INTO webhook_subscriptions (domain_id, type, position, url) VALUES ($1, $2, $3, $4)",
        [(domain_id, kind.value, position, url) for position, url in enumerate(urls)],
    )
    return bool(rows)


_SUBSCRIPTIONS = "SELECT type, url FROM webhook_subscriptions WHERE domain_id = $1 ORDER BY type, position"


def subscriptions_of(domain_id: int) -> Steps[dict[WebhookType, list[str]]]:
    """Answer the URLs for each type of a domain's events, as of this transaction."""
    rows = yield Statement(_SUBSCRIPTIONS, (domain_id,))
    return _by_type(rows)


async def committed_subscriptions_of(database: Database, domain_id: int) -> dict[WebhookType, list[str]]:
    """Answer the URLs for each type of a domain's events, as of the last commit."""
    return _by_type(await database.fetch(_SUBSCRIPTIONS, domain_id))


def delete_delivery(delivery_id: int) -> Steps[None]:
    """Forget what was delivered."""
    yield Statement("DELETE FROM deliveries WHERE id = $1", (delivery_id,))


def bury_delivery(delivery_id: int, reason: str, *, attempts: int, now: float) -> Steps[None]:
    """Turn a delivery into a dead letter."""
    yield Statement(
        "UPDATE deliveries SET buried_at = $1, reason = $2, attempts = $3 WHERE id = $4",
        (now, reason, attempts, delivery_id),
    )


def exhume_deliveries(wanted: DeadLetterFilter, limit: int) -> Steps[list[tuple[int, Endpoint]]]:
    """Turn up to `limit` dead letters back into deliveries; those to disabled endpoints stay buried."""
    rows = yield Statement(
        f"""
        UPDATE deliveries SET buried_at = NULL, reason = NULL, attempts = NULL
        WHERE id IN (
            SELECT deliveries.id FROM deliveries
            LEFT JOIN endpoint_troubles USING (account_id, url)
            WHERE {_FITS} AND endpoint_troubles.disabled_at IS NULL
            ORDER BY deliveries.buried_at LIMIT $6
        )
        RETURNING id, account_id, url
        """,
        (*wanted, limit),
    )
    found = cast("list[tuple[int, int, str]]", rows)
    return [(delivery_id, Endpoint(account_id, url)) for delivery_id, account_id, url in found]


async def dead_letters(database: Database, wanted: DeadLetterFilter, limit: int) -> list[DeadLetter]:
    """Answer up to `limit` dead letters, the last buried first."""
    rows = await database.fetch(
        f"""
        SELECT deliveries.id, name, url, webhook_id, attempts, reason, buried_at
        FROM deliveries JOIN accounts ON accounts.id = account_id
        WHERE {_FITS} ORDER BY buried_at DESC LIMIT $6
        """,
        *wanted,
        limit,
    )
    return [DeadLetter(*cast("tuple[int, str, str, str, int, str, float]", row)) for row in rows]


def note_failure(endpoint: Endpoint, now: float) -> Steps[Trouble]:
    """Count a failed attempt; answer all since the last success."""
    rows = yield Statement(
        """
        INSERT INTO endpoint_troubles (account_id, url, failing_since, failures) VALUES ($1, $2, $3, 1)
        ON CONFLICT (account_id, url) DO UPDATE SET failures = endpoint_troubles.failures + 1
        RETURNING failing_since, failures
        """,
        (*endpoint, now),
    )
    return Trouble(*cast("tuple[float, int]", rows[0]))


def note_success(endpoint: Endpoint) -> Steps[None]:
    """Forget an endpoint's failures; a disabled one stays disabled."""
    yield Statement(
        "DELETE FROM endpoint_troubles WHERE account_id = $1 AND url = $2 AND disabled_at IS NULL", endpoint
    )


def disable_endpoint(endpoint: Endpoint, reason: str, now: float) -> Steps[bool]:
    """Attempt nothing more at this endpoint; answer whether it was enabled, for else it keeps its old reason."""
    rows = yield Statement(
        """
        INSERT INTO endpoint_troubles (account_id, url, failing_since, failures, disabled_at, reason)
        VALUES ($1, $2, $3, 0, $3, $4)
        ON CONFLICT (account_id, url) DO UPDATE SET disabled_at = $3, reason = $4
        WHERE endpoint_troubles.disabled_at IS NULL
        RETURNING url
        """,
        (*endpoint, now, reason),
    )
    return bool(rows)


def enable_endpoints(url: str, account_id: int | None) -> Steps[bool]:
    """Forget that `url` is disabled, and its failures, for one account or all; answer whether it was."""
    rows = yield Statement(
        """
        DELETE FROM endpoint_troubles
        WHERE url = $1 AND account_id = COALESCE($2, account_id) AND disabled_at IS NOT NULL
        RETURNING url
        """,
        (url, account_id),
    )
    return bool(rows)


async def is_disabled(database: Database, endpoint: Endpoint) -> bool:
    """Tell whether nothing may be attempted at this endpoint."""
    rows = await database.fetch(
        "SELECT 1 FROM endpoint_troubles WHERE account_id = $1 AND url = $2 AND disabled_at IS NOT NULL", *endpoint
    )
    return bool(rows)


async def disabled_endpoints(database: Database) -> list[DisabledEndpoint]:
    """Answer all disabled endpoints, the last disabled first."""
    rows = await database.fetch(
        """
        SELECT name, url, reason, failing_since, disabled_at
        FROM endpoint_troubles JOIN accounts ON accounts.id = account_id
        WHERE disabled_at IS NOT NULL ORDER BY disabled_at DESC
        """
    )
    return [DisabledEndpoint(*cast("tuple[str, str, str, float, float]", row)) for row in rows]


async def count_dead_letters(database: Database) -> int:
    """Answer how many dead letters are kept."""
    return _count(await database.fetch("SELECT count(*) FROM deliveries WHERE buried_at IS NOT NULL"))


async def count_disabled(database: Database) -> int:
    """Answer how many endpoints are disabled."""
    return _count(await database.fetch("SELECT count(*) FROM endpoint_troubles WHERE disabled_at IS NOT NULL"))


def forget(before: float) -> Steps[None]:
    """Delete dead letters buried before `before`, and failures that began before it and disabled nothing."""
    yield Statement("DELETE FROM deliveries WHERE buried_at < $1", (before,))
    yield Statement("DELETE FROM endpoint_troubles WHERE failing_since < $1 AND disabled_at IS NULL", (before,))


def _count(rows: list[Row]) -> int:
    return cast(int, rows[0][0])


def _by_type(rows: Sequence[Row]) -> dict[WebhookType, list[str]]:
    urls: dict[WebhookType, list[str]] = {}
    for kind, url in cast("Sequence[tuple[str, str]]", rows):
        urls.setdefault(WebhookType(kind), []).append(url)
    return urls
