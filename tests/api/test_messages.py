"""POST /{domain}/messages: what is accepted, once and durably, and what is refused in whose words."""

import json
import time
from urllib.parse import urlencode

import aiohttp
import msgspec
import pytest

from indicia.base.clock import system_clock
from indicia.mail.address import parse_one
from indicia.storage.sqlite import SqliteDatabase
from indicia.suppressions.guard import Suppressions, suppression
from indicia.suppressions.model import SuppressionType
from tests.api.client import Api
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, Installation

PATH = f"/{DOMAIN}/messages"
MAIL = {"from": f"News <news@{DOMAIN}>", "to": "Ann <ann@dest.test>", "subject": "Hello", "text": "Hi."}


@pytest.fixture
async def stored(installation: Installation):
    """Looks at what lies in the service's store."""
    database = SqliteDatabase(installation.data_dir / "indicia.sqlite3")
    yield database.fetch
    await database.close()


async def recipients_of(stored, answer):
    return await stored(
        "SELECT address, kind, state FROM recipients JOIN messages ON messages.id = recipients.message_id "
        "WHERE messages.message_id = $1 ORDER BY recipients.id",
        answer.json()["id"].strip("<>"),
    )


async def submitted(stored, answer):
    """Answer what is stored of a message: its options and its content."""
    rows = await stored("SELECT options, content FROM messages WHERE message_id = $1", answer.json()["id"].strip("<>"))
    return [msgspec.msgpack.decode(each) for each in rows[0]]


async def send(api: Api, path: str = PATH, **fields):
    return await api.post(path, json_body=MAIL | {"subject": f"Hello {time.monotonic_ns()}"} | fields)


@pytest.mark.parametrize("path", [PATH, f"/v3{PATH}"])
async def test_a_message_is_accepted_in_the_original_s_words(api: Api, stored, path: str):
    answer = await send(api, path)

    assert answer.status == 200
    assert answer.json()["message"] == "Queued. Thank you."
    assert answer.json()["id"].startswith("<")
    assert answer.json()["id"].endswith(f"@{DOMAIN}>")
    assert await recipients_of(stored, answer) == [("ann@dest.test", "to", "queued")]


