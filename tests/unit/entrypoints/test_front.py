"""What holds for every answer, whoever gives it."""

import json

from prometheus_client import CollectorRegistry

from indicia.entrypoints.front import Front, SwiftWay, Way


async def ask(answer, method="GET"):
    """Answer what a front sends for a request that is answered swiftly."""
    nobody = Way(lambda scope: False, None)
    front = Front(None, public=nobody, swift=SwiftWay(lambda scope: True, answer), registry=CollectorRegistry())
    sent = []

    async def send(message):
        sent.append(message)

    await front({"type": "http", "method": method, "path": "/o/x", "headers": []}, None, send)
    start, body = sent
    return start["status"], dict(start["headers"]), body["body"]


async def test_a_swift_answer_is_sent_with_our_name_and_an_id_and_is_not_changed_itself():
    headers = [(b"content-length", b"2")]

    async def answer(scope):
        return 200, headers, b"ok"

    status, sent, body = await ask(answer)

    assert (status, body, sent[b"server"], sent[b"content-length"]) == (200, b"ok", b"indicia", b"2")
    assert len(sent[b"x-request-id"]) == 16
    assert headers == [(b"content-length", b"2")]


async def test_a_head_is_answered_without_the_body():
    async def answer(scope):
        return 200, [(b"content-length", b"2")], b"ok"

    assert (await ask(answer, "HEAD"))[2] == b""


async def test_a_failure_is_answered_and_shows_nothing_of_it():
    async def answer(scope):
        raise RuntimeError("secret")

    status, headers, body = await ask(answer)

    assert (status, headers[b"content-type"], json.loads(body)["status"]) == (500, b"application/json", 500)
    assert b"secret" not in body
