"""URLs that look harmless: each is delivered to, and no packet may leave.

Names are answered by a name server on loopback. The oracles: for the groups `dns` and `wild`, the request ends as
refused (or unresolved, where DNS itself is the attack) and a canary on 127.0.0.1, at the very port the URL
names, sees no connection; for `redir`, the redirect is the answer and the canary it points to stays silent.
`127.0.0.2`, allowed at that port, plays the public address.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from indicia.net.dns import Resolver, parse_servers
from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.http import HttpClient
from indicia.net.model import Answered, Failure, RequestFailedError
from tests.doubles.dns_zone import SILENCE, DnsZone
from tests.doubles.webhook_receiver import Reply, WebhookReceiver, redirect, status
from tests.unit.net.hostile import hostile_urls

PUBLIC = "127.0.0.2"
PRIVATE = "127.0.0.1"

CONDEMNED_AT_ONCE = [
    "a-private.t.test",
    "a-loop.t.test",
    "a-zero.t.test",
    "aaaa-mapped.t.test",
    "aaaa-nat64.t.test",
    "cname-meta.t.test",
    "mixed-public-private.t.test",
    "truncated.t.test",
    "127.0.0.1.nip.io",
    "169-254-169-254.sslip.io",
    "localtest.me",
    "lvh.me",
]
CONDEMNED_LATER = ["rebind-second-answer.t.test", "flip-after-60s.t.test", "7f000001.c0a80001.rbndr.us"]
UNRESOLVED = ["thousand-a.t.test", "cname-loop.t.test", "cname-chain-30.t.test", "never-answers.t.test"]


class Time:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Network:
    """A service's view of the world: a name server, a public receiver, and a canary at home."""

    zone: DnsZone
    public: WebhookReceiver
    canary: WebhookReceiver
    client: HttpClient
    time: Time

    async def post(self, host: str, path: str = "/") -> Answered:
        url = f"http://{host}:{self.public.port}{path}"
        return await self.client.post(url, b"{}", {}, timeout_seconds=15)


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    time = Time()
    async with DnsZone() as zone, WebhookReceiver(PUBLIC) as public, WebhookReceiver(PRIVATE, public.port) as canary:
        hostile_answers(zone)
        resolver = Resolver(time, parse_servers(zone.address))
        client = HttpClient(EgressGuard(parse_allow(public.allow)), resolver, time)
        yield Network(zone, public, canary, client, time)
        await client.close()
        await resolver.close()


def hostile_answers(zone: DnsZone) -> None:
    zone.answer("a-private.t.test", "A", ["10.0.0.1"])
    zone.answer("a-loop.t.test", "A", [PRIVATE])
    zone.answer("a-zero.t.test", "A", ["0.0.0.0"])
    zone.answer("aaaa-mapped.t.test", "AAAA", ["::ffff:7f00:1"])
    zone.answer("aaaa-nat64.t.test", "AAAA", ["64:ff9b::7f00:1"])
    zone.answer("cname-meta.t.test", "CNAME", ["meta.t.test"])
    zone.answer("meta.t.test", "A", ["169.254.169.254"])
    zone.answer("mixed-public-private.t.test", "A", [PUBLIC, PRIVATE])
    zone.answer("thousand-a.t.test", "A", [PUBLIC] * 999 + [PRIVATE])
    zone.answer("cname-loop.t.test", "CNAME", ["cname-loop2.t.test"])
    zone.answer("cname-loop2.t.test", "CNAME", ["cname-loop.t.test"])
    zone.answer("cname-chain-30.t.test", "CNAME", ["c1.t.test"])
    for link in range(1, 30):
        zone.answer(f"c{link}.t.test", "CNAME", [f"c{link + 1}.t.test"])
    zone.answer("c30.t.test", "A", [PUBLIC])
    zone.answer("never-answers.t.test", "A", SILENCE)
    zone.answer("never-answers.t.test", "AAAA", SILENCE)
    zone.answer("truncated.t.test", "A", [PRIVATE])
    zone.truncates.add("truncated.t.test")
    # The driver would remember a TTL in real time; whoever rebinds says 0 anyway.
    for host in CONDEMNED_LATER:
        zone.answer(host, "A", [PUBLIC], [PRIVATE], ttl=0)
    zone.answer("127.0.0.1.nip.io", "A", [PRIVATE])
    zone.answer("169-254-169-254.sslip.io", "A", ["169.254.169.254"])
    zone.answer("localtest.me", "A", [PRIVATE])
    zone.answer("localtest.me", "AAAA", ["::1"])
    zone.answer("lvh.me", "A", [PRIVATE])
    zone.answer("sink.t.test", "A", [PUBLIC])


