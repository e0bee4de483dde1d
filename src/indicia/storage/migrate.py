"""Bring the schema up to what this program expects, in one transaction."""

from importlib import resources

from indicia.base.clock import Clock
from indicia.storage.database import Database, Statement, Steps

# What the engines spell differently. Other types (TEXT, BIGINT, DOUBLE PRECISION) mean the same to both.
SQLITE_TYPES = {"id": "INTEGER PRIMARY KEY AUTOINCREMENT", "bytes": "BLOB"}


async def migrate(database: Database, clock: Clock) -> list[str]:
    """Apply every migration that `database` lacks; answer their names, none when it was up to date.

    Two processes may call this at once: the second finds nothing left to do.

    Raises:
        StorageError: A migration failed; the schema is as it was before.
    """
    return await database.run(_missing_migrations(clock()))


def _missing_migrations(now: float) -> Steps[list[str]]:
    yield Statement(
        "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, applied_at DOUBLE PRECISION NOT NULL)"
    )
    rows = yield Statement("SELECT name FROM schema_migrations")
    applied = {row[0] for row in rows}
    missing = [(name, text) for name, text in _shipped() if name not in applied]
    for name, text in missing:
        for sql in _statements(text):
            yield Statement(sql)
        yield Statement("INSERT INTO schema_migrations (name, applied_at) VALUES ($1, $2)", (name, now))
    return [name for name, _ in missing]


def _shipped() -> list[tuple[str, str]]:
    folder = resources.files("indicia.storage") / "migrations"
    files = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return [(file.name, file.read_text("utf-8")) for file in sorted(files, key=lambda file: file.name)]


def _statements(text: str) -> list[str]:
    """Split a migration at its semicolons and spell its types; comments must not hold a semicolon."""
    for name, spelled in SQLITE_TYPES.items():
        text = text.replace("{" + name + "}", spelled)
    return [sql for part in text.split(";") if (sql := part.strip())]
