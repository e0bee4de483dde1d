"""Accounts, API keys and signing keys as rows."""

from ipaddress import ip_network
from typing import cast

import msgspec

from indicia.accounts.model import DEMO_ACCOUNT, Account, ApiKey, KnownKey, Role
from indicia.storage.database import Database, Row, Statement, Steps

_KEY_COLUMNS = "id, account_id, domain_id, role, networks, expires_at, revoked_at"


def find_or_add_account(name: str, now: float) -> Steps[tuple[Account, bool]]:
    """Answer the account of that name, made now if there was none, and whether it was made."""
    made = yield Statement(
        "INSERT INTO accounts (name, created_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING id",
        (name, now),
    )
    rows = made or (yield Statement("SELECT id FROM accounts WHERE name = $1", (name,)))
    return Account(cast(int, rows[0][0]), name), bool(made)


async def first_account(database: Database) -> Account | None:
    """Answer the account that was made first, the demo aside."""
    rows = await database.fetch("SELECT id, name FROM accounts WHERE name <> $1 ORDER BY id LIMIT 1", DEMO_ACCOUNT)
    return Account(cast(int, rows[0][0]), cast(str, rows[0][1])) if rows else None


async def account_named(database: Database, name: str) -> Account | None:
    """Answer the account of that name."""
    rows = await database.fetch("SELECT id, name FROM accounts WHERE name = $1", name)
    return Account(cast(int, rows[0][0]), cast(str, rows[0][1])) if rows else None


def add_key(key: ApiKey, *, digest: bytes, hint: str, now: float) -> Steps[int]:
    """Store a key under its digest; `key.id` is ignored, the stored id is answered."""
    networks = msgspec.json.encode([str(network) for network in key.networks]).decode()
    rows = yield Statement(
        """
        INSERT INTO api_keys (account_id, domain_id, role, digest, hint, networks, expires_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
        """,
        (key.account_id, key.domain_id, key.role.value, digest, hint, networks, key.expires_at, now),
    )
    return cast(int, rows[0][0])


async def key_of_digest(database: Database, digest: bytes) -> ApiKey | None:
    """Answer the key stored under `digest`, revoked and expired ones too."""
    rows = await database.fetch(f"SELECT {_KEY_COLUMNS} FROM api_keys WHERE digest = $1", digest)
    return _key(rows[0]) if rows else None


async def known_keys(database: Database) -> list[KnownKey]:
    """Answer all keys of all accounts in the order in which they were made."""
    columns = ", ".join(f"api_keys.{column}" for column in _KEY_COLUMNS.split(", "))
    rows = await database.fetch(
        f"""
        SELECT accounts.name, api_keys.hint, api_keys.created_at, {columns}
        FROM api_keys JOIN accounts ON accounts.id = api_keys.account_id ORDER BY api_keys.id
        """
    )
    return [
        KnownKey(
            _key(tuple(row[3:])), account=cast(str, row[0]), hint=cast(str, row[1]), created_at=cast(float, row[2])
        )
        for row in rows
    ]


def revoke_key(key_id: int, now: float) -> Steps[bool]:
    """Close a key for good; answer whether there was an open one of that id."""
    rows = yield Statement(
        "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL RETURNING id", (now, key_id)
    )
    return bool(rows)


def add_signing_key(account_id: int, sealed: bytes, *, now: float, overlap_until: float) -> Steps[None]:
    """Make `sealed` the key that signs; those before it keep signing beside it until `overlap_until` at most."""
    yield Statement(
        "UPDATE signing_keys SET retired_at = $1 WHERE account_id = $2 AND retired_at IS NULL",
        (overlap_until, account_id),
    )
    yield Statement(
        "INSERT INTO signing_keys (account_id, sealed, created_at) VALUES ($1, $2, $3)",
        (account_id, sealed, now),
    )


async def live_signing_keys(database: Database, account_id: int, now: float) -> list[bytes]:
    """Answer the sealed keys that sign at `now`, the newest first."""
    rows = await database.fetch(
        """
        SELECT sealed FROM signing_keys
        WHERE account_id = $1 AND (retired_at IS NULL OR retired_at > $2) ORDER BY id DESC
        """,
        account_id,
        now,
    )
    return [cast(bytes, row[0]) for row in rows]


def _key(row: Row) -> ApiKey:
    identifier, account_id, domain_id, role, networks, expires_at, revoked_at = row
    texts = msgspec.json.decode(cast(str, networks), type=list[str])
    return ApiKey(
        id=cast(int, identifier),
        account_id=cast(int, account_id),
        domain_id=cast("int | None", domain_id),
        role=Role(cast(str, role)),
        networks=tuple(ip_network(text) for text in texts),
        expires_at=cast("float | None", expires_at),
        revoked_at=cast("float | None", revoked_at),
    )


async def has_accounts(database: Database) -> bool:
    """Tell whether anybody uses this installation."""
    return bool(await database.fetch("SELECT 1 FROM accounts LIMIT 1"))