def test_every_name_of_the_list_is_covered() -> None:
    listed = {url.removeprefix("http://").strip("/") for group, url in hostile_urls() if group in {"wild", "dns"}}

    assert listed == {*CONDEMNED_AT_ONCE, *CONDEMNED_LATER, *UNRESOLVED}


async def test_public_name_is_delivered_to(network: Network) -> None:
    answered = await network.post("sink.t.test")

    assert answered.status == 200
    assert network.public.requests[0].headers["host"] == f"sink.t.test:{network.public.port}"


@pytest.mark.parametrize("host", CONDEMNED_AT_ONCE)
async def test_name_that_leads_inside_is_refused_before_any_packet(network: Network, host: str) -> None:
    with pytest.raises(RequestFailedError) as error:
        await network.post(host)

    assert error.value.kind is Failure.REFUSED
    assert network.canary.connections == network.public.connections == 0


@pytest.mark.parametrize("host", UNRESOLVED)
async def test_name_that_abuses_dns_has_no_address(network: Network, host: str) -> None:
    with pytest.raises(RequestFailedError) as error:
        await network.post(host)

    assert error.value.kind is Failure.DNS
    assert network.canary.connections == network.public.connections == 0


@pytest.mark.parametrize("host", CONDEMNED_LATER)
async def test_name_that_turns_inside_is_refused_although_a_connection_is_open(network: Network, host: str) -> None:
    before = await network.post(host)

    network.time.now += 60
    with pytest.raises(RequestFailedError) as error:
        await network.post(host)

    assert before.status == 200
    assert error.value.kind is Failure.REFUSED
    assert network.canary.connections == 0
    assert network.public.connections == 1


async def test_address_that_changes_between_check_and_connect_is_refused_at_the_socket(network: Network) -> None:
    """The last line: the client is handed an address that no resolver check has seen."""

    answers = [(PUBLIC,), (PRIVATE,)]

    class Turncoat(Resolver):
        async def addresses(self, host: str) -> tuple[str, ...]:
            return answers.pop(0)

    resolver = Turncoat(network.time)
    client = HttpClient(EgressGuard(parse_allow(network.public.allow)), resolver, network.time)

    with pytest.raises(RequestFailedError) as error:
        await client.post(f"http://sink.t.test:{network.public.port}/", b"{}", {}, timeout_seconds=5)

    assert error.value.kind is Failure.REFUSED
    assert network.canary.connections == 0
    await client.close()
    await resolver.close()


def redirects(canary: WebhookReceiver) -> dict[str, Reply]:
    home = f"{PRIVATE}:{canary.port}"
    return {
        "/301-loop": redirect(f"http://{home}/", 301),
        "/302-meta": redirect("http://169.254.169.254/latest/meta-data/"),
        "/303-v6": redirect(f"http://[::ffff:7f00:1]:{canary.port}/", 303),
        "/307-file": redirect("file:///etc/passwd", 307),
        "/308-scheme-relative": redirect(f"//{home}/", 308),
        "/302-crlf": redirect(f"http://{home}/%0d%0aX-Injected:%201"),
        "/chain-20": redirect("/chain-19"),
        "/refresh-header": status(200, headers={"Refresh": f"0; url=http://{home}/"}),
    }


@pytest.mark.parametrize("path", [url.removeprefix("http://sink.t.test") for g, url in hostile_urls() if g == "redir"])
async def test_redirect_is_an_answer_and_is_not_followed(network: Network, path: str) -> None:
    network.public.default = redirects(network.canary)[path]

    answered = await network.post("sink.t.test", path)

    assert answered.status == 200 if path == "/refresh-header" else 300 <= answered.status < 400
    assert network.canary.connections == 0
    assert len(network.public.requests) == 1


async def test_download_does_not_follow_a_redirect_inside(network: Network) -> None:
    network.public.default = redirect(f"http://{PRIVATE}:{network.canary.port}/")

    with pytest.raises(RequestFailedError) as error:
        await network.client.download(network.public.url(), max_bytes=100, timeout_seconds=5)

    assert error.value.kind is Failure.REFUSED
    assert network.canary.connections == 0
