"""Templates as rows, one for each version."""

from typing import cast

from indicia.storage.database import Database, Row, Statement, Steps
from indicia.templates.model import Template, TemplateSummary

_COLUMNS = "domain_id, name, version, source, saved_at"


def save_version(domain_id: int, name: str, source: str, *, now: float, most_versions: int) -> Steps[Template]:
    """Store `source` as the newest version of a template; of more than `most_versions`, the oldest are forgotten."""
    rows = yield Statement(
        f"""
        INSERT INTO templates (domain_id, name, version, saved_at, size_bytes, source)
        SELECT $1, $2, 1 + COALESCE(MAX(version), 0), $3, $4, $5 FROM templates WHERE domain_id = $1 AND name = $2
        RETURNING {_COLUMNS}
        """,
        (domain_id, name, now, len(source.encode()), source),
    )
    saved = _template(rows[0])
    yield Statement(
        "DELETE FROM templates WHERE domain_id = $1 AND name = $2 AND version <= $3",
        (domain_id, name, saved.version - most_versions),
    )
    return saved


def count_names(domain_id: int) -> Steps[int]:
    """Answer how many templates a domain has."""
    rows = yield Statement("SELECT COUNT(DISTINCT name) FROM templates WHERE domain_id = $1", (domain_id,))
    return cast(int, rows[0][0])


def has_template(domain_id: int, name: str) -> Steps[bool]:
    """Tell whether a domain has a template of that name."""
    rows = yield Statement("SELECT 1 FROM templates WHERE domain_id = $1 AND name = $2 LIMIT 1", (domain_id, name))
    return bool(rows)


def delete_template(domain_id: int, name: str) -> Steps[bool]:
    """Delete all versions of a template; answer whether there was one."""
    rows = yield Statement(
        "DELETE FROM templates WHERE domain_id = $1 AND name = $2 RETURNING version", (domain_id, name)
    )
    return bool(rows)


async def newest_version(database: Database, domain_id: int, name: str) -> Template | None:
    """Answer a template as it was last saved."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM templates WHERE domain_id = $1 AND name = $2 ORDER BY version DESC LIMIT 1",
        domain_id,
        name,
    )
    return _template(rows[0]) if rows else None


async def version_of(database: Database, domain_id: int, name: str, version: int) -> Template | None:
    """Answer one version of a template."""
    rows = await database.fetch(
        f"SELECT {_COLUMNS} FROM templates WHERE domain_id = $1 AND name = $2 AND version = $3",
        domain_id,
        name,
        version,
    )
    return _template(rows[0]) if rows else None


async def list_templates(database: Database, domain_id: int) -> list[TemplateSummary]:
    """Answer a domain's templates by name, each as last saved."""
    rows = await database.fetch(
        """
        SELECT name, version, size_bytes, saved_at FROM templates AS newest
        WHERE domain_id = $1 AND version =
            (SELECT MAX(version) FROM templates WHERE domain_id = newest.domain_id AND name = newest.name)
        ORDER BY name
        """,
        domain_id,
    )
    return [
        TemplateSummary(
            name=cast(str, name),
            version=cast(int, version),
            size_bytes=cast(int, size_bytes),
            saved_at=cast(float, saved_at),
        )
        for name, version, size_bytes, saved_at in rows
    ]


def _template(row: Row) -> Template:
    domain_id, name, version, source, saved_at = row
    return Template(
        domain_id=cast(int, domain_id),
        name=cast(str, name),
        version=cast(int, version),
        source=cast(str, source),
        saved_at=cast(float, saved_at),
    )