async def test_all_encodings_and_mailgun_s_credentials_are_taken(api: Api, installation: Installation):
    by_multipart = await api.post(PATH, form=MAIL | {"subject": "multipart"})
    by_form = await api.post(
        PATH,
        body=urlencode(MAIL | {"subject": "form"}).encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    basic = aiohttp.encode_basic_auth("api", installation.sending_key)
    by_basic = await api.post(
        f"/v3{PATH}", key=None, headers={"Authorization": basic}, json_body=MAIL | {"subject": "basic"}
    )

    assert [by_multipart.status, by_form.status, by_basic.status] == [200, 200, 200]


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=b", "application/x-www-form-urlencoded"])
async def test_a_thousand_recipients_may_have_a_field_each(api: Api, stored, kind: str):
    pairs = [*MAIL.items(), *((f"v:{number}", "x") for number in range(100))]
    pairs[1:2] = [("to", f"u{number}@dest.test") for number in range(1000)]
    body = urlencode(pairs).encode()
    if kind.startswith("multipart"):
        part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
        body = ("".join(part.format(*pair) for pair in pairs) + "--b--\r\n").encode()

    answer = await api.post(PATH, body=body, headers={"Content-Type": kind})

    assert answer.status == 200, answer.body
    assert len(await recipients_of(stored, answer)) == 1000


async def test_fields_that_php_numbers_are_the_same_fields(api: Api, stored):
    answer = await api.post(
        PATH,
        form={**MAIL, "to": "", "to[0]": "ann@dest.test", "to[1]": "bob@dest.test", "cc[]": "cy@dest.test"}
        | {"o:tag[0]": "a", "o:tag[1]": "b", "v:list[0]": "x", "attachment[1]": "a file", "inline[0]": "a picture"},
    )

    assert [row[:2] for row in await recipients_of(stored, answer)] == [
        ("ann@dest.test", "to"),
        ("bob@dest.test", "to"),
        ("cy@dest.test", "cc"),
    ]
    options, content = await submitted(stored, answer)
    assert (options["tags"], options["variables"]) == (["a", "b"], {"list[0]": "x"})
    assert [(file["content"], file["is_inline"]) for file in content["attachments"]] == [
        (b"a file", False),
        (b"a picture", True),
    ]


async def test_null_in_an_array_is_absent(api: Api, stored):
    answer = await send(api, to=[None, "ann@dest.test"])

    assert [row[0] for row in await recipients_of(stored, answer)] == ["ann@dest.test"]


@pytest.mark.parametrize("name", ["o:testmode", "O:TestMode", "o:TESTMODE"])
async def test_test_mode_is_heard_in_any_case(api: Api, stored, name: str):
    answer = await send(api, **{name: "Yes"})

    rows = await stored("SELECT options FROM messages WHERE message_id = $1", answer.json()["id"].strip("<>"))
    assert msgspec.msgpack.decode(rows[0][0])["is_test"]


@pytest.mark.parametrize("option", ["o:tracking", "o:tracking-opens", "o:tracking-clicks"])
async def test_all_tracking_switches_take_the_same_words(api: Api, option: str):
    answers = [await send(api, **{option: word}) for word in ("yes", "no", "true", "false", "htmlonly", True)]

    assert {answer.status for answer in answers} == {200}


async def test_each_mailbox_is_mailed_once_however_it_is_spelled(api: Api, stored):
    answer = await send(
        api,
        to=["ann@dest.test, Bob <BOB@dest.test>"],
        cc="bob@DEST.test; cy@dest.test",
        bcc="Ann@dest.test,d@dest.test",
    )

    assert await recipients_of(stored, answer) == [
        ("ann@dest.test", "to", "queued"),
        ("BOB@dest.test", "to", "queued"),
        ("cy@dest.test", "cc", "queued"),
        ("d@dest.test", "bcc", "queued"),
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"from": ""}, "from parameter is missing"),
        ({"from": "news"}, "from parameter is not a valid address. please check documentation"),
        ({"to": None}, "to parameter is missing"),
        ({"to": None, "text": None}, "to parameter is missing"),
        ({"to": "ann"}, "to parameter is not a valid address. please check documentation"),
        ({"to": "ann@[127.0.0.1]"}, "to parameter is not a valid address. please check documentation"),
        ({"cc": "ok@dest.test, broken"}, "cc parameter is not a valid address. please check documentation"),
        ({"bcc": "a@b@c"}, "bcc parameter is not a valid address. please check documentation"),
        ({"text": ""}, "Need at least one of 'text' or 'html' parameters specified"),
        (
            {"text": "", "amp-html": "<html amp4email></html>"},
            "Need at least one of 'text' or 'html' parameters specified",
        ),
        ({"html": "<p>", "template": "a.html"}, "Only one parameters 'html' or 'template' is allowed"),
        ({"recipient-variables": "{"}, "'recipient-variables' parameter is not a valid JSON"),
        ({"recipient-variables": "[1]"}, "'recipient-variables' parameter is not a valid JSON"),
        ({"recipient-variables": [{}]}, "'recipient-variables' parameter is not a valid JSON"),
        (
            {"recipient-variables": {"a@b.test": 1}},
            "'recipient-variables' parameter must hold an object for each recipient",
        ),
        ({"to": ",".join(f"u{n}@dest.test" for n in range(1001))}, "Too many recipients, max is 1000"),
        (
            {"recipient-variables": {"ann@dest.test": {"a": "x" * 66_000}}},
            "'recipient-variables' parameter is limited to 64 kB for each recipient",
        ),
        (
            {"subject": "%recipient.a%" * 100, "recipient-variables": {"ann@dest.test": {"a": "x" * 1_000}}},
            "'recipient-variables' parameter makes the headers of a copy too long",
        ),
        (
            {"text": " ".join(f"%recipient.{n}%" for n in range(1001)), "recipient-variables": {"ann@dest.test": {}}},
            "The message may have 1000 different %recipient variables at most",
        ),
        ({"subject": "x" * 2001}, "subject parameter is longer than 2000 characters"),
        ({"reply_to": "(" * 8001}, "reply_to parameter is longer than 8000 characters"),
        ({"from": "(" * 8001}, "from parameter is longer than 8000 characters"),
        ({"recipient-variables": {f"u{n}@b.test": {} for n in range(1001)}}, "Too many recipients, max is 1000"),
        (
            {"attachment": [{"filename": "a", "content": ""}] * 1001},
            "attachment: may be given 1000 times at most",
        ),
        ({"h:X-Ä": "x"}, "Header name must be pure ASCII: X-Ä"),
        ({"h:Bcc": "x@dest.test"}, "The header Bcc cannot be set"),
        ({"h:Sender": "a@news.example.com, b@news.example.com"}, "The header Sender must be one address"),
        ({"h:Sender": [f"a@{DOMAIN}", f"b@{DOMAIN}"]}, "The header Sender can be set once"),
        (
            {"h:Sender": "x@elsewhere.test"},
            f"The header Sender must be an address of {DOMAIN}, of a subdomain of it or of its parent domain",
        ),
        ({"h:X-A": "a\r\nBcc: evil@x.test"}, "The header X-A must not hold line breaks or control characters"),
        (
            {"subject": "=?UTF-8?Q?a=0D=0ABcc:_v@evil.example?="},
            "subject parameter must not hold line breaks or control characters",
        ),
        (
            {"h:X-Many": ["x"] * 17_000},
            "Send options (parameters starting with o:, h:, or v:) are limited to 16 kB total",
        ),
        (
            {"v:big": "x" * 17_000},
            "Send options (parameters starting with o:, h:, or v:) are limited to 16 kB total",
        ),
        ({"o:testmode": "maybe"}, "o:testmode parameter must be yes or no"),
        ({"o:deliverytime": "soon"}, "o:deliverytime parameter must be an RFC 2822 date or a unix timestamp"),
        ({"o:deliverytime": "١٧"}, "o:deliverytime parameter must be an RFC 2822 date or a unix timestamp"),
        ({"o:deliverytime": time.time() + 9e5}, "o:deliverytime parameter is more than 7 days ahead"),
        ({"callback_url": "http://10.0.0.1/"}, "callback_url must be an http or https URL of a public host"),
        (
            {"attachment": "text"},
            "attachment: send files as multipart/form-data, or in JSON as an object with filename and content (base64)",
        ),
        (
            {"from": "x@elsewhere.test"},
            f"from parameter must be an address of {DOMAIN}, of a subdomain of it or of its parent domain",
        ),
    ],
)
async def test_what_cannot_be_a_message_is_refused_with_the_reason(api: Api, change: dict[str, object], message: str):
    answer = await api.post(PATH, json_body=MAIL | change)

    assert (answer.status, answer.json()) == (400, {"message": message, "status": 400})


