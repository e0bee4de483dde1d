"""Ghost's newsletters, sent by its own code as it comes from npm, with another base URL and nothing else."""

import email
import email.policy
import time

import pytest

from tests.doubles.mail_world import DOMAIN, MailWorld
from tests.doubles.mailgun_clients import MailgunClients
from tests.doubles.smtp_peer import reply

# What Ghost makes of a post: its own marks, which it replaces by Mailgun's.
NEWSLETTER = {
    "subject": "This week",
    "html": '<p>Hi %%{name}%%</p><a href="%%{unsubscribe_url}%%">Unsubscribe</a>',
    "plaintext": "Hi %%{name}%%\n\n%%{unsubscribe_url}%%",
    "from": f'"Blog" <noreply@{DOMAIN}>',
    "replyTo": f"editor@{DOMAIN}",
    "emailId": "6733e1",
    "replacementDefinitions": [
        {"id": "name", "token": "%%\\{name\\}%%"},
        {"id": "unsubscribe_url", "token": "%%\\{unsubscribe_url\\}%%", "trusted": True},
        {"id": "list_unsubscribe", "token": "%%\\{list_unsubscribe\\}%%", "trusted": True},
    ],
}


def member(address: str, name: str) -> dict[str, object]:
    url = f"https://blog.example.com/unsubscribe/?uuid={name[0]}&key=1"
    replaced = {"name": name, "unsubscribe_url": url, "list_unsubscribe": url}
    return {"email": address, "replacements": [{"id": key, "value": value} for key, value in replaced.items()]}


@pytest.fixture
async def world(tmp_path):
    async with MailWorld(tmp_path) as mail:
        yield mail


@pytest.fixture
async def ghost(world: MailWorld):
    async with MailgunClients(world.service.url, world.added["sending_key"], DOMAIN) as clients:
        yield clients


async def send(ghost: MailgunClients, *members: dict[str, object]):
    data = NEWSLETTER | {"recipients": members}
    return await ghost.call("ghost.send", data, {"openTrackingEnabled": True, "clickTrackingEnabled": False})


async def events(ghost: MailgunClients, tags=("bulk-email",)):
    asked = {"begin": (time.time() - 3600) * 1000, "end": time.time() * 1000, "tags": tags}
    return [event for batch in (await ghost.call("ghost.events", asked))["batches"] for event in batch]


async def test_a_newsletter_reaches_each_member_as_ghost_wrote_it(world: MailWorld, ghost: MailgunClients):
    sent = await send(ghost, member("ann@dest.test", "Ann O'Neil"), member("bob@dest.test", "Bob & <Co>"))

    mails = {
        taken.recipients[0]: email.message_from_bytes(taken.content, policy=email.policy.default)
        for taken in await world.peer.wait_for(2)
    }
    ann, bob = mails["ann@dest.test"], mails["bob@dest.test"]
    assert {ann["Message-ID"].strip("<>"), bob["Message-ID"].strip("<>")} == {sent["id"]}
    assert (ann["To"], ann["Reply-To"], ann["Auto-Submitted"]) == (
        "ann@dest.test",
        f"editor@{DOMAIN}",
        "auto-generated",
    )
    # What Ghost has escaped already is not escaped again.
    assert "Hi Ann O&#x27;Neil<" in ann.get_body(("html",)).get_content()
    assert "Hi Bob &amp; &lt;Co&gt;<" in bob.get_body(("html",)).get_content()
    assert "Hi Bob & <Co>" in bob.get_body(("plain",)).get_content()
    first, second = ann["List-Unsubscribe"].split(", ")
    assert first == "<https://blog.example.com/unsubscribe/?uuid=A&key=1>"
    assert second.startswith("<mailto:unsubscribe-")
    assert second.endswith(f"@{DOMAIN}?subject=unsubscribe>")
    assert ann["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_a_full_batch_of_ghost_is_taken(world: MailWorld, ghost: MailgunClients):
    await send(ghost, *(member(f"m{number}@dest.test", f"M{number}") for number in range(1000)))

    taken = await world.peer.wait_for(1000, seconds=60)
    assert len({each.recipients[0] for each in taken}) == 1000


async def test_members_may_get_message_ids_of_their_own(world: MailWorld, ghost: MailgunClients):
    await ghost.call("ghost.configure", "bulkEmail:perRecipientMessageId", True)

    await send(ghost, member("ann@dest.test", "Ann"), member("bob@dest.test", "Bob"))

    mails = [email.message_from_bytes(taken.content) for taken in await world.peer.wait_for(2)]
    assert len({mail["Message-ID"] for mail in mails}) == 2
    assert all(mail["Message-ID"].startswith("<6733e1.") for mail in mails)


async def test_its_analytics_read_our_events_page_by_page(world: MailWorld, ghost: MailgunClients):
    world.peer.script["RCPT"].append(reply("550 5.1.1 No such user"))
    sent = await send(ghost, member("ann@dest.test", "Ann"), member("bob@dest.test", "Bob"))
    await world.peer.wait_for(1)

    found = []
    deadline = time.monotonic() + 10
    while len(found) < 2 and time.monotonic() < deadline:
        found = await events(ghost)

    by_type = {event["type"]: event for event in found}
    assert set(by_type) == {"delivered", "failed"}
    assert {(event["emailId"], event["providerId"]) for event in found} == {("6733e1", sent["id"])}
    assert by_type["failed"]["severity"] == "permanent"
    assert by_type["failed"]["error"] == {
        "code": 550,
        "enhancedCode": "5.1.1",
        "message": "No such user",
    }
    assert await events(ghost, tags=("another",)) == []


async def test_it_learns_of_suppressed_members_and_lets_them_be_mailed_again(world: MailWorld, ghost: MailgunClients):
    await ghost.call("suppressions.create", DOMAIN, "bounces", {"address": "ann@dest.test", "error": "gone"})
    await send(ghost, member("ann@dest.test", "Ann"))

    failed = (await events(ghost))[0]
    # The code by which Ghost knows that it must not mail this member again.
    assert (failed["severity"], failed["error"]["code"]) == ("permanent", 605)
    assert await ghost.call("ghost.remove", "bounces", "ann@dest.test")
    assert not await ghost.call("ghost.remove", "bounces", "ann@dest.test")
