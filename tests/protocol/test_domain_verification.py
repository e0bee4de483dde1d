"""Domains become active by what they publish, and never cease to by it; against a real name server."""

import asyncio
import json

import pytest

from indicia.accounts.keys import Keys
from indicia.accounts.signing_key import SigningKeys
from indicia.domains.dkim_keys import DkimKeys
from indicia.domains.dns_records import Installation, Validity
from indicia.domains.model import DomainState
from indicia.domains.registry import DomainRegistry
from indicia.domains.verification import ACTIVE_SECONDS, UNVERIFIED_SECONDS, Verification
from indicia.mail.dkim import record_name, record_text
from indicia.net.dns import Resolver, parse_servers
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import Vault
from tests.doubles.clock import FakeClock
from tests.doubles.command_line import indicia
from tests.doubles.dns_zone import SERVFAIL

NAME = "news.example.com"
OURS = Installation("mail.host.example", "track.host.example", "a:mail.host.example", lambda name: name)


class Setup:
    """A store with one domain, and a zone in which its records can be published."""

    def __init__(self, zone, database, clock) -> None:
        vault = Vault(bytes(32))
        self.zone, self.clock = zone, clock
        self.keys = DkimKeys(database, vault, clock)
        self.registry = DomainRegistry(
            database, Keys(database, vault, clock), SigningKeys(database, vault, clock), self.keys, clock
        )
        self.resolver = Resolver(clock, parse_servers(zone.address))
        self.verification = Verification(database, self.keys, self.resolver.records, OURS, clock)

    async def domain(self):
        return await self.registry.named(NAME)

    async def publish(self) -> None:
        self.zone.answer(NAME, "TXT", ["v=spf1 a:mail.host.example -all"])
        for key in await self.keys.all_of((await self.domain()).id):
            self.zone.answer(record_name(key.selector, NAME), "TXT", [record_text(key.algorithm, key.public)])


@pytest.fixture
async def setup(tmp_path, zone):
    database, clock = SqliteDatabase(tmp_path / "store.sqlite3"), FakeClock()
    await migrate(database, clock)
    setup = Setup(zone, database, clock)
    await setup.registry.add(NAME)
    yield setup
    await setup.resolver.close()
    await database.close()


async def test_an_unverified_domain_becomes_active_once_its_records_are_there(setup):
    before = await setup.verification.verify(await setup.domain())
    await setup.publish()
    setup.clock.advance(60)

    after = await setup.verification.verify(await setup.domain())

    assert (before.domain.state, before.may_send) == (DomainState.UNVERIFIED, False)
    assert (after.domain.state, after.may_send) == (DomainState.ACTIVE, True)


async def test_looking_changes_nothing(setup):
    await setup.publish()

    await setup.verification.look(await setup.domain())

    assert (await setup.domain()).state is DomainState.UNVERIFIED


async def test_an_active_domain_outlives_an_outage_and_lost_records(setup):
    await setup.publish()
    await setup.verification.verify(await setup.domain())

    for turn, validity in ((SERVFAIL, Validity.UNKNOWN), ([], Validity.INVALID)):
        setup.zone.answer(NAME, "TXT", turn)
        setup.clock.advance(120)
        verified = await setup.verification.verify(await setup.domain())

        assert (verified.records[0].validity, verified.domain.state) == (validity, DomainState.ACTIVE)


async def test_a_disabled_domain_stays_disabled(setup):
    await setup.registry.add(NAME, state=DomainState.DISABLED)
    await setup.publish()

    assert (await setup.verification.verify(await setup.domain())).domain.state is DomainState.DISABLED


async def test_unverified_domains_are_due_hourly_and_active_ones_daily(setup):
    reported = []

    async def report(verified):
        reported.append(verified.domain.state)

    async def due() -> int:
        return await setup.verification.verify_due(10, report)

    assert [await due(), await due()] == [1, 0]
    await setup.publish()
    setup.clock.advance(UNVERIFIED_SECONDS + 1)
    assert [await due(), await due()] == [1, 0]
    setup.clock.advance(UNVERIFIED_SECONDS + 1)
    assert await due() == 0
    setup.clock.advance(ACTIVE_SECONDS)
    assert await due() == 1
    assert reported == [DomainState.UNVERIFIED, DomainState.ACTIVE, DomainState.ACTIVE]