@pytest.mark.parametrize("sender", [f"a@{DOMAIN}", f"a@sub.{DOMAIN}", "a@example.com"])
async def test_the_organisation_of_a_domain_may_send_through_it(api: Api, sender: str):
    assert (await send(api, **{"from": sender})).status == 200


@pytest.mark.parametrize("sender", ["a@com", "a@other.example.com", f"a@x{DOMAIN}"])
async def test_nobody_else_may(api: Api, sender: str):
    assert (await send(api, **{"from": sender})).status == 400


async def test_an_equal_submission_is_sent_once(api: Api):
    mail = MAIL | {"subject": "only once"}
    first, second = await api.post(PATH, json_body=mail), await api.post(PATH, json_body=mail)
    other = await api.post(PATH, json_body=mail | {"text": "Hi!"})

    assert first.json() == second.json()
    assert other.json() != first.json()


async def test_a_domain_can_have_every_submission_sent(api: Api, installation: Installation):
    added = installation.service.cli("domain", "add", "each.example.com", "--account", "ours", "--state", "active")
    installation.service.run("domain", "repeats", "each.example.com", "0s")
    mail = MAIL | {"from": "a@each.example.com"}
    first, second = [
        await api.post("/each.example.com/messages", json_body=mail, key=added["sending_key"]) for _ in range(2)
    ]

    assert first.json()["id"] != second.json()["id"]


async def test_an_idempotency_key_knows_its_message_by_its_body(api: Api):
    headers = {"Idempotency-Key": "order-1"}
    first = await api.post(PATH, json_body=MAIL, headers=headers)
    again = await api.post(PATH, json_body=MAIL, headers=headers)
    other = await api.post(PATH, json_body=MAIL | {"text": "Hi!"}, headers=headers)

    assert first.json() == again.json()
    assert (other.status, other.json()["message"]) == (409, "This Idempotency-Key was used with another body")


async def test_a_domain_that_is_not_active_sends_nothing(api: Api, installation: Installation):
    added = installation.service.cli("domain", "add", "new.example.com", "--account", "ours")

    answer = await api.post("/new.example.com/messages", json_body=MAIL, key=added["sending_key"])

    assert answer.status == 402
    assert answer.json()["message"] == (
        "Domain new.example.com is not allowed to send: The domain is unverified and requires DNS configuration."
    )


async def test_a_foreign_domain_does_not_exist(api: Api):
    foreign = await api.post(f"/{FOREIGN_DOMAIN}/messages", json_body=MAIL)
    unknown = await api.post("/nowhere.example.org/messages", json_body=MAIL)

    assert foreign.status == unknown.status == 404
    assert foreign.body.replace(FOREIGN_DOMAIN.encode(), b"") == unknown.body.replace(b"nowhere.example.org", b"")


async def test_suppressed_recipients_are_accepted_and_never_mailed(api: Api, installation: Installation, stored):
    database = SqliteDatabase(installation.data_dir / "indicia.sqlite3")
    await _suppress(database, "gone@dest.test")
    await database.close()

    answer = await send(api, to="gone@dest.test, still@dest.test")

    assert await recipients_of(stored, answer) == [
        ("gone@dest.test", "to", "suppressed"),
        ("still@dest.test", "to", "queued"),
    ]
    events = await stored(
        "SELECT type, severity, data FROM events WHERE recipient = 'gone@dest.test' AND message_id = $1 ORDER BY id",
        answer.json()["id"].strip("<>"),
    )
    assert [(kind, severity) for kind, severity, _ in events] == [("accepted", ""), ("failed", "permanent")]
    assert json.loads(events[1][2])["reason"] == "suppress-bounce"


