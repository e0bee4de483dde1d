"""Suppressions as rows. Every write is a step of a transaction."""

from collections.abc import Sequence
from typing import NamedTuple, cast

import msgspec

from indicia.storage.database import Database, Row, Statement, StatementForEach, Steps
from indicia.suppressions.model import Suppression, SuppressionType

_COLUMNS = "canonical, type, address, error, created_at"
_AMONG = """
    SELECT canonical, type FROM suppressions
    WHERE domain_id = $1 AND canonical IN (SELECT value FROM json_each($2))
"""


class Position(NamedTuple):
    """Between which two rows of a domain's list a page begins."""

    canonical: str
    type: str


START = Position("", "")


def upsert(domain_id: int, suppressions: Sequence[Suppression]) -> Steps[None]:
    """Store suppressions; of one that is known, the newer word on the reason stays."""
    yield StatementForEach(
        """
        INSERT INTO suppressions (domain_id, canonical, type, address, error, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (domain_id, canonical, type) DO UPDATE SET error = excluded.error, created_at = excluded.created_at
        WHERE excluded.created_at >= suppressions.created_at
        """,
        [
            (domain_id, each.canonical, each.type.value, each.address, each.error, each.created_at)
            for each in suppressions
        ],
    )


def delete(domain_id: int, canonical: str, kind: SuppressionType | None) -> Steps[bool]:
    """Delete an address's suppressions, of one type or all; answer whether there was any."""
    rows = yield Statement(
        """
        DELETE FROM suppressions WHERE domain_id = $1 AND canonical = $2 AND type = COALESCE($3, type)
        RETURNING canonical
        """,
        (domain_id, canonical, kind),
    )
    return bool(rows)


def types_among(domain_id: int, canonicals: Sequence[str]) -> Steps[list[tuple[str, SuppressionType]]]:
    """Answer which of `canonicals` are suppressed and why, as of this transaction."""
    rows = yield Statement(_AMONG, (domain_id, _as_json(canonicals)))
    return _types(rows)


async def committed_types_among(
    database: Database, domain_id: int, canonicals: Sequence[str]
) -> list[tuple[str, SuppressionType]]:
    """Answer which of `canonicals` are suppressed and why, as of the last commit."""
    return _types(await database.fetch(_AMONG, domain_id, _as_json(canonicals)))


async def of_address(database: Database, domain_id: int, canonical: str) -> list[Suppression]:
    """Answer all suppressions of an address."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM suppressions WHERE domain_id = $1 AND canonical = $2", domain_id, canonical
    )
    return [_suppression(row) for row in rows]


async def page(
    database: Database, domain_id: int, kind: SuppressionType | None, *, after: Position, limit: int
) -> list[Suppression]:
    """Answer up to `limit` suppressions that come after `after`, by address."""
    rows = await database.fetch(
        f"""
        SELECT {_COLUMNS} FROM suppressions
        WHERE domain_id = $1 AND (canonical, type) > ($2, $3) AND type = COALESCE($4, type)
        ORDER BY canonical, type LIMIT $5
        """,
        domain_id,
        *after,
        kind,
        limit,
    )
    return [_suppression(row) for row in rows]


def _as_json(texts: Sequence[str]) -> str:
    return msgspec.json.encode(texts).decode()


def _types(rows: Sequence[Row]) -> list[tuple[str, SuppressionType]]:
    return [(cast(str, canonical), SuppressionType(cast(str, kind))) for canonical, kind in rows]


def _suppression(row: Row) -> Suppression:
    canonical, kind, address, error, created_at = cast("tuple[str, str, str, str, float]", row)
    return Suppression(canonical, SuppressionType(kind), address, error, created_at)
