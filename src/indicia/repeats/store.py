"""Recognised requests as rows."""

from typing import cast

from indicia.repeats.model import Repeat, RepeatConflictError
from indicia.storage.database import Statement, Steps


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
    rows = yield Statement(
        "SELECT answer, body_digest FROM repeats WHERE domain_id = $1 AND repeat_key = $2", (domain_id, repeat.key)
    )
    known, body_digest = rows[0]
    if body_digest != repeat.body_digest:
        raise RepeatConflictError(repeat.key)
    return cast(str, known)


def forget_repeats(now: float) -> Steps[None]:
    """Delete what is not recognised any more."""
    yield Statement("DELETE FROM repeats WHERE expires_at < $1", (now,))
