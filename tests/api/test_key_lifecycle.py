"""Keys made and closed by the command line beside the running service, with effect at once."""

import asyncio
import contextlib
import re
import sqlite3

import pytest
from click.testing import CliRunner

from indicia.cli.root import indicia
from tests.api.client import Api
from tests.api.conftest import DOMAIN, PLAIN_DOMAIN, Installation
from tests.doubles.service import ServiceError


async def test_revoked_key_opens_nothing_from_the_next_request_on(api: Api, installation: Installation):
    created = installation.service.cli("key", "create", "--role", "sending", "--domain", DOMAIN)
    key = created["key"]
    before = [await api.get("/test", key=key) for _ in range(2)]

    revoked = installation.service.run("key", "revoke", str(created["id"]))
    after = await asyncio.gather(*(api.get("/test", key=key) for _ in range(50)))

    assert [answer.status for answer in before] == [200, 200]
    assert revoked.returncode == 0
    assert {(answer.status, answer.body) for answer in after} == {(401, b'{"message":"Unauthorized"}')}


async def test_key_is_described_and_never_kept(installation: Installation):
    created = installation.service.cli("key", "create", "--role", "primary", "--account", "ours")

    stored = b"".join(path.read_bytes() for path in installation.data_dir.glob("indicia.sqlite3*"))

    assert set(created) == {"id", "key", "role", "domain"}
    assert (created["role"], created["domain"]) == ("primary", None)
    assert re.fullmatch(r"ov_live_[0-9A-Za-z]{46}", created["key"])
    assert created["key"].encode() not in stored
    assert installation.signing_key.encode() not in stored


async def test_key_may_be_bound_to_addresses(api: Api, installation: Installation):
    create = ("key", "create", "--role", "sending", "--domain", DOMAIN, "--allow-ip")
    inside = installation.service.cli(*create, "127.0.0.0/8", "--allow-ip", "2001:db8::/32")["key"]
    outside = installation.service.cli(*create, "203.0.113.0/24")["key"]

    allowed = await api.get("/test", key=inside)
    refused = await api.get("/test", key=outside)
    forged = await api.get(
        "/test", key=outside, headers={"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    )

    assert (allowed.status, refused.status, forged.status) == (200, 401, 401)
    assert refused.body == forged.body == b'{"message":"Unauthorized"}'


async def test_key_expires(api: Api, installation: Installation):
    created = installation.service.cli("key", "create", "--role", "sending", "--domain", DOMAIN, "--expires-in", "5s")

    first = await api.get("/test", key=created["key"])
    async with asyncio.timeout(15):
        while (await api.get("/test", key=created["key"])).status != 401:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    assert first.status == 200


async def test_new_domain_works_at_once_and_its_settings_follow(api: Api, installation: Installation):
    service = installation.service
    added = service.cli("domain", "add", "late.example.org", "--account", "late")
    bot = "/late.example.org/bot"

    plain = await api.post(bot, key=added["sending_key"], json_body={})
    again = service.cli("domain", "add", "late.example.org", "--account", "late", "--enable", "bot-detection")
    enabled = [await api.post(bot, key=key, json_body={}) for key in (added["primary_key"], again["sending_key"])]

    assert (plain.status, [answer.status for answer in enabled]) == (402, [400, 400])
    assert "primary_key" not in again
    assert again["signing_key"] == added["signing_key"]
    detail = await api.get("/domains/late.example.org", key=added["primary_key"])
    assert detail.json()["domain"]["state"] == "unverified"


async def test_what_is_not_said_of_a_domain_stays_as_it_is(api: Api, installation: Installation):
    domain_add = ("domain", "add", "steady.example.org", "--account", "steady")
    added = installation.service.cli(*domain_add, "--state", "active", "--enable", "bot-detection", "--tracking", "off")
    installation.service.cli(*domain_add, "--enable", "validation")

    shown = (await api.get("/domains/steady.example.org", key=added["primary_key"])).json()["domain"]
    bot = await api.post("/steady.example.org/bot", key=added["primary_key"], json_body={})
    installation.service.cli(*domain_add, "--disable", "bot-detection")
    disabled = await api.post("/steady.example.org/bot", key=added["primary_key"], json_body={})

    assert (shown["state"], bot.status, disabled.status) == ("active", 400, 402)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["key", "revoke", "999999"], "no open key"),
        (["key", "create", "--role", "sending"], "needs --domain"),
        (["key", "create", "--role", "primary", "--domain", DOMAIN], "has none"),
        (["key", "create", "--role", "sending", "--domain", "nobody.example"], "no domain nobody.example"),
        (["key", "create", "--role", "primary", "--account", "nobody"], "no such account"),
        (["key", "create", "--role", "primary", "--expires-in", "soon"], "not a duration"),
        (["key", "create", "--role", "primary", "--expires-in", "0d"], "would open nothing"),
        (["key", "create", "--role", "primary", "--allow-ip", "10.0.0.300"], "10.0.0.300"),
        (["domain", "add", PLAIN_DOMAIN, "--account", "theirs"], "another account"),
        (["domain", "add", "no domain"], "not a domain name"),
        (["signing-key", "rotate", "--account", "nobody"], "no such account"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(installation: Installation, arguments: list[str], says: str):
    # In this process, which spares ten starts of Python.
    finished = CliRunner().invoke(indicia, arguments, env={"INDICIA_DATA_DIR": str(installation.data_dir)})

    assert finished.exit_code != 0
    assert isinstance(finished.exception, SystemExit)
    assert says in finished.stderr


def test_refused_command_leaves_nothing_behind(installation: Installation):
    with pytest.raises(ServiceError):
        installation.service.cli("key", "create", "--role", "sending")

    with contextlib.closing(sqlite3.connect(installation.data_dir / "indicia.sqlite3")) as database:
        domainless = database.execute("SELECT count(*) FROM api_keys WHERE role = 'sending' AND domain_id IS NULL")
        assert domainless.fetchone() == (0,)


def test_nobody_else_on_the_machine_reads_what_is_stored(installation: Installation):
    assert installation.data_dir.stat().st_mode & 0o077 == 0
