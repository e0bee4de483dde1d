"""An empty store, and the registry of its domains."""

import pytest

from indicia.accounts.keys import Keys
from indicia.accounts.signing_key import SigningKeys
from indicia.domains.dkim_keys import DkimKeys
from indicia.domains.registry import DomainRegistry
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import Vault
from tests.doubles.clock import FakeClock


@pytest.fixture
async def database(tmp_path):
    database = SqliteDatabase(tmp_path / "store.sqlite3")
    await migrate(database, FakeClock())
    yield database
    await database.close()


@pytest.fixture
def registry(database):
    clock, vault = FakeClock(), Vault(bytes(32))
    keys, signing_keys, dkim_keys = (made(database, vault, clock) for made in (Keys, SigningKeys, DkimKeys))
    return DomainRegistry(database, keys, signing_keys, dkim_keys, clock)