async def test_the_command_says_what_to_publish_and_by_its_exit_code_whether_that_is_done(tmp_path, zone):
    environment = {
        "INDICIA_DNS_SERVERS": zone.address,
        "INDICIA_HELLO_NAME": "mail.host.example",
        "INDICIA_PUBLIC_URL": "https://track.host.example/",
        "INDICIA_SPF": "include:spf.host.example",
    }

    async def run(*arguments):
        return await asyncio.to_thread(indicia, tmp_path, *arguments, **environment)

    await run("domain", "add", NAME)
    missing = await run("domain", "check", NAME)
    keys = json.loads((await run("dkim", "show", NAME, "--json")).stdout)
    zone.answer(NAME, "TXT", ["v=spf1 include:spf.host.example ~all"])
    zone.answer(NAME, "MX", ["10 mail.host.example"])
    zone.answer(keys[0]["name"], "TXT", [keys[0]["value"]])
    done = await run("domain", "check", NAME, "--json")
    zone.answer(NAME, "TXT", SERVFAIL)
    silent = await run("domain", "check", NAME)
    unknown = await run("domain", "check", "nowhere.example")

    assert missing.returncode == 1
    assert f"INVALID  {NAME}  TXT  v=spf1 include:spf.host.example ~all\n           there is: nothing" in missing.stdout
    assert f"INVALID  {NAME}  MX  10 mail.host.example" in missing.stdout
    assert f"INVALID  email.{NAME}  CNAME  track.host.example" in missing.stdout
    assert all(f"{key['name']}  TXT  {key['value']}\n" in missing.stdout for key in keys)
    assert missing.stdout.endswith(f"{NAME} is unverified.\n")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert told["state"] == "active"
    assert [record["valid"] for record in told["records"]] == [
        "valid",
        "valid",
        "invalid",
        "invalid",
        "invalid",
        "valid",
    ]
    assert silent.returncode == 3
    assert silent.stdout.endswith(f"{NAME} is active.\n")
    assert (unknown.returncode, "There is no domain nowhere.example" in unknown.stderr) == (2, True)


async def test_the_zone_is_asked_for_nothing_but_what_is_needed(setup):
    await setup.verification.look(await setup.domain())

    asked = {record_type for _, record_type in setup.zone.queries}
    assert asked == {"TXT", "CNAME", "MX"}
    assert len(setup.zone.queries) <= 10


async def test_no_value_is_shown_to_be_copied_that_no_setting_has_named(tmp_path, zone):
    async def check(*arguments, **settings):
        environment = {"INDICIA_DNS_SERVERS": zone.address, **settings}
        return await asyncio.to_thread(indicia, tmp_path, "domain", "check", NAME, *arguments, **environment)

    await asyncio.to_thread(indicia, tmp_path, "domain", "add", NAME)
    bare = await check(INDICIA_HELLO_NAME="vm7")
    told = json.loads((await check("--json", INDICIA_HELLO_NAME="vm7")).stdout)
    named = await check(INDICIA_HELLO_NAME="mail.host.example", INDICIA_PUBLIC_URL="http://[::1]:8080")

    assert (bare.returncode, named.returncode) == (1, 1)
    assert bare.stdout.count("NOT YET  Set INDICIA_HELLO_NAME first") == 2
    assert bare.stdout.count("NOT YET  Set INDICIA_PUBLIC_URL first") == 1
    assert "vm7" not in bare.stdout
    assert "127.0.0.1" not in bare.stdout
    wanted = {record["purpose"]: record["set_first"] for record in told["records"]}
    assert wanted == {
        "spf": "INDICIA_HELLO_NAME",
        "dkim": None,
        "dmarc": None,
        "tracking": "INDICIA_PUBLIC_URL",
        "mx": "INDICIA_HELLO_NAME",
    }
    assert "v=spf1 a:mail.host.example ~all" in named.stdout
    assert named.stdout.count("NOT YET") == 1
