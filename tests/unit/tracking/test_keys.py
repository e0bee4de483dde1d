"""The keyring: made once, sealed at rest, rotated beside a running service."""

import pytest

from indicia.mail.verp import Purpose, read_address
from indicia.storage.database import StorageError
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import Vault
from indicia.tracking.keys import Keyring
from indicia.tracking.return_paths import Returned, ReturnPaths, authenticate
from tests.doubles.clock import FakeClock

VAULT = Vault(bytes(32))


@pytest.fixture
async def database(tmp_path):
    database = SqliteDatabase(tmp_path / "store.sqlite3")
    await migrate(database, FakeClock())
    yield database
    await database.close()


async def open_keyring(database, vault=VAULT):
    return await Keyring.open(database, vault, FakeClock())


async def test_every_process_seals_with_the_same_first_key(database):
    first, second = await open_keyring(database), await open_keyring(database)

    token = first.sealing.seal("click", "a.example", b"content")

    assert second.sealing.open("click", "a.example", token) == b"content"


async def test_a_token_of_a_key_that_another_process_has_just_made_opens(database):
    running, command_line = await open_keyring(database), await open_keyring(database)
    old = running.sealing.seal("click", "a.example", b"old")

    number = await command_line.rotate()
    token = command_line.sealing.seal("click", "a.example", b"new")

    assert (number, token[0]) == (2, 2)
    assert await running.open_token("click", "a.example", token) == b"new"
    assert await running.open_token("click", "a.example", old) == b"old"
    assert running.sealing.seal("click", "a.example", b"x")[0] == 2


async def test_a_token_of_no_key_at_all_does_not_open(database):
    keyring = await open_keyring(database)

    assert await keyring.open_token("click", "a.example", b"\xc8" + bytes(30)) is None
    assert await keyring.open_token("click", "a.example", b"") is None


async def test_keys_are_useless_without_the_master_secret(database):
    await open_keyring(database)

    with pytest.raises(StorageError, match=r"secret\.key"):
        await open_keyring(database, Vault(bytes(31) + b"x"))


async def test_a_return_path_names_its_recipient_and_no_edited_one_does(database):
    keyring = await open_keyring(database)
    address = ReturnPaths(keyring.sealing).return_path("news.example.com", 42)

    ours = read_address(address)
    elsewhere = read_address(address.replace("news.example.com", "other.example.com"))
    edited = read_address(address.replace("bounce-", "unsubscribe-"))

    assert await authenticate(keyring, ours) == Returned(Purpose.BOUNCE, "news.example.com", 42)
    assert await authenticate(keyring, elsewhere) is None
    assert await authenticate(keyring, edited) is None
