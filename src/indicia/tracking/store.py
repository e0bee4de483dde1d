"""Tracking keys, settings and hits as rows."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, cast

from indicia.storage.database import Database, Row, Statement, StatementForEach, Steps
from indicia.tracking.model import BotEvents, Hit, HitKind, KeysUsedUpError, TrackingSettings

MOST_KEYS = 255
# A minute's share of housekeeping; 28 million a day.
MOST_FORGOTTEN = 20_000

_HIT = "recipient_id, kind, happened_at, ip, uas, method, headers, url, link_number, link_class"
_HIT_FIELDS = len(Hit._fields)
_ROWS_AT_ONCE = (64, 16, 4, 1)


class StoredHit(NamedTuple):
    """A hit and its row; `is_bot` is None until it is judged."""

    id: int
    hit: Hit
    is_bot: bool | None = None


class HandedHit(NamedTuple):
    """Where in which detection request a hit stands."""

    id: int
    request_id: str
    position: int


def add_key(sealed: bytes, *, only_first: bool, now: float) -> Steps[int | None]:
    """Store a key under the next number and answer that; None where `only_first` and there is a key already.

    Raises:
        KeysUsedUpError: There is no number left.
    """
    rows = yield Statement("SELECT MAX(number) FROM tracking_keys")
    last = cast("int | None", rows[0][0])
    if last is not None and only_first:
        return None
    number = (last or 0) + 1
    if number > MOST_KEYS:
        raise KeysUsedUpError
    yield Statement("INSERT INTO tracking_keys (number, sealed, created_at) VALUES ($1, $2, $3)", (number, sealed, now))
    return number


async def keys(database: Database) -> list[tuple[int, bytes]]:
    """Answer the numbers and sealed secrets of all keys, the newest last."""
    rows = await database.fetch("SELECT number, sealed FROM tracking_keys ORDER BY number")
    return [(cast(int, number), cast(bytes, sealed)) for number, sealed in rows]


def save_settings(domain_id: int, settings: TrackingSettings) -> Steps[None]:
    """Store how a domain tracks."""
    yield Statement(
        """
        INSERT INTO tracking_settings (domain_id, has_host, bot_events) VALUES ($1, $2, $3)
        ON CONFLICT (domain_id) DO UPDATE SET has_host = excluded.has_host, bot_events = excluded.bot_events
        """,
        (domain_id, int(settings.has_host), settings.bot_events.value),
    )


async def settings_of(database: Database, domain_id: int) -> TrackingSettings:
    """Answer how a domain tracks."""
    rows = await database.fetch("SELECT has_host, bot_events FROM tracking_settings WHERE domain_id = $1", domain_id)
    return TrackingSettings(bool(rows[0][0]), BotEvents(cast(str, rows[0][1]))) if rows else TrackingSettings()


def insert_hits(hits: Sequence[Hit]) -> Steps[None]:
    """Store hits in their order."""
    left = list(hits)
    while left:
        # A statement for many rows costs half of what one for each does: the writing thread gives way to others between
        # statements. Few sizes, because each is compiled once.
        size = next(size for size in _ROWS_AT_ONCE if size <= len(left))
        yield Statement(_insert_sql(size), [value for hit in left[:size] for value in hit])
        del left[:size]


@cache
def _insert_sql(rows: int) -> str:
    places = (", ".join(f"${row * _HIT_FIELDS + field}" for field in range(1, _HIT_FIELDS + 1)) for row in range(rows))
    return f"INSERT INTO tracking_hits ({_HIT}) VALUES " + ", ".join(f"({row})" for row in places)


async def waiting_hits(database: Database, limit: int) -> list[StoredHit]:
    """Answer up to `limit` hits that detection does not have yet, the oldest first."""
    rows = await database.fetch(
        f"""
        SELECT id, is_bot, {_HIT} FROM tracking_hits
        WHERE id > COALESCE((SELECT handed_up_to FROM tracking_position WHERE only_row = 1), 0) ORDER BY id LIMIT $1
        """,
        limit,
    )
    return [_hit(row) for row in rows]


def note_position(up_to: int) -> Steps[None]:
    """Note that detection has every hit up to that row."""
    yield Statement(
        """
        INSERT INTO tracking_position (only_row, handed_up_to) VALUES (1, $1)
        ON CONFLICT (only_row) DO UPDATE SET handed_up_to = excluded.handed_up_to
        """,
        (up_to,),
    )


def remove_hits(rows: Sequence[int]) -> Steps[None]:
    """Delete hits of which nothing will come any more."""
    yield StatementForEach("DELETE FROM tracking_hits WHERE id = $1", [(row,) for row in rows])


def hand_over(handed: Sequence[HandedHit]) -> Steps[None]:
    """Note in which detection request each hit is."""
    yield StatementForEach("UPDATE tracking_hits SET request_id = $2, position = $3 WHERE id = $1", handed)


async def hits_of_request(database: Database, request_id: str) -> dict[int, StoredHit]:
    """Answer the hits of a detection request by their positions; none where it is about other mail than ours."""
    rows = await database.fetch(
        f"SELECT position, id, is_bot, {_HIT} FROM tracking_hits WHERE request_id = $1", request_id
    )
    return {cast(int, row[0]): _hit(row[1:]) for row in rows}


def judge_hits(verdicts: Sequence[tuple[int, bool]]) -> Steps[None]:
    """Note for hits, by their rows, whether a machine made them."""
    yield StatementForEach(
        "UPDATE tracking_hits SET is_bot = $2 WHERE id = $1", [(row, int(is_bot)) for row, is_bot in verdicts]
    )


def forget_hits(before: float) -> Steps[None]:
    """Delete up to `MOST_FORGOTTEN` hits from before `before`, the oldest first."""
    # Rows are in the order in which hits came, so there is no index by time that each hit would have to pay for.
    yield Statement(
        """
        DELETE FROM tracking_hits
        WHERE happened_at < $1 AND id IN (SELECT id FROM tracking_hits ORDER BY id LIMIT $2)
        """,
        (before, MOST_FORGOTTEN),
    )


def _hit(row: Row) -> StoredHit:
    identifier, is_bot, recipient_id, kind, happened_at, ip, uas, method, headers, url, link_number, link_class = row
    return StoredHit(
        cast(int, identifier),
        Hit(
            recipient_id=cast(int, recipient_id),
            kind=HitKind(cast(str, kind)),
            happened_at=cast(float, happened_at),
            ip=cast(str, ip),
            uas=cast(str, uas),
            method=cast(str, method),
            headers=cast(str, headers),
            url=cast(str, url),
            link_number=cast(int, link_number),
            link_class=cast(str, link_class),
        ),
        None if is_bot is None else bool(is_bot),
    )
