"""Tracking keys as rows."""

from typing import cast

from indicia.storage.database import Database, Statement, Steps
from indicia.tracking.model import KeysUsedUpError

MOST_KEYS = 255


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
