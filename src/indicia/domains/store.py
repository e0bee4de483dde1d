"""Domains as rows."""

from typing import cast

from indicia.domains.model import DkimKey, Domain, DomainState, Feature
from indicia.mail.dkim import Algorithm
from indicia.storage.database import Database, Row, Statement, Steps

_FEATURES = {
    Feature.BOT_DETECTION: "bot_detection",
    Feature.VALIDATION: "validation",
    Feature.VALIDATION_SANDBOX: "validation_sandbox",
}
_COLUMNS = f"id, account_id, name, state, {', '.join(_FEATURES.values())}, tracking, seed_token, created_at, updated_at"

_KEY_COLUMNS = "id, domain_id, algorithm, selector, sealed, public, created_at, signs_from, retired_at"
_KEYS = f"SELECT {_KEY_COLUMNS} FROM dkim_keys WHERE domain_id = $1 ORDER BY id"


def save_domain(domain: Domain) -> Steps[Domain | None]:
    """Store a domain, or update it where the account has it; None, nothing changed, where another account does.

    `domain.id` is ignored; the stored row is answered.
    """
    rows = yield Statement(
        f"""
        INSERT INTO domains
            (account_id, name, state, {", ".join(_FEATURES.values())}, tracking, seed_token, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (name) DO UPDATE SET
            state = excluded.state, bot_detection = excluded.bot_detection, validation = excluded.validation,
            validation_sandbox = excluded.validation_sandbox, tracking = excluded.tracking,
            updated_at = excluded.updated_at
        WHERE domains.account_id = excluded.account_id
        RETURNING {_COLUMNS}
        """,
        (
            domain.account_id,
            domain.name,
            domain.state.value,
            *(int(feature in domain.features) for feature in _FEATURES),
            int(domain.tracking),
            domain.seed_token,
            domain.created_at,
            domain.updated_at,
        ),
    )
    return _domain(rows[0]) if rows else None


async def domain_named(database: Database, name: str) -> Domain | None:
    """Answer the domain of that name, whoever's it is."""
    rows = await database.fetch(f"SELECT {_COLUMNS} FROM domains WHERE name = $1", name)
    return _domain(rows[0]) if rows else None


async def domain_of_id(database: Database, domain_id: int) -> Domain | None:
    """Answer the domain of that id."""
    rows = await database.fetch(f"SELECT {_COLUMNS} FROM domains WHERE id = $1", domain_id)
    return _domain(rows[0]) if rows else None


async def domains_to_check(
    database: Database, *, unverified_before: float, active_before: float, limit: int
) -> list[Domain]:
    """Answer up to `limit` domains that were last checked before those times, the longest ago first."""
    rows = await database.fetch(
        f"""
        SELECT {_COLUMNS} FROM domains
        WHERE (state = $1 AND checked_at < $2) OR (state = $3 AND checked_at < $4)
        ORDER BY checked_at LIMIT $5
        """,
        DomainState.UNVERIFIED.value,
        unverified_before,
        DomainState.ACTIVE.value,
        active_before,
        limit,
    )
    return [_domain(row) for row in rows]


def note_check(domain_id: int, now: float, *, activate: bool) -> Steps[None]:
    """Store that a domain was checked at `now`, and let it send if that is what came of it."""
    yield Statement("UPDATE domains SET checked_at = $1 WHERE id = $2", (now, domain_id))
    if activate:
        # Whoever disabled it meanwhile has the last word.
        yield Statement(
            "UPDATE domains SET state = $1, updated_at = $2 WHERE id = $3 AND state = $4",
            (DomainState.ACTIVE.value, now, domain_id, DomainState.UNVERIFIED.value),
        )


async def limit_of_domain(database: Database, domain_id: int) -> tuple[int, int]:
    """Answer how many messages in how many seconds a domain may send; zeros are no limit."""
    rows = await database.fetch("SELECT limit_messages, limit_seconds FROM domains WHERE id = $1", domain_id)
    return cast("tuple[int, int]", rows[0]) if rows else (0, 0)


async def domains_of_account(database: Database, account_id: int) -> list[Domain]:
    """Answer an account's domains, by name."""
    rows = await database.fetch(f"SELECT {_COLUMNS} FROM domains WHERE account_id = $1 ORDER BY name", account_id)
    return [_domain(row) for row in rows]


async def owned_domains(database: Database) -> list[tuple[str, Domain]]:
    """Answer all domains by name, each with the name of its account."""
    columns = ", ".join(f"domains.{column}" for column in _COLUMNS.split(", "))
    rows = await database.fetch(
        f"SELECT accounts.name, {columns} FROM domains JOIN accounts ON accounts.id = account_id ORDER BY domains.name"
    )
    return [(cast(str, row[0]), _domain(tuple(row[1:]))) for row in rows]


def _domain(row: Row) -> Domain:
    (
        identifier,
        account_id,
        name,
        state,
        *enabled,
        tracking,
        seed_token,
        created_at,
        updated_at,
    ) = row
    return Domain(
        id=cast(int, identifier),
        account_id=cast(int, account_id),
        name=cast(str, name),
        state=DomainState(cast(str, state)),
        features=frozenset(feature for feature, is_on in zip(_FEATURES, enabled, strict=True) if is_on),
        tracking=bool(tracking),
        seed_token=cast(str, seed_token),
        created_at=cast(float, created_at),
        updated_at=cast(float, updated_at),
    )


def dkim_keys(domain_id: int) -> Steps[list[DkimKey]]:
    """Answer all keys a domain ever had, in the caller's transaction."""
    rows = yield Statement(_KEYS, (domain_id,))
    return [_dkim_key(row) for row in rows]


async def dkim_keys_of(database: Database, domain_id: int) -> list[DkimKey]:
    """Answer all keys a domain ever had, the first first."""
    return [_dkim_key(row) for row in await database.fetch(_KEYS, domain_id)]


def add_dkim_key(key: DkimKey) -> Steps[None]:
    """Store a key; `key.id` is ignored."""
    yield Statement(
        """
        INSERT INTO dkim_keys (domain_id, algorithm, selector, sealed, public, created_at, signs_from, retired_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        (
            key.domain_id,
            key.algorithm.value,
            key.selector,
            key.sealed,
            key.public,
            key.created_at,
            key.signs_from,
            key.retired_at,
        ),
    )


def cancel_dkim_keys(domain_id: int, now: float) -> Steps[None]:
    """Retire a domain's keys that do not sign yet."""
    yield Statement(
        "UPDATE dkim_keys SET retired_at = $2 WHERE domain_id = $1 AND signs_from > $2 AND retired_at IS NULL",
        (domain_id, now),
    )


def retire_dkim_keys(domain_id: int, now: float, *, at: float) -> Steps[None]:
    """Let a domain's keys that sign at `now` cease to sign at `at`."""
    yield Statement(
        """
        UPDATE dkim_keys SET retired_at = $3
        WHERE domain_id = $1 AND signs_from <= $2 AND (retired_at IS NULL OR retired_at > $2)
        """,
        (domain_id, now, at),
    )


def _dkim_key(row: Row) -> DkimKey:
    identifier, domain_id, algorithm, selector, sealed, public, created_at, signs_from, retired_at = row
    return DkimKey(
        id=cast(int, identifier),
        domain_id=cast(int, domain_id),
        algorithm=Algorithm(cast(str, algorithm)),
        selector=cast(str, selector),
        sealed=cast(bytes, sealed),
        public=cast(str, public),
        created_at=cast(float, created_at),
        signs_from=cast(float, signs_from),
        retired_at=cast("float | None", retired_at),
    )
