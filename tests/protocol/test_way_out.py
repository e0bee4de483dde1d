"""Whether SMTP gets out is tried at hosts that everybody can reach, and no single host's trouble is taken for ours."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from indicia.net.dns import Resolver
from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.way_out import WayOut, WayOutState
from tests.doubles.clock import FakeClock
from tests.doubles.dns_zone import SERVFAIL, DnsZone
from tests.doubles.smtp_peer import SmtpPeer, closing, drop, raw, silence

DOWN = "127.0.0.2"


class Network:
    """Three well-known domains, of which those in `up` have a host that answers."""

    def __init__(self, zone, peer, clock) -> None:
        self.zone, self.peer, self.clock = zone, peer, clock
        for name in ("one.test", "two.test", "three.test"):
            zone.answer(name, "MX", [f"5 mx.{name}", f"50 second.{name}"])
            zone.answer(f"mx.{name}", "A", [DOWN], ttl=0)

    def let_up(self, name):
        self.zone.answer(f"mx.{name}", "A", ["127.0.0.1"])

    def way_out(self, *domains, allow="127.0.0.0/8:*"):
        resolver = Resolver(self.clock, (self.zone.address,))
        client = SmtpClient(EgressGuard(parse_allow(allow)), hello_name="us.test")
        names = domains or ("one.test", "two.test", "three.test")
        return WayOut(client, resolver, self.clock, port=self.peer.port, domains=names), resolver


@pytest.fixture
async def network():
    async with DnsZone() as zone, SmtpPeer() as peer:
        yield Network(zone, peer, FakeClock())


@pytest.fixture
async def opened(network):
    async with AsyncExitStack() as stack:

        def build(*domains, **options):
            way_out, resolver = network.way_out(*domains, **options)
            stack.push_async_callback(resolver.close)
            stack.push_async_callback(way_out.close)
            return way_out

        yield build


async def test_way_out_is_closed_when_no_well_known_host_answers(opened):
    way_out = opened()

    assert way_out.state is WayOutState.UNKNOWN
    assert await way_out.is_closed()
    assert way_out.state is WayOutState.CLOSED
    assert way_out.last.because.startswith("none of mx.one.test, mx.three.test, mx.two.test could be reached")


@pytest.mark.parametrize("name", ["one.test", "two.test", "three.test"])
async def test_one_host_that_answers_proves_it_open(network, opened, name):
    network.let_up(name)
    way_out = opened()

    assert not await way_out.is_closed()
    assert way_out.last.because == f"mx.{name} answered"
    assert network.peer.commands == ["EHLO us.test", "QUIT"]


@pytest.mark.parametrize("answer", [closing("554 5.7.1 not from there"), drop, raw(b"hello\r\n")])
async def test_host_that_turns_us_away_was_reached(network, opened, answer):
    network.let_up("one.test")
    network.peer.always["banner"] = answer

    assert not await opened().is_closed()


async def test_trial_ends_with_the_first_that_answers(network, opened):
    network.let_up("one.test")
    network.let_up("two.test")
    network.peer.script["banner"].append(silence)

    async with asyncio.timeout(2):
        assert (await opened().trial()).state is WayOutState.OPEN


async def test_nothing_is_concluded_from_dns_that_fails_or_lies(network, opened):
    network.zone.answer("one.test", "MX", SERVFAIL)
    network.zone.answer("two.test", "MX", [])
    silent = opened()
    inside = opened(allow="")

    assert not await silent.is_closed()
    assert (silent.state, silent.last.because) == (WayOutState.UNKNOWN, "no well-known mail host could be tried")
    assert not await inside.is_closed()
    assert inside.state is WayOutState.UNKNOWN


async def test_it_is_tried_once_for_all_who_wait_and_again_after_five_minutes(network, opened):
    way_out = opened()
    assert all(await asyncio.gather(*(way_out.is_closed() for _ in range(9))))
    asked = network.zone.count("mx.one.test", "A")
    network.let_up("one.test")

    network.clock.advance(299)
    still = await way_out.is_closed()
    network.clock.advance(2)
    then = await way_out.is_closed()

    assert (asked, still, then) == (1, True, False)
    assert network.peer.connections == 1


async def test_nothing_is_tried_while_others_were_reached_lately(network, opened):
    way_out = opened()
    way_out.reached()

    assert not await way_out.is_closed()
    assert (way_out.state, network.zone.queries) == (WayOutState.OPEN, [])
    way_out.missed("mx.example")
    assert await way_out.is_closed()


async def test_where_nobody_well_known_is_to_be_tried_five_others_stand_in(opened):
    way_out = opened("nowhere.test")
    for number in range(5):
        assert not await way_out.is_closed()
        way_out.missed(f"mx{number}.example")
        way_out.missed(f"mx{number}.example")

    assert await way_out.is_closed()
    way_out.reached()
    assert not await way_out.is_closed()
