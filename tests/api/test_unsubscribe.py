"""The unsubscribe link: a GET asks, a POST ends the mail once, and neither tells what we know."""

import asyncio

import aiohttp
import pytest
from yarl import URL

from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN
from tests.doubles.sent_mail import SentMail

ONE_CLICK = b"List-Unsubscribe=One-Click"
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


@pytest.fixture
async def mail(installation):
    async with SentMail(installation.data_dir, installation.service.url) as mail:
        yield mail


@pytest.fixture
async def ask():
    async with aiohttp.ClientSession() as session:

        async def ask(url, method="GET", data=None, kind="application/x-www-form-urlencoded", **headers):
            sent = {"Content-Type": kind} if data is not None else {}
            async with session.request(
                method, URL(url, encoded=True), data=data, headers=sent | headers, allow_redirects=False
            ) as answer:
                return answer.status, answer.headers, await answer.text()

        yield ask


async def suppressed(mail, address):
    return await mail.database.fetch("SELECT type, error FROM suppressions WHERE canonical = $1", address)


async def unsubscribed(mail, address):
    return [event for event in await mail.events(DOMAIN, "unsubscribed") if event["recipient"] == address]


async def test_a_get_asks_in_the_recipient_s_language_and_changes_nothing(mail, ask):
    (copy,) = await mail.send(DOMAIN, "u1@example.org", message_id="u1@news")

    status, headers, page = await ask(copy.links.unsubscribe(), **{"Accept-Language": "fr;q=0.3, de-AT;q=0.9"})

    assert status == 200
    assert '<html lang="de"' in page
    assert f"keine E-Mails von {DOMAIN} mehr" in page
    assert '<form method="post">' in page
    assert "u1@" not in page
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert await suppressed(mail, "u1@example.org") == []


@pytest.mark.parametrize(
    ("accepted", "language", "question"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh", f"您要停止接收来自 {DOMAIN} 的邮件吗？"),
        ("ar", "ar", f"هل تريد التوقف عن تلقي الرسائل من {DOMAIN}؟"),
        ("nn-NO", "nb", DOMAIN),
        ("xx, yy;q=0.9", "en", f"Do you want to stop receiving mail from {DOMAIN}?"),
        ("*", "en", DOMAIN),
        (";;;q=,de;q=x", "de", DOMAIN),
    ],
)
async def test_the_page_speaks_the_language_of_the_browser(mail, ask, accepted, language, question):
    (copy,) = await mail.send(DOMAIN, "lang@example.org", message_id=f"{language}-{len(accepted)}@news")

    _, _, page = await ask(copy.links.unsubscribe(), **{"Accept-Language": accepted})

    # Right to left where the language is.
    assert f'<html lang="{language}" dir="auto">' in page
    assert question in page


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("u2", ONE_CLICK, "application/x-www-form-urlencoded"),
        ("u3", MULTIPART, "multipart/form-data; boundary=x"),
        ("u4", b"confirm=yes", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_post_ends_the_mail_and_is_reported_once(mail, ask, name, body, kind):
    (copy,) = await mail.send(DOMAIN, f"{name}@example.org", message_id=f"{name}@news")

    answers = [await ask(copy.links.unsubscribe(), "POST", body, kind) for _ in range(3)]

    assert {status for status, _, _ in answers} == {200}
    assert "You are unsubscribed" in answers[0][2]
    assert [row[0] for row in await suppressed(mail, f"{name}@example.org")] == ["unsubscribe"]
    (event,) = await unsubscribed(mail, f"{name}@example.org")
    assert event["ip"] == "127.0.0.1"


async def test_posts_that_arrive_together_are_reported_once(mail, ask):
    (copy,) = await mail.send(DOMAIN, "u5@example.org", message_id="u5@news")

    await asyncio.gather(*(ask(copy.links.unsubscribe(), "POST", ONE_CLICK) for _ in range(10)))

    assert len(await unsubscribed(mail, "u5@example.org")) == 1


@pytest.mark.parametrize(("method", "body"), [("POST", b""), ("POST", b"x=1"), ("HEAD", None), ("POST", b"{}")])
async def test_a_post_without_the_wish_changes_nothing(mail, ask, method, body):
    (copy,) = await mail.send(DOMAIN, "u6@example.org", message_id=f"u6{method}{body}@news")

    status, _, _ = await ask(copy.links.unsubscribe(), method, body)

    assert status == 200
    assert await suppressed(mail, "u6@example.org") == []


async def test_it_works_the_same_when_the_message_is_long_forgotten(mail, ask):
    (copy,) = await mail.send(DOMAIN, "u7@example.org", message_id="u7@news")
    forgotten = copy.links._replace(recipient_id=999_999_999)

    status, _, page = await ask(forgotten.unsubscribe(), "POST", ONE_CLICK)
    known_status, _, known_page = await ask(copy.links.unsubscribe(), "POST", ONE_CLICK)

    assert (status, page) == (known_status, known_page)
    assert [row[0] for row in await suppressed(mail, "u7@example.org")] == ["unsubscribe"]


async def test_a_forged_link_ends_nothing(mail, ask, installation):
    (copy,) = await mail.send(DOMAIN, "u8@example.org", message_id="u8@news")
    link = copy.links.unsubscribe()
    token = link.rpartition("/")[2]

    answers = [
        await ask(url, "POST", ONE_CLICK, **headers)
        for url, headers in (
            (link[:-2], {}),
            (link.replace(f"/{DOMAIN}/", f"/{FOREIGN_DOMAIN}/"), {}),
            (f"{installation.service.url}/u/{token}", {"Host": f"email.{FOREIGN_DOMAIN}"}),
            (copy.links.pixel().replace("/o/", "/u/"), {}),
        )
    ]

    assert {status for status, _, _ in answers} == {404}
    assert await suppressed(mail, "u8@example.org") == []


async def test_other_methods_are_told_which_there_are(mail, ask):
    (copy,) = await mail.send(DOMAIN, "u9@example.org", message_id="u9@news")

    status, headers, _ = await ask(copy.links.unsubscribe(), "PUT", ONE_CLICK)

    assert (status, headers["Allow"]) == (405, "GET, HEAD, POST")
