"""Recognised requests as rows."""

from typing import cast

from indicia.repeats.model import Repeat, RepeatConflictError
from indicia.storage.database import Database, Row, Statement, Steps


def claim_repeat(domain_id: int, repeat: Repeat, answer: str, now: float) -> Steps[str]:
    """Answer under which id a domain's request is known: `answer` if it is new, else the first one's.

    Raises:
        RepeatConflictError: The key is known with another body.
    """
    taken = yield Statement(
        """
        INSERT INTO repeats (domain_id, repeat_key, body_digest, answer, expires_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (domain_id, repeat_key) DO UPDATE SET
            body_digest = excluded.body_digest, answer = excluded.answer, expires_at = excluded.expires_at
        WHERE repeats.expires_at <= $6
        RETURNING answer
        """,
        (domain_id, repeat.key, repeat.body_digest, answer, repeat.expires_at, now),
    )
    if taken:
        return answer
    return _answer(repeat, (yield Statement(_KNOWN, (domain_id, repeat.key, now)))[0])


async def known_repeat(database: Database, domain_id: int, repeat: Repeat, now: float) -> str | None:
    """Answer under which id a domain's request is known as of the last commit; None where it is new.

    Raises:
        RepeatConflictError: The key is known with another body.
    """
    rows = await database.fetch(_KNOWN, domain_id, repeat.key, now)
    return _answer(repeat, rows[0]) if rows else None


def forget_repeats(now: float) -> Steps[None]:
    """Delete what is not recognised any more."""
    yield Statement("DELETE FROM repeats WHERE expires_at < $1", (now,))


_KNOWN = "SELECT answer, body_digest FROM repeats WHERE domain_id = $1 AND repeat_key = $2 AND expires_at > $3"


def _answer(repeat: Repeat, row: Row) -> str:
    answer, body_digest = row
    if body_digest != repeat.body_digest:
        raise RepeatConflictError(repeat.key)
    return cast(str, answer)