async def test_large_files_lie_beside_the_store_once(api: Api, installation: Installation):
    content = bytes(range(256)) * 1000
    form = aiohttp.FormData()
    for name, value in (MAIL | {"subject": "files"}).items():
        form.add_field(name, value)
    form.add_field("attachment", content, filename="žluť.bin")
    form.add_field("attachment", content, filename="again.bin", content_type="application/x-test")
    form.add_field("inline", b"small", filename="a.png", content_type="image/png")
    async with aiohttp.ClientSession() as client:
        response = await client.post(
            installation.service.url + PATH, data=form, headers={"ov-token": installation.sending_key}
        )
        assert response.status == 200, await response.text()

    blobs = [path for path in (installation.data_dir / "blobs").glob("??/*") if path.read_bytes() == content]
    assert len(blobs) == 1


async def test_a_message_that_is_too_large_is_refused(api: Api):
    answer = await api.post(PATH, json_body=MAIL | {"text": "x" * (26 * 1024 * 1024)})

    assert (answer.status, answer.json()["message"]) == (413, "The message is larger than 25 MB")


async def test_a_copy_that_its_variables_make_too_large_is_refused(api: Api):
    variables = {"ann@dest.test": {"a": "x" * 1_000, "b": "y"}}
    much = await send(api, text="%recipient.a%" * 30_000, **{"recipient-variables": variables})
    escaped = {"ann@dest.test": {"a": "'" * 60_000}}
    much_html = await send(api, html="%recipient.a%" * 100, **{"recipient-variables": escaped})
    little = await send(api, text="%recipient.b%" * 30_000, **{"recipient-variables": variables})

    assert (much.status, much_html.status, little.status) == (413, 413, 200)


async def test_a_template_that_variables_make_too_large_is_refused(api: Api):
    source = "{% for n in (1..30000) %}%recipient.a%{% endfor %}"
    await api.request("PUT", f"/{DOMAIN}/templates/much.html", json_body={"source": source})

    answer = await api.post(
        PATH,
        json_body={
            **MAIL,
            "text": "",
            "template": "much.html",
            "recipient-variables": {"ann@dest.test": {"a": "x" * 1_000}},
        },
    )

    assert answer.status == 413


async def test_events_show_the_beginning_of_a_long_header(api: Api, installation: Installation, stored):
    answer = await send(api, to=[f"{'n' * 90} <u{number}@dest.test>" for number in range(100)])

    rows = await stored("SELECT data FROM events WHERE message_id = $1", answer.json()["id"].strip("<>"))
    assert {len(json.loads(data)["message"]["headers"]["to"]) for (data,) in rows} == {1000}


async def test_a_repeat_is_recognised_before_its_template_is_looked_for(api: Api):
    template = f"/{DOMAIN}/templates/once.html"
    await api.request("PUT", template, json_body={"source": "<p>{{ name }}</p>"})
    mail = {**MAIL, "text": "", "template": "once.html", "subject": "Once"}
    first = await api.post(PATH, json_body=mail, headers={"Idempotency-Key": "once"})
    unkeyed = await api.post(PATH, json_body=mail)
    await api.request("DELETE", template)

    again = await api.post(PATH, json_body=mail, headers={"Idempotency-Key": "once"})
    unkeyed_again = await api.post(PATH, json_body=mail)
    other = await api.post(PATH, json_body={**mail, "subject": "Twice"}, headers={"Idempotency-Key": "once"})
    new = await api.post(PATH, json_body={**mail, "subject": "New"})

    assert (again.status, again.json()["id"]) == (200, first.json()["id"])
    assert (unkeyed_again.status, unkeyed_again.json()["id"]) == (200, unkeyed.json()["id"])
    assert (other.status, new.status) == (409, 404)


async def test_a_missing_template_is_named(api: Api):
    answer = await api.post(PATH, json_body={**MAIL, "text": "", "template": "missing.html"})

    assert answer.status == 404
    assert "missing.html" in answer.json()["message"]


async def _suppress(database: SqliteDatabase, address: str) -> None:
    rows = await database.fetch("SELECT id FROM domains WHERE name = $1", DOMAIN)
    parsed = parse_one(address)
    assert parsed is not None
    entry = suppression(parsed, SuppressionType.BOUNCE, "550 no such user", system_clock())
    await Suppressions(database, system_clock).put(int(rows[0][0]), [entry])
