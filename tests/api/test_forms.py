"""Forms, in whatever shape clients send them: read alike at every endpoint, or refused with 400 or 415."""

import json
import time

import pytest

from tests.api.client import Api
from tests.api.conftest import DOMAIN

MESSAGES, BOT = f"/{DOMAIN}/messages", f"/{DOMAIN}/bot"
MULTIPART = {"Content-Type": "multipart/form-data; boundary=edge"}


def part(name: str, content: bytes, *, kind: str = "", file: str = "") -> bytes:
    filename = f'; filename="{file}"' if file else ""
    content_type = f"\r\nContent-Type: {kind}" if kind else ""
    head = f'--edge\r\nContent-Disposition: form-data; name="{name}"{filename}{content_type}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--edge--\r\n"


def mail(*more: bytes) -> bytes:
    fields = {"from": f"news@{DOMAIN}", "to": "ann@dest.test", "subject": f"{time.monotonic_ns()}", "text": "Hi."}
    return form(*(part(name, value.encode()) for name, value in fields.items()), *more)


@pytest.mark.parametrize("path", [MESSAGES, BOT])
@pytest.mark.parametrize("charset", ["klingon", "hex", "punycode", "idna", "unicode_escape", "utf-7"])
async def test_fields_in_odd_character_sets_are_refused(api: Api, path: str, charset: str):
    odd = part("ip", rb"\ud800", kind=f"text/plain; charset={charset}")

    answer = await api.post(path, body=form(odd), headers=MULTIPART)

    assert answer.status == 400


async def test_fields_may_name_the_character_sets_that_clients_use(api: Api):
    latin = part("name", "Änn".encode("latin-1"), kind="text/plain; charset=ISO-8859-1")

    answer = await api.post(BOT, body=form(part("ip", b"1.2.3.4"), latin), headers=MULTIPART)

    assert answer.json()["request"]["name"] == "Änn"


@pytest.mark.parametrize(("path", "fields"), [(MESSAGES, mail), (BOT, lambda file: form(part("ip", b"1.2.3.4"), file))])
async def test_a_file_in_a_field_that_nobody_asks_for_is_ignored(api: Api, path: str, fields):
    picture = part("picture", b"\x89PNG\xff\xfe", kind="image/png", file="a.png")

    answer = await api.post(path, body=fields(picture), headers=MULTIPART)

    assert answer.status == 200


@pytest.mark.parametrize("path", [MESSAGES, BOT])
async def test_encoded_forms_are_415(api: Api, path: str):
    answer = await api.post(path, body=mail(), headers=MULTIPART | {"Content-Encoding": "gzip"})

    assert answer.status == 415


async def test_json_has_no_more_fields_than_a_form(api: Api):
    answer = await api.post(
        MESSAGES,
        body=json.dumps({f"field-{number}": 1 for number in range(2001)}).encode(),
        headers={"Content-Type": "application/json"},
    )

    assert (answer.status, answer.json()["message"]) == (400, "The body may have 2000 fields at most")


@pytest.mark.parametrize(
    "body",
    [
        b'{"x":' * 5_000,
        b'{"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'[{"address":"\xff"}]',
        b'{"begin":' + b"9" * 400 + b"}",
    ],
    ids=["nested objects", "nested arrays", "no UTF-8", "a number of 400 digits"],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", MESSAGES),
        ("POST", BOT),
        ("POST", f"{BOT}/labels"),
        ("POST", f"/{DOMAIN}/suppress"),
        ("POST", f"/v3/{DOMAIN}/bounces"),
        ("POST", f"/domains/{DOMAIN}/webhooks"),
        ("POST", f"/domains/{DOMAIN}/webhooks/replay"),
        ("PUT", f"/{DOMAIN}/templates/strange.html"),
    ],
)
async def test_json_that_cannot_be_read_is_the_client_s_fault(api: Api, method: str, path: str, body: bytes):
    answer = await api.request(method, path, body=body, headers={"Content-Type": "application/json"})

    assert answer.status == 400
