"""POST /{domain}/bot with bodies that are too large, of the wrong kind, or no requests at all."""

import json

import pytest

from tests.api.client import Api, raw_exchange
from tests.api.conftest import DOMAIN, Installation
from tests.api.interactions import batch, click

BOT = f"/{DOMAIN}/bot"
JSON = {"Content-Type": "application/json"}
LARGEST = 4 * 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"5",
        b'"text"',
        b"{",
        b'{"events": [}',
        b"{} {}",
        b"{'events': []}",
        b'\xef\xbb\xbf{"ip": "1.2.3.4"}',
        '{"ip": "1.2.3.4"}'.encode("utf-16"),
        b'{"ip": "1.2.3.4", "a": "\xff"}',
        b'{"ip": "1.2.3.4", "a": NaN}',
        b'{"ip": "1.2.3.4", "a": "\\ud800"}',
        b'{"ip": "1.2.3.4", "a": "\n"}',
        b"[" * 1_000_000,
        b'{"a":' * 500_000,
        b'{"ip": "1.2.3.4", "a": ' + b"9" * 1_000_000 + b"}",
        b"{" + b",".join(b'"k%d":1' % number for number in range(100_000)) + b"}",
        b"\x00" * 1000,
        b"--the-boundary\r\n",
    ],
    ids=range(20),
)
async def test_what_is_not_one_interaction_or_batch_is_refused(api: Api, body: bytes):
    answer = await api.post(BOT, body=body, headers=JSON)

    assert answer.status == 400
    assert len(answer.body) < 1000


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "text/json", "application/jsonp", "application/octet-stream", "", ";", "a" * 5000]
)
async def test_other_types_are_415(api: Api, kind: str | None):
    headers = {} if kind is None else {"Content-Type": kind}

    answer = await api.post(BOT, body=json.dumps(click()).encode(), headers=headers)

    assert (answer.status, answer.json()) == (
        415,
        {
            "message": "Send application/json, multipart/form-data or application/x-www-form-urlencoded",
            "status": 415,
        },
    )


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip", "x"])
async def test_encoded_bodies_are_415_before_they_are_unpacked(api: Api, coding: str):
    answer = await api.post(BOT, body=b"\x1f\x8b" + bytes(100), headers={**JSON, "Content-Encoding": coding})

    assert (answer.status, answer.json()["message"]) == (415, "Send the body without Content-Encoding")


async def test_body_may_hold_4_mib(api: Api):
    answer = await api.post(BOT, body=json.dumps(batch(click())).encode().ljust(LARGEST), headers=JSON)

    assert answer.status == 202


@pytest.mark.parametrize(
    "framed",
    [
        # Told beforehand, and found out while it comes: nothing need follow for the answer.
        f"Content-Length: {LARGEST + 1}\r\n\r\n".encode(),
        b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65_536 + b"\r\n") * 65,
    ],
    ids=["declared", "chunked"],
)
async def test_larger_body_is_413_before_all_of_it_has_come(installation: Installation, framed: bytes):
    head = f"POST {BOT} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nov-token: {installation.sending_key}\r\n"

    answer = await raw_exchange(
        installation.service.url, head.encode() + b"Content-Type: application/json\r\n" + framed
    )

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(f'{{"message":"The body is larger than {LARGEST} bytes","status":413}}'.encode())


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"Content-Length: +2\r\n\r\n{}",
        b"Content-Length: -1\r\n\r\n{}",
        b"Content-Length: 1e3\r\n\r\n{}",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
        b"X : y\r\nContent-Length: 2\r\n\r\n{}",
        b"X: y\r\n folded\r\nContent-Length: 2\r\n\r\n{}",
        b"X: a\x00b\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
async def test_ambiguous_framing_never_lets_a_second_request_through(installation: Installation, framing: bytes):
    key = installation.sending_key.encode()
    head = f"POST {BOT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nov-token: ".encode() + key + b"\r\n"
    second = b"GET /test HTTP/1.1\r\nHost: x\r\nConnection: close\r\nov-token: " + key + b"\r\n\r\n"

    answer = await raw_exchange(installation.service.url, head + framing + second)

    assert b'"auth"' not in answer
    assert not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5"))


async def test_body_that_ends_early_is_no_request(api: Api, installation: Installation):
    head = (
        f"POST {BOT} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nov-token: {installation.sending_key}\r\n"
    )
    before = installation.service.log.count('"request.failed"')

    for body in (b"", b"{", b'{"ip":"1.2.3.4"}'):
        request = head.encode() + b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n" + body
        with pytest.raises(TimeoutError):
            await raw_exchange(installation.service.url, request, seconds=0.2)
    await api.get("/test")

    assert installation.service.log.count('"request.failed"') == before


async def test_http_2_is_left_to_the_proxy(installation: Installation):
    answer = await raw_exchange(installation.service.url, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
