"""Domains: one owner each, found in one form, and invisible to everybody else."""

import pytest

from indicia.accounts.keys import Keys
from indicia.accounts.model import Principal, Role
from indicia.accounts.signing_key import SigningKeys
from indicia.domains.dkim_keys import DkimKeys
from indicia.domains.model import DomainNotFoundError, DomainState, DomainTakenError, Feature, InvalidDomainError
from indicia.domains.names import canonical_domain
from indicia.domains.registry import DomainRegistry
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import Vault
from tests.doubles.clock import FakeClock


@pytest.fixture
async def registry(tmp_path):
    database = SqliteDatabase(tmp_path / "store.sqlite3")
    clock, vault = FakeClock(), Vault(bytes(32))
    await migrate(database, clock)
    yield DomainRegistry(
        database,
        Keys(database, vault, clock),
        SigningKeys(database, vault, clock),
        DkimKeys(database, vault, clock),
        clock,
    )
    await database.close()


def _primary(account_id: int) -> Principal:
    return Principal(key_id=1, account_id=account_id, domain_id=None, role=Role.PRIMARY)


async def test_a_new_account_gets_its_primary_key_once(registry):
    first = await registry.add("a1.test", account="acme")
    second = await registry.add("a2.test", account="acme")

    assert first.primary_key is not None
    assert second.primary_key is None
    assert second.signing_key == first.signing_key


async def test_without_an_account_the_first_one_is_meant_and_never_the_demo(registry):
    await registry.add("demo.test", account="demo")
    first = await registry.add("a1.test")
    second = await registry.add("a2.test")

    assert first.primary_key is not None
    assert second.domain.account_id == first.domain.account_id


async def test_adding_a_domain_again_changes_its_settings(registry):
    await registry.add("a1.test")
    again = await registry.add("A1.test.", state=DomainState.ACTIVE, features=frozenset({Feature.BOT_DETECTION}))

    assert again.domain.state is DomainState.ACTIVE
    assert again.domain.features == {Feature.BOT_DETECTION}


async def test_a_domain_has_one_account(registry):
    await registry.add("a1.test", account="acme")

    with pytest.raises(DomainTakenError):
        await registry.add("a1.test", account="other")


async def test_foreign_and_unknown_domains_cannot_be_told_apart(registry):
    mine = await registry.add("a1.test", account="acme")
    await registry.add("b1.test", account="other")

    for name in ("b1.test", "unknown.test", "not a domain", ""):
        with pytest.raises(DomainNotFoundError):
            await registry.usable_by(_primary(mine.domain.account_id), name)


async def test_a_sending_key_sees_its_own_domain_alone(registry):
    one = await registry.add("a1.test")
    await registry.add("a2.test")
    principal = Principal(1, one.domain.account_id, one.domain.id, Role.SENDING)

    assert [domain.name for domain in await registry.all_usable_by(principal)] == ["a1.test"]
    with pytest.raises(DomainNotFoundError):
        await registry.usable_by(principal, "a2.test")


@pytest.mark.parametrize(
    ("text", "name"),
    [("Example.COM", "example.com"), ("example.com.", "example.com"), ("münchen.example", "xn--mnchen-3ya.example")],
)
def test_a_domain_is_kept_in_one_form(text, name):
    assert canonical_domain(text) == name


@pytest.mark.parametrize(
    "text",
    ["", ".", "example", "exa mple.com", "-a.com", "a..com", "a@b.com", "127.0.0.1", "a" * 64 + ".com", "a/b.com"],
)
def test_what_is_no_domain_name_is_refused(text):
    with pytest.raises(InvalidDomainError):
        canonical_domain(text)
