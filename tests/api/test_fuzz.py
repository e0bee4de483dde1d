"""Requests that nobody in their senses would send: refused or judged, and never the end of a request or of a job."""

import asyncio
import json
import random
import re
from collections.abc import Callable
from urllib.parse import quote, urlencode

from tests.api.client import Answer, Api, multipart
from tests.api.conftest import DOMAIN, Installation
from tests.api.interactions import UNHEARD_URL, batch, click

SEED = 20261123
ROUNDS = 800
AT_ONCE = 100

# fmt: off
NASTY: list[object] = [
    None, True, False, 0, -1, 2**31, 2**63, 2**64, 10**40, 1e308, -0.0, 0.1, "", " ", "\x00", "\u202e", "\U0001f600",
    "null", "NaN", "true", "0", "-1", "1e999", "../../etc/passwd", "'; DROP TABLE detection_requests; --", "%s%n{0}",
    "{{7*7}}", "<script>alert(1)</script>", "\r\nX-Evil: 1", "x" * 9000, "::ffff:1.2.3.4", "1.2.3.4", "fe80::1%1",
    "http://127.0.0.1:9/", "xn--", "a." * 130, "ß.example", [], {}, [[]], [None], {"": {}}, {"a": [1, {"b": None}]},
    ["1.2.3.4"], {"$ref": "#"},
]
FIELDS = [
    "ip", "uas", "event_id", "action", "domain", "recipient_id", "message_id", "ts", "message_ts", "delivered_ts",
    "url", "link_id", "method", "headers", "webhook_url", "explain", "events", "is_bot", "verdict", "signature", "",
]
PIECES = [b'"', b"\\", b"{", b"}", b"[", b",", b"\x00", b"\xff", b"\r\n", b"\\ud800"]
SEGMENTS = [DOMAIN, "bot", "domains", "test", "hclick", "..", ".", "", "%00", "%2f", "%ff", "x" * 3000, "{domain}", ";"]
# fmt: on
TYPES = [
    "application/json",
    "application/json; charset=utf-16",
    "multipart/form-data; boundary=the-boundary",
    "multipart/form-data; boundary=" + "b" * 300,
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "text/plain",
]


def strange_event(chance: random.Random) -> dict[str, object]:
    event = click(action=chance.choice(["open", "click"]))
    for _ in range(chance.randrange(4)):
        event[chance.choice(FIELDS)] = chance.choice(NASTY)
    for name in chance.sample(sorted(event), chance.randrange(2)):
        del event[name]
    return event


def strange_batch(chance: random.Random) -> bytes:
    body = batch(*(strange_event(chance) for _ in range(chance.randrange(5))))
    if chance.random() < 0.3:
        body[chance.choice(["events", "webhook_url", "explain", "ip", "more"])] = chance.choice(NASTY)
    return json.dumps(body, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def strange_form(chance: random.Random) -> bytes:
    form = {name: str(value) for name, value in strange_event(chance).items()}
    body = multipart(form) if chance.random() < 0.5 else urlencode(form, errors="replace").encode()
    return damaged(chance, body) if chance.random() < 0.5 else body


def damaged_batch(chance: random.Random) -> bytes:
    return damaged(chance, json.dumps(batch(click(), click())).encode())


def strange_json_single(chance: random.Random) -> bytes:
    return json.dumps(strange_event(chance)).encode()


def damaged(chance: random.Random, body: bytes) -> bytes:
    """Flip, cut, repeat and insert."""
    damaged = bytearray(body)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(damaged) + 1)
        match chance.randrange(4):
            case 0:
                damaged[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del damaged[at : at + chance.randrange(40)]
            case 2:
                damaged[at:at] = damaged[at : at + chance.randrange(40)]
            case _:
                damaged[at:at] = chance.choice(
                    [b'"', b"\\", b"{", b"}", b"[", b",", b"\x00", b"\xff", b"\r\n", b"\\ud800"]
                )
    return bytes(damaged)


MAKERS: list[Callable[[random.Random], bytes]] = [
    strange_batch,
    strange_form,
    damaged_batch,
    strange_json_single,
    lambda chance: chance.randbytes(chance.randrange(300)),
]


async def post_strangely(api: Api, seed: int) -> Answer:
    chance = random.Random(seed)
    body = chance.choice(MAKERS)(chance)
    fitting = "application/json" if body[:1] in b"{[" else chance.choice(TYPES)
    headers = {"Content-Type": chance.choice(TYPES) if chance.random() < 0.1 else fitting}
    if chance.random() < 0.1:
        headers["Idempotency-Key"] = quote(str(chance.choice(NASTY)))[:200]
    return await api.post(f"/{DOMAIN}/bot", body=body, headers=headers)


async def test_strange_posts_are_refused_or_judged_and_fail_nothing(api: Api, installation: Installation):
    answers: list[Answer] = []
    for start in range(0, ROUNDS, AT_ONCE):
        answers += await asyncio.gather(*(post_strangely(api, SEED + start + n) for n in range(AT_ONCE)))

    # The client has held each of them against the description, in which there is no 500.
    statuses = [answer.status for answer in answers]
    assert set(statuses) <= {200, 202, 400, 409, 415}
    assert min(statuses.count(200) + statuses.count(202), statuses.count(400)) > ROUNDS / 10
    for answer in answers:
        assert len(answer.body) < 20_000
        assert b"Traceback" not in answer.body
    locations = {answer.headers["Location"] for answer in answers if "Location" in answer.headers}
    for location in locations:
        await api.result(DOMAIN, location.rpartition("/")[2])
    for event in ("request.failed", "job.failed", "job.buried"):
        assert f'"event":"{event}"' not in installation.service.log


async def test_strange_paths_and_headers_fail_nothing(api: Api, installation: Installation):
    chance = random.Random(SEED)

    async def ask() -> int:
        path = "/" + "/".join(chance.choice(SEGMENTS) for _ in range(chance.randrange(5)))
        method = chance.choice(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "FOO"])
        headers = {
            "Host": chance.choice(["x", "email." + DOMAIN, "[::1]", "a:b:c", "email.", "ü.example"]),
            "X-Forwarded-For": chance.choice(["", ",,", "1.2.3.4", "x" * 1000, "::1", "[::1]:5"]),
            "Content-Length": "0",
            "Expect": chance.choice(["", "100-continue", "x"]),
            "Range": chance.choice(["bytes=0-", "bytes=" + ",".join("0-" for _ in range(500))]),
        }
        return (await api.request(method, quote(path, safe="/%.;{}"), headers=headers)).status

    statuses = {await ask() for _ in range(300)}

    assert statuses <= {200, 400, 401, 404, 405, 415}
    assert re.search(r'"event":"request\.failed"', installation.service.log) is None


async def test_service_stays_able_to_work_after_all_that(api: Api):
    answer = await api.post(f"/{DOMAIN}/bot", json_body=batch(click(), webhook_url=UNHEARD_URL))

    assert answer.status == 202
    assert (await api.result(DOMAIN, answer.json()["request_id"]))["batch"]["events"] == 1
