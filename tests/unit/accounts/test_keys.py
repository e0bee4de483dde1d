"""API keys: recognisable by shape, stored only as digests, and closed when they should be."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.accounts.key_format import is_well_formed, new_key
from indicia.accounts.keys import Keys
from indicia.accounts.model import KeyNotFoundError, KeyRefusedError, Role
from indicia.accounts.signing_key import SigningKeys
from indicia.accounts.store import find_or_add_account
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import Vault
from tests.doubles.clock import FakeClock


@pytest.fixture
async def clock():
    return FakeClock()


@pytest.fixture
async def database(tmp_path, clock):
    database = SqliteDatabase(tmp_path / "store.sqlite3")
    await migrate(database, clock)
    await database.run(find_or_add_account("acme", clock()))
    yield database
    await database.close()


@pytest.fixture
async def keys(database, clock):
    return Keys(database, Vault(bytes(32)), clock)


def test_a_new_key_has_the_prefix_the_length_and_a_valid_checksum():
    key = new_key()

    assert key.startswith("ov_live_")
    assert len(key) == len("ov_live_") + 46
    assert is_well_formed(key)


@given(position=st.integers(8, 53), replacement=st.sampled_from("0aZ"))
def test_a_key_with_one_other_character_is_malformed(position, replacement):
    key = new_key()
    mistyped = key[:position] + replacement + key[position + 1 :]

    assert is_well_formed(mistyped) == (mistyped == key)


@given(st.text())
def test_any_text_is_either_well_formed_or_not_and_never_raises(text):
    assert is_well_formed(text) in {True, False}


async def test_a_primary_key_stands_for_its_account(database, keys):
    key_id, key = await database.run(keys.issue(1, Role.PRIMARY))

    principal = await keys.recognise(key, "203.0.113.7")

    assert (principal.key_id, principal.account_id, principal.domain_id, principal.role) == (key_id, 1, None, "primary")


async def test_a_revoked_key_opens_nothing(database, keys):
    key_id, key = await database.run(keys.issue(1, Role.PRIMARY))
    await keys.revoke(key_id)

    with pytest.raises(KeyRefusedError):
        await keys.recognise(key, "203.0.113.7")
    with pytest.raises(KeyNotFoundError):
        await keys.revoke(key_id)


async def test_a_key_opens_nothing_from_its_expiry_on(database, keys, clock):
    _, key = await database.run(keys.issue(1, Role.PRIMARY, expires_in=60))
    clock.advance(59)
    await keys.recognise(key, "203.0.113.7")
    clock.advance(1)

    with pytest.raises(KeyRefusedError):
        await keys.recognise(key, "203.0.113.7")


async def test_a_key_with_networks_opens_from_them_alone(database, keys):
    _, key = await database.run(keys.issue(1, Role.PRIMARY, networks=[ip_network("203.0.113.0/24")]))
    await keys.recognise(key, "203.0.113.7")

    with pytest.raises(KeyRefusedError):
        await keys.recognise(key, "198.51.100.7")
    with pytest.raises(KeyRefusedError):
        await keys.recognise(key, "2001:db8::1")


async def test_no_key_is_found_in_the_files_of_the_store(database, keys, tmp_path):
    _, key = await database.run(keys.issue(1, Role.PRIMARY))

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert key.encode() not in stored
    assert key[8:24].encode() not in stored


async def test_during_the_overlap_both_signing_keys_live_and_the_newest_comes_first(database, clock):
    signing_keys = SigningKeys(database, Vault(bytes(32)), clock)
    first = await database.run(signing_keys.rotate(1))
    second = await database.run(signing_keys.rotate(1))

    assert first.startswith("whsec_")
    assert await signing_keys.live(1) == [second, first]
    clock.advance(24 * 3600)
    assert await signing_keys.live(1) == [second]
