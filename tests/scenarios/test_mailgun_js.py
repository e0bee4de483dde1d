"""mailgun.js, as it comes from npm, with another base URL and nothing else."""

import base64
import email
import email.policy
import json
import time

import pytest

from tests.doubles.mail_world import DOMAIN, MailWorld
from tests.doubles.mailgun_clients import MailgunClientError, MailgunClients

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
MAIL = {"from": f"News <news@{DOMAIN}>", "to": ["ann@dest.test"], "subject": "Hello", "text": "Hi."}


def file(name: str, content: bytes) -> dict[str, object]:
    return {"filename": name, "data": {"base64": base64.b64encode(content).decode()}}


@pytest.fixture
async def world(tmp_path):
    async with MailWorld(tmp_path) as mail:
        yield mail


@pytest.fixture
async def mailgun(world: MailWorld):
    async with MailgunClients(world.service.url, world.added["primary_key"], DOMAIN) as clients:
        yield clients


async def test_it_sends_with_files_options_variables_and_headers(world: MailWorld, mailgun: MailgunClients):
    sent = await mailgun.call(
        "messages.create",
        DOMAIN,
        MAIL
        | {
            "html": '<p>Hi</p><img src="cid:logo.png">',
            "attachment": [file("žluť.txt", b"obsah"), file("large.bin", bytes(range(256)) * 4000)],
            "inline": file("logo.png", PNG),
            "o:tag": ["a", "b"],
            "o:tracking": False,
            "o:require-tls": False,
            "h:X-Custom": "yes",
            "h:Reply-To": "reply@dest.test",
            "v:order": json.dumps({"id": 7}),
        },
    )

    mail = email.message_from_bytes((await world.peer.wait_for(1))[0].content, policy=email.policy.default)
    assert (sent["status"], sent["message"], sent["id"]) == (200, "Queued. Thank you.", mail["Message-ID"])
    assert (mail["To"], mail["Reply-To"], mail["X-Custom"]) == ("ann@dest.test", "reply@dest.test", "yes")
    files = {part.get_filename(): part for part in mail.iter_attachments()}
    assert files["žluť.txt"].get_content().strip() == "obsah"
    assert files["large.bin"].get_content() == bytes(range(256)) * 4000
    inline = next(part for part in mail.walk() if part["Content-ID"])
    assert (inline["Content-ID"], inline.get_content()) == ("<logo.png>", PNG)
    assert json.loads(mail["X-OV-Variables"]) == {"order": '{"id": 7}'}


async def test_its_batches_give_everyone_a_copy_of_their_own(world: MailWorld, mailgun: MailgunClients):
    variables = {"ann@dest.test": {"first": "Ann", "id": 1}, "bob@dest.test": {"first": "Bob", "id": 2}}
    batch = {
        "to": ["ann@dest.test", "Bob <bob@dest.test>"],
        "subject": "Hey %recipient.first%",
        "text": "If you wish to unsubscribe, go to /unsubscribe/%recipient.id%",
        "recipient-variables": json.dumps(variables),
    }
    await mailgun.call("messages.create", DOMAIN, MAIL | batch)

    mails = {
        taken.recipients[0]: email.message_from_bytes(taken.content, policy=email.policy.default)
        for taken in await world.peer.wait_for(2)
    }
    assert [mails[name]["Subject"] for name in sorted(mails)] == ["Hey Ann", "Hey Bob"]
    assert [mails[name]["To"] for name in sorted(mails)] == ["ann@dest.test", "Bob <bob@dest.test>"]
    assert mails["bob@dest.test"].get_content().rstrip().endswith("/unsubscribe/2")


async def test_it_tells_what_is_wrong(mailgun: MailgunClients):
    with pytest.raises(MailgunClientError) as refused:
        await mailgun.call("messages.create", DOMAIN, MAIL | {"to": ["broken"]})
    with pytest.raises(MailgunClientError) as absent:
        await mailgun.call("messages.create", "nowhere.test", MAIL)

    assert refused.value.status == 400
    assert "to parameter is not a valid address. please check documentation" in refused.value.details
    assert absent.value.status == 404
    assert "Domain not found: nowhere.test" in absent.value.details


