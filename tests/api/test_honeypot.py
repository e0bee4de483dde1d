"""Honeypot links, by Host and by path: one page for everybody, and a record of who came."""

import asyncio

import pytest

from tests.api.client import Answer, Api, raw_exchange
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, PLAIN_DOMAIN, Installation
from tests.api.interactions import HOME, IPHONE, click

PAGE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Thank you</title><p>You may close this page.</p></html>"
)
PROXY = "127.0.0.1"


async def visit(api: Api, path: str, *, host: str | None = None, uas: str = IPHONE, via: str | None = None) -> Answer:
    headers = {"User-Agent": uas}
    if host is not None:
        headers["Host"] = host
    if via is not None:
        headers["X-Forwarded-For"] = via
    return await api.get(path, key=None, headers=headers)


async def is_known_visitor(api: Api, event: dict[str, str]) -> bool:
    """Tell whether a click of this event is judged as one of a client that followed this message's hidden link."""
    answer = await api.post(f"/{DOMAIN}/bot", json_body={**event, "explain": True})
    assert answer.status == 200
    signals = [item["signal"] for item in answer.json()["verdict"]["evidence"]]
    return any(signal.startswith("honeypot.own_message") for signal in signals)


@pytest.mark.parametrize(
    ("path", "host"),
    [
        ("/some-message/hclick", f"email.{DOMAIN}"),
        ("/some-message/hclick", "email.unknown.example"),
        ("/some-message/hclick", "127.0.0.1"),
        ("/some-message/hclick", "email."),
        ("/some-message/hclick", "a" * 5000),
        (f"/{DOMAIN}/some-message/hclick", None),
        (f"/{FOREIGN_DOMAIN}/some-message/hclick", None),
        ("/unknown.example/some-message/hclick", None),
        ("/no domain/some-message/hclick".replace(" ", "%20"), None),
        (f"/{DOMAIN}/{'x' * 5000}/hclick", None),
        (f"/{DOMAIN}/%00%0d%0aX-Evil:%201/hclick", None),
        (f"/{DOMAIN}/%ff%fe/hclick", None),
        (f"/{DOMAIN}/..%2f..%2fetc/hclick", None),
        (f"/{DOMAIN}/a/b/c/hclick", None),
        ("/hclick", None),
        ("//hclick", None),
        (f"/{DOMAIN}/some-message/hclick?x=1", None),
    ],
)
async def test_every_honeypot_answers_with_the_same_bytes(api: Api, path: str, host: str | None):
    reference = await visit(api, f"/{DOMAIN}/another/hclick")

    answer = await visit(api, path, host=host)

    assert (answer.status, answer.body) == (200, PAGE)
    ignored = {"Date", "X-Request-Id"}
    assert {name: value for name, value in answer.headers.items() if name.title() not in ignored} == {
        name: value for name, value in reference.headers.items() if name.title() not in ignored
    }


async def test_answer_is_neutral_and_kept_by_nobody(api: Api):
    answer = await visit(api, f"/{DOMAIN}/m/hclick")

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers


async def test_head_is_answered_without_a_body(api: Api):
    answer = await api.request("HEAD", f"/{DOMAIN}/m/hclick", key=None)

    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(PAGE))


async def test_other_methods_find_nothing_there(api: Api):
    answer = await api.post(f"/{DOMAIN}/m/hclick", key=None, json_body={})

    assert answer.status == 401


@pytest.mark.parametrize(
    "host", [f"email.{DOMAIN}", f"EMAIL.{DOMAIN.upper()}", f"email.{DOMAIN}.", f"email.{DOMAIN}:8080"]
)
async def test_visit_by_host_makes_the_same_click_a_bots(api: Api, host: str):
    event = click(ip=PROXY, uas=f"{IPHONE} {host}")

    before = await is_known_visitor(api, event)
    await visit(api, f"/{event['message_id']}/hclick", host=host, uas=event["uas"])
    after = await is_known_visitor(api, event)

    assert (before, after) == (False, True)


async def test_visit_counts_for_its_own_domain_alone(api: Api):
    event = click(ip=PROXY, uas=f"{IPHONE} elsewhere")
    await asyncio.gather(
        visit(api, f"/{PLAIN_DOMAIN}/{event['message_id']}/hclick", uas=event["uas"]),
        visit(api, f"/{event['message_id']}/hclick", host=f"email.{FOREIGN_DOMAIN}", uas=event["uas"]),
        visit(api, f"/{event['message_id']}/hclick", host=DOMAIN, uas=event["uas"]),
    )

    assert not await is_known_visitor(api, event)


async def test_forged_header_makes_nobody_else_a_visitor(api: Api):
    event = click(ip=PROXY, uas=f"{IPHONE} forged")
    await visit(api, f"/{DOMAIN}/{event['message_id']}/hclick", uas=event["uas"], via=HOME)

    visitor, victim = await asyncio.gather(is_known_visitor(api, event), is_known_visitor(api, {**event, "ip": HOME}))

    # Without a trusted proxy the visitor is whoever opened the connection, whatever a header says.
    assert (visitor, victim) == (True, False)


async def test_absolute_form_and_http_1_0_are_answered(installation: Installation):
    for request in (
        f"GET http://email.{DOMAIN}/m/hclick HTTP/1.1\r\nHost: email.{DOMAIN}\r\nConnection: close\r\n\r\n",
        f"GET /{DOMAIN}/m/hclick HTTP/1.0\r\n\r\n",
    ):
        answer = await raw_exchange(installation.service.url, request.encode())

        assert b" 200 " in answer.partition(b"\r\n")[0]
        assert answer.endswith(PAGE)


async def test_trusted_proxy_names_the_visitor(strict_api: Api):
    event = click(ip=HOME)
    # What the client itself claimed stands further left.
    await visit(strict_api, f"/{DOMAIN}/{event['message_id']}/hclick", via=f"203.0.113.50, {HOME}")

    visitor, claimed = await asyncio.gather(
        is_known_visitor(strict_api, event), is_known_visitor(strict_api, {**event, "ip": "203.0.113.50"})
    )

    assert (visitor, claimed) == (True, False)
