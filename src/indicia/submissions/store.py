"""What a domain wants done with repeated submissions, as a column of it."""

from typing import cast

from indicia.storage.database import Database, Statement, Steps


async def repeat_seconds_of(database: Database, domain_id: int) -> float:
    """Answer for how long an identical submission to a domain is taken for a repeat; 0 means never."""
    rows = await database.fetch("SELECT repeat_seconds FROM domains WHERE id = $1", domain_id)
    return float(cast(int, rows[0][0])) if rows else 0.0


def set_repeat_seconds(domain_id: int, seconds: int) -> Steps[None]:
    """Take identical submissions to a domain for repeats for so long from now on; 0 means never."""
    yield Statement("UPDATE domains SET repeat_seconds = $1 WHERE id = $2", (seconds, domain_id))
