"""A running service asks mail hosts that mean it no good: each answer comes in time, and none is believed."""

import asyncio
import time
from contextlib import AsyncExitStack
from urllib.parse import quote

import pytest

from tests.api.client import Api
from tests.doubles.dns_zone import SERVFAIL, SILENCE, DnsZone
from tests.doubles.postfix import free_port
from tests.doubles.service import Service
from tests.doubles.smtp_peer import SmtpPeer, drip, drop, garbage_for_tls, raw, reply, silence

DOMAIN = "news.example.com"
TIMEOUT_SECONDS = 1.0
# From the deadline to the answer, on a busy machine.
MARGIN_SECONDS = 4.0


async def endless(session):
    """Say one line of a reply after the other, and never the last."""
    while True:
        session.writer.write(b"220-welcome\r\n" * 1000)
        await session.writer.drain()


HOSTS = {
    "drip": {"banner": drip(seconds=0.01)},
    "drip-reply": {"RCPT": drip(b"250-", seconds=0.01)},
    "long-line": {"banner": raw(b"220 " + b"x" * 10_000_000)},
    "endless": {"banner": endless},
    "no-smtp": {"banner": raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")},
    "binary": {"banner": raw(bytes(range(256)) * 100)},
    "silent": {"banner": silence},
    "silent-later": {"RCPT": silence},
    "cut": {"RCPT": drop},
    "broken-tls": {"EHLO": reply("250-peer.test", "250 STARTTLS"), "STARTTLS": garbage_for_tls},
    "two-replies": {"RCPT": raw(b"250 2.1.5 ok\r\n250 2.1.5 ok\r\n550 5.1.1 no\r\n")},
    "escapes": {"RCPT": raw(b"450 4.7.1 \x1b[2J<script>alert(1)</script>\x00\x07\xff later\r\n")},
}


@pytest.fixture
async def world(tmp_path):
    """A service, a name server, and a mail host of each kind on an address of its own."""
    port = free_port()
    async with AsyncExitStack() as stack:
        zone = await stack.enter_async_context(DnsZone())
        peers = {}
        for number, (name, answers) in enumerate(HOSTS.items(), 10):
            peer = await stack.enter_async_context(SmtpPeer(f"127.0.0.{number}", port))
            peer.always.update(answers)
            peers[name] = peer
            zone.answer(f"{name}.test", "MX", [f"10 mx.{name}.test"])
            zone.answer(f"mx.{name}.test", "A", [peer.host])
        inside = await stack.enter_async_context(SmtpPeer("127.0.9.9", port))
        settings = {"EGRESS_ALLOW": "127.0.0.0/24:*", "DNS_SERVERS": zone.address, "SMTP_PORT": str(port)}
        service = Service(tmp_path, **settings)
        await asyncio.to_thread(service.start)
        stack.push_async_callback(asyncio.to_thread, service.stop)
        added = await asyncio.to_thread(service.cli, "domain", "add", DOMAIN, "--enable", "validation")
        api = await stack.enter_async_context(Api(service.url, added["primary_key"]))
        yield api, zone, peers, inside


async def _ask(api, address):
    began = time.monotonic()
    query = f"address={quote(address, safe='')}&timeout={TIMEOUT_SECONDS * 1000:.0f}&explain=true"
    answer = await api.get(f"/{DOMAIN}/validate?{query}")
    assert answer.status == 200
    assert time.monotonic() - began < TIMEOUT_SECONDS + MARGIN_SECONDS
    return answer.json()


async def test_every_hostile_mail_host_is_answered_about_in_time_and_none_is_believed(world):
    api, _, peers, _ = world

    names = list(HOSTS)
    bodies = dict(zip(names, await asyncio.gather(*(_ask(api, f"ann@{name}.test") for name in names)), strict=True))
    healthy = await api.get("/healthz", key=None)

    reasons = {name: body["reason"] for name, body in bodies.items()}
    assert reasons == {
        "drip": "timeout",
        "drip-reply": "timeout",
        "long-line": "invalid_smtp",
        "endless": "invalid_smtp",
        "no-smtp": "invalid_smtp",
        "binary": "invalid_smtp",
        "silent": "timeout",
        "silent-later": "timeout",
        "cut": "unavailable_smtp",
        # These two take the address, and take everything.
        "broken-tls": "low_deliverability",
        "two-replies": "low_deliverability",
        "escapes": "unavailable_smtp",
    }
    assert "rejected_email" not in reasons.values()
    assert healthy.status == 200
    shown = [body["message"] or "" for body in bodies.values()]
    shown += [body["explanation"]["detail"] for body in bodies.values()]
    assert all(text.isprintable() and len(text) <= 400 for text in shown), shown
    assert sum(peer.said("DATA") for peer in peers.values()) == 0


BAD_DNS = {
    "many": ({"MX": [f"{number} mx{number}.many.test" for number in range(500)]}, "no_connect"),
    "loop": ({"CNAME": ["loop-2.test"]}, "no_connect"),
    "failing": ({"MX": SERVFAIL}, "no_connect"),
    "mute": ({"MX": SILENCE}, "timeout"),
    "null": ({"MX": ["0 ."]}, "invalid_domain"),
    "inside": ({"MX": ["10 mx.inside.test"]}, "no_connect"),
    "metadata": ({"MX": ["10 mx.metadata.test"]}, "no_connect"),
    "six": ({"MX": ["10 mx.six.test"]}, "no_connect"),
    "local": ({"MX": ["10 localhost"]}, "no_connect"),
    "number": ({"MX": ["10 127.0.9.9"]}, "no_connect"),
    "own": ({"A": ["127.0.9.9"]}, "no_connect"),
}


async def test_hostile_dns_ends_in_time_and_leads_nowhere_inside(world):
    api, zone, peers, inside = world
    zone.answer("loop-2.test", "CNAME", ["loop.test"])
    zone.answer("mx.inside.test", "A", ["127.0.9.9"])
    zone.answer("mx.metadata.test", "A", ["169.254.169.254"])
    zone.answer("mx.six.test", "AAAA", ["::1", "fe80::1", "::ffff:7f00:909"])
    for name, (records, _) in BAD_DNS.items():
        for record_type, values in records.items():
            zone.answer(f"{name}.test", record_type, values)

    bodies = await asyncio.gather(*(_ask(api, f"ann@{name}.test") for name in BAD_DNS))

    reasons = {name: body["reason"] for name, body in zip(BAD_DNS, bodies, strict=True)}
    assert reasons == {name: reason for name, (_, reason) in BAD_DNS.items()}
    assert [body["message"] for body in bodies[5:7]] == ["Its mail host has no public address"] * 2
    assert inside.connections == sum(peer.connections for peer in peers.values()) == 0
    assert sum(".many.test" in name for name, _ in zone.queries) < 10


async def test_what_could_end_a_line_reaches_neither_dns_nor_a_mail_host(world):
    api, zone, peers, _ = world
    addresses = [
        "ann@cut.test\r\nRCPT TO:<bob@cut.test>",
        "ann\r\nDATA@cut.test",
        "ann\n@cut.test",
        "ann\0@cut.test",
        '"ann\\\r\nQUIT"@cut.test',
        '"ann\0"@cut.test',
        "ann@cut.test\0.example",
        "ann@cut\r\n.test",
        "ann\u2028@cut.test\x85",
        "<ann@cut.test> SIZE=1",
        "ann@cut.test>\r\nRSET",
    ]

    bodies = [await _ask(api, address) for address in addresses]

    assert {(body["result"], body["reason"]) for body in bodies} == {("undeliverable", "invalid_email")}
    assert not any("cut" in name for name, _ in zone.queries)
    assert sum(peer.connections for peer in peers.values()) == 0
