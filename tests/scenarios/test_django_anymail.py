"""django-anymail's Mailgun backend and webhook view, as they come from PyPI, with another base URL and nothing else."""

import asyncio
import email
import email.policy

import django
import pytest
from anymail.message import AnymailMessage
from anymail.signals import tracking
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from django.conf import settings
from django.core.mail import get_connection
from django.test import RequestFactory

from tests.doubles.mail_world import DOMAIN, MailWorld

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module", autouse=True)
def _django():
    settings.configure(USE_TZ=True, DEFAULT_CHARSET="utf-8", ALLOWED_HOSTS=["*"])
    django.setup()


@pytest.fixture
async def world(tmp_path):
    """A mail host for dest.test, a receiver, the service's signing key, and a function that sends with anymail."""
    async with MailWorld(tmp_path) as mail:

        def send(**fields):
            connection = get_connection(
                "anymail.backends.mailgun.EmailBackend",
                api_key=mail.added["sending_key"],
                api_url=f"{mail.service.url}/v3",
                sender_domain=DOMAIN,
            )
            fields = {"from_email": f"News <news@{DOMAIN}>", "subject": "Hello", "body": "Hi."} | fields
            files, inline, html = (fields.pop(name, None) for name in ("files", "inline", "html"))
            message = AnymailMessage(connection=connection, **fields)
            for file in files or ():
                message.attach(*file)
            if inline is not None:
                html = html.format(cid=message.attach_inline_image(inline, filename="logo.png"))
            if html is not None:
                message.attach_alternative(html, "text/html")
            message.send()
            return message.anymail_status

        yield mail.peer, mail.receiver, mail.added["signing_key"], lambda **fields: asyncio.to_thread(send, **fields)


def parsed(taken):
    return email.message_from_bytes(taken.content, policy=email.policy.default)


async def test_it_sends_with_attachments_inline_images_and_headers(world):
    peer, _, _, send = world
    status = await send(
        to=["Änn <ann@dest.test>"],
        cc=["cy@dest.test"],
        bcc=["hidden@dest.test"],
        reply_to=["reply@dest.test"],
        headers={"X-Custom": "yes"},
        html='<p>Hi</p><img src="cid:{cid}">',
        inline=PNG,
        files=[("žluť.txt", "obsah", "text/plain"), ("a.png", PNG, "image/png")],
    )

    mails = [parsed(taken) for taken in await peer.wait_for(3)]
    mail = mails[0]
    assert status.message_id == mail["Message-ID"]
    assert {taken.recipients[0] for taken in peer.taken} == {"ann@dest.test", "cy@dest.test", "hidden@dest.test"}
    assert (mail["To"], mail["Cc"], mail["Reply-To"]) == ("Änn <ann@dest.test>", "cy@dest.test", "reply@dest.test")
    assert mail["X-Custom"] == "yes"
    assert all(b"hidden@" not in taken.content for taken in peer.taken)
    assert {part.get_filename() for part in mail.iter_attachments()} == {"žluť.txt", "a.png"}
    html = mail.get_body(("html",)).get_content()
    inline = next(part for part in mail.walk() if part["Content-ID"])
    assert f"cid:{inline['Content-ID'].strip('<>')}" in html
    assert inline.get_content() == PNG


async def test_its_batches_give_everyone_a_copy_of_their_own(world):
    peer, _, _, send = world
    await send(
        to=["ann@dest.test", "Bob <bob@dest.test>"],
        subject="Order %recipient.number%",
        body="Hi %recipient.name%",
        merge_data={"ann@dest.test": {"name": "Ann", "number": 1}, "bob@dest.test": {"name": "Bob", "number": 2}},
        merge_metadata={"ann@dest.test": {"user": "7"}, "bob@dest.test": {"user": "8"}},
        merge_headers={"ann@dest.test": {"X-Own": "a"}, "bob@dest.test": {"X-Own": "b"}},
    )

    mails = {taken.recipients[0]: parsed(taken) for taken in await peer.wait_for(2)}
    assert [mails[name]["Subject"] for name in sorted(mails)] == ["Order 1", "Order 2"]
    assert [mails[name].get_content().strip() for name in sorted(mails)] == ["Hi Ann", "Hi Bob"]
    assert [mails[name]["X-Own"] for name in sorted(mails)] == ["a", "b"]
    assert "bob@" not in str(mails["ann@dest.test"]["To"])


async def test_its_webhook_view_understands_our_events(world):
    peer, receiver, signing_key, send = world
    status = await send(
        to=["ann@dest.test"],
        tags=["welcome"],
        metadata={"user": "7"},
        esp_extra={"callback_url": receiver.url("/events")},
    )
    await peer.wait_for(1)
    requests = await receiver.wait_for(2)

    seen = []
    tracking.connect(lambda sender, event, esp_name, **_: seen.append(event), weak=False)
    view = MailgunTrackingWebhookView.as_view(webhook_signing_key=signing_key)
    for request in requests:
        posted = RequestFactory().post("/", data=request.body, content_type="application/json")
        answer = await asyncio.to_thread(view, posted)
        assert answer.status_code == 200

    delivered = next(event for event in seen if event.event_type == "delivered")
    assert delivered.message_id.strip("<>") == status.message_id.strip("<>")
    assert (delivered.recipient, delivered.tags, delivered.metadata) == ("ann@dest.test", ["welcome"], {"user": "7"})
