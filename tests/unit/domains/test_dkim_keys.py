"""The keys of a domain: made with it, sealed, and changed with an overlap."""

import asyncio

import pytest

from indicia.accounts.keys import Keys
from indicia.accounts.signing_key import SigningKeys
from indicia.domains.dkim_keys import DkimKeys
from indicia.domains.model import RECORD_KEPT_SECONDS, DkimKeyState
from indicia.domains.registry import DomainRegistry
from indicia.mail.dkim import Algorithm, private_bytes
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import open_vault
from tests.doubles.clock import FakeClock

_DAY = 24 * 3600.0


class _Installation:
    def __init__(self, folder) -> None:
        self.clock = FakeClock()
        self.database = SqliteDatabase(folder / "store.sqlite3")
        self.vault = open_vault(folder / "secret.key")
        self.keys = DkimKeys(self.database, self.vault, self.clock)
        api_keys = Keys(self.database, self.vault, self.clock)
        signing_keys = SigningKeys(self.database, self.vault, self.clock)
        self.registry = DomainRegistry(self.database, api_keys, signing_keys, self.keys, self.clock)

    async def states(self, domain_id):
        """Answer selector and state of each key whose record is needed."""
        now = self.clock()
        return [(key.selector, key.state(now)) for key in await self.keys.all_of(domain_id)]

    async def selectors(self, domain_id):
        """Answer the selectors that sign."""
        return [signer.selector for signer in await self.keys.signers(domain_id, "d.example")]


@pytest.fixture
async def installation(tmp_path):
    installation = _Installation(tmp_path)
    await migrate(installation.database, installation.clock)
    yield installation
    await installation.database.close()


@pytest.fixture
async def domain(installation):
    return (await installation.registry.add("d.example", account="ours")).domain


async def test_a_domain_is_added_with_a_key_of_each_kind(installation, domain):
    signers = await installation.keys.signers(domain.id, domain.name)

    assert [signer.algorithm for signer in signers] == [Algorithm.RSA, Algorithm.ED25519]
    assert signers[0].key.key_size == 2048


async def test_adding_a_domain_again_keeps_its_keys(installation, domain):
    before = await installation.selectors(domain.id)
    await installation.registry.add("d.example", account="ours")

    assert await installation.selectors(domain.id) == before
    assert len(await installation.keys.all_of(domain.id)) == 2


async def test_private_keys_are_sealed_where_they_are_stored(installation, domain, tmp_path):
    signers = await installation.keys.signers(domain.id, domain.name)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("store.sqlite3*"))

    for signer in signers:
        secret = private_bytes(signer.key)
        assert secret not in stored
        assert secret[-32:] not in stored


async def test_a_key_is_loaded_once(installation, domain):
    first, second = [await installation.keys.signers(domain.id, domain.name) for _ in range(2)]

    assert first[0].key is second[0].key


async def test_new_keys_wait_while_the_old_ones_sign_and_take_over_after_the_overlap(installation, domain):
    old = await installation.selectors(domain.id)
    await installation.keys.rotate(domain.id, overlap_seconds=2 * _DAY)

    assert [state for _, state in await installation.states(domain.id)] == [DkimKeyState.SIGNING] * 2 + [
        DkimKeyState.WAITING
    ] * 2
    assert await installation.selectors(domain.id) == old

    installation.clock.advance(2 * _DAY)
    new = await installation.selectors(domain.id)
    assert len(new) == 2
    assert not set(new) & set(old)
    assert [state for _, state in await installation.states(domain.id)][2:] == [DkimKeyState.RETIRED] * 2

    installation.clock.advance(RECORD_KEPT_SECONDS)
    assert {selector for selector, _ in await installation.states(domain.id)} == set(new)


async def test_rotating_again_during_the_overlap_replaces_what_waits(installation, domain):
    old = await installation.selectors(domain.id)
    await installation.keys.rotate(domain.id, overlap_seconds=_DAY)
    replaced = {selector for selector, state in await installation.states(domain.id) if state is DkimKeyState.WAITING}
    installation.clock.advance(_DAY / 2)
    await installation.keys.rotate(domain.id, overlap_seconds=_DAY)

    installation.clock.advance(_DAY / 2)
    assert await installation.selectors(domain.id) == old
    installation.clock.advance(_DAY / 2)
    final = set(await installation.selectors(domain.id))
    assert len(final) == 2
    assert not final & (replaced | set(old))


async def test_there_is_never_a_moment_without_keys_that_sign(installation, domain):
    await installation.keys.rotate(domain.id, overlap_seconds=10)

    for _ in range(12):
        assert len(await installation.selectors(domain.id)) == 2
        installation.clock.advance(1)


async def test_a_rotation_by_another_process_is_seen_within_a_second(installation, domain):
    other = DkimKeys(installation.database, installation.vault, installation.clock)
    before = await installation.selectors(domain.id)
    await asyncio.gather(other.rotate(domain.id, overlap_seconds=0))
    installation.clock.advance(1.0)

    assert not set(await installation.selectors(domain.id)) & set(before)