async def test_it_reads_events_page_by_page_until_one_is_empty(world: MailWorld, mailgun: MailgunClients):
    for number in range(5):
        await mailgun.call("messages.create", DOMAIN, MAIL | {"subject": f"No. {number}", "o:tag": ["letters"]})
    await world.peer.wait_for(5)

    asked = {
        "event": "accepted OR failed",
        "tags": "letters",
        "begin": time.time() - 600,
        "ascending": "yes",
        "limit": 2,
    }
    page = await mailgun.call("events.get", DOMAIN, asked)
    seen = []
    while page["items"]:
        seen += [event["message"]["headers"]["subject"] for event in page["items"]]
        page = await mailgun.call("events.get", DOMAIN, {"page": page["pages"]["next"]["page"], "limit": 2})

    assert seen == [f"No. {number}" for number in range(5)]


@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("bounces", {"address": "ann@dest.test", "code": "550", "error": "550 no such user"}),
        ("complaints", {"address": "ann@dest.test"}),
        ("unsubscribes", {"address": "ann@dest.test", "tag": "*"}),
    ],
)
async def test_its_suppressions_are_ours(mailgun: MailgunClients, kind: str, entry: dict[str, str]):
    await mailgun.call("suppressions.create", DOMAIN, kind, entry)
    await mailgun.call("suppressions.create", DOMAIN, kind, [{"address": "bob@dest.test"}, {"address": "cy@dest.test"}])

    shown = await mailgun.call("suppressions.get", DOMAIN, kind, "ann@dest.test")
    first = await mailgun.call("suppressions.list", DOMAIN, kind, {"limit": 2})
    second = await mailgun.call("suppressions.list", DOMAIN, kind, {"limit": 2, "page": first["pages"]["next"]["page"]})
    removed = await mailgun.call("suppressions.destroy", DOMAIN, kind, "ann@dest.test")
    with pytest.raises(MailgunClientError) as gone:
        await mailgun.call("suppressions.get", DOMAIN, kind, "ann@dest.test")

    assert (shown["address"], shown["type"]) == ("ann@dest.test", kind)
    assert [item["address"] for page in (first, second) for item in page["items"]] == [
        "ann@dest.test",
        "bob@dest.test",
        "cy@dest.test",
    ]
    assert removed["address"] == "ann@dest.test"
    assert gone.value.status == 404


async def test_it_lists_shows_and_verifies_domains(mailgun: MailgunClients):
    [listed] = await mailgun.call("domains.list", {"limit": 10})
    shown = await mailgun.call("domains.get", DOMAIN)
    verified = await mailgun.call("domains.verify", DOMAIN)

    assert (listed["name"], listed["state"]) == (DOMAIN, "active")
    assert {record["record_type"] for record in shown["sending_dns_records"]} == {"TXT", "CNAME"}
    assert [record["record_type"] for record in shown["receiving_dns_records"]] == ["MX"]
    assert verified["name"] == DOMAIN


async def test_its_webhooks_are_ours(world: MailWorld, mailgun: MailgunClients):
    url, other = world.receiver.url("/a"), world.receiver.url("/b")
    created = await mailgun.call("webhooks.create", DOMAIN, "delivered", url)
    updated = await mailgun.call("webhooks.update", DOMAIN, "delivered", [url, other])
    listed = await mailgun.call("webhooks.list", DOMAIN, {})
    shown = await mailgun.call("webhooks.get", DOMAIN, "delivered")
    await mailgun.call("webhooks.destroy", DOMAIN, "delivered")

    assert (created["id"], created["urls"]) == ("delivered", [url])
    assert updated["urls"] == [url, other]
    assert listed["delivered"]["urls"] == [url, other]
    assert shown["urls"] == [url, other]
    assert await mailgun.call("webhooks.list", DOMAIN, {}) == {}
