"""Tracking keys, settings and hits as rows."""

from collections.abc import Sequence
from typing import NamedTuple, cast

import msgspec
import zstandard

from indicia.storage.database import Database, Row, Statement, StatementForEach, Steps
from indicia.tracking.model import BotEvents, Hit, KeysUsedUpError, TrackingSettings

MOST_KEYS = 255
# A minute's share of housekeeping; 28 million a day.
MOST_FORGOTTEN = 20_000

_HIT = "recipient_id, kind, happened_at, ip, uas, method, headers, url, link_number, link_class"
_HANDED = f"request_id, position, event_id, {_HIT}"
_PLACES = ", ".join(f"${number}" for number in range(1, 4 + len(Hit._fields)))

# Already a fifteenth of the bytes of a hundred hits, at the cost of writing them.
_LEVEL = 1

_encode_hits = msgspec.msgpack.Encoder().encode
_decode_hits = msgspec.msgpack.Decoder(list[Hit]).decode


class Arrival(NamedTuple):
    """Hits that share a row until detection has them."""

    id: int
    hits: list[Hit]


class HandedHit(NamedTuple):
    """A hit, where in which detection request it stands, and what it is known by there and in its event."""

    request_id: str
    position: int
    event_id: str
    hit: Hit


class StoredHit(NamedTuple):
    """A hit that detection has, and its row; `is_bot` is None until it is judged."""

    id: int
    event_id: str
    hit: Hit
    is_bot: bool | None = None


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


def add_arrival(hits: Sequence[Hit]) -> Steps[None]:
    """Store hits as they came."""
    # One row and one value for all of them, which are much alike: whoever answers requests pays as little as possible.
    packed = zstandard.compress(_encode_hits(hits), _LEVEL)
    yield Statement("INSERT INTO tracking_arrivals (hits) VALUES ($1)", (packed,))


async def arrivals(database: Database, most: int) -> list[Arrival]:
    """Answer the oldest arrivals that detection does not have yet, up to the one that makes `most` hits or more."""
    rows = await database.fetch("SELECT id, hits FROM tracking_arrivals ORDER BY id LIMIT $1", most)
    found: list[Arrival] = []
    count = 0
    for identifier, packed in rows:
        found.append(Arrival(cast(int, identifier), read_hits(cast(bytes, packed))))
        count += len(found[-1].hits)
        if count >= most:
            break
    return found


def read_hits(packed: bytes) -> list[Hit]:
    """Read the hits of an arrival."""
    return _decode_hits(zstandard.decompress(packed))


def hand_over(arrived: Sequence[Arrival], handed: Sequence[HandedHit]) -> Steps[None]:
    """Store, in place of what arrived, the hits of it that detection was given."""
    yield StatementForEach(
        f"INSERT INTO tracking_hits ({_HANDED}) VALUES ({_PLACES})",
        [(one.request_id, one.position, one.event_id, *one.hit) for one in handed],
    )
    yield StatementForEach("DELETE FROM tracking_arrivals WHERE id = $1", [(arrival.id,) for arrival in arrived])


async def hits_of_request(database: Database, request_id: str) -> dict[int, StoredHit]:
    """Answer the hits of a detection request by their positions; none where it is about other mail than ours."""
    rows = await database.fetch(
        f"SELECT position, id, event_id, is_bot, {_HIT} FROM tracking_hits WHERE request_id = $1", request_id
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
    identifier, event_id, is_bot, *fields = row
    hit = msgspec.convert(fields, Hit)
    return StoredHit(cast(int, identifier), cast(str, event_id), hit, None if is_bot is None else bool(is_bot))
