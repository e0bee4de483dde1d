"""The resolver against a real name server on loopback."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from indicia.net.dns import Resolver, parse_servers
from indicia.net.model import MxHost, MxHosts, NoMx, ResolutionError
from tests.doubles.dns_zone import SERVFAIL, SILENCE, DnsZone


class Time:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def zone() -> AsyncIterator[DnsZone]:
    async with DnsZone() as zone:
        yield zone


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def resolver(zone: DnsZone, time: Time) -> AsyncIterator[Resolver]:
    resolver = Resolver(time, parse_servers(zone.address))
    yield resolver
    await resolver.close()


async def test_mail_exchangers_come_by_preference(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("a.test", "MX", ["20 mx2.a.test", "10 MX1.a.test"])

    answer = await resolver.mx("A.test.")

    assert answer == MxHosts((MxHost(10, "mx1.a.test"), MxHost(20, "mx2.a.test")))


async def test_null_mx_is_told_from_no_mx_and_no_domain(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("null.test", "MX", ["0 ."])
    zone.answer("web.test", "A", ["192.0.2.1"])

    assert await resolver.mx("null.test") is NoMx.NULL_MX
    assert await resolver.mx("web.test") is NoMx.NO_RECORD
    assert await resolver.mx("gone.test") is NoMx.NO_SUCH_DOMAIN
    assert await resolver.mx("no host name") is NoMx.NO_SUCH_DOMAIN


async def test_mx_of_an_international_domain_is_found(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("xn--bcher-kva.test", "MX", ["10 mx.test"])

    assert await resolver.mx("bücher.test") == MxHosts((MxHost(10, "mx.test"),))


async def test_truncated_answer_is_fetched_over_tcp(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("big.test", "MX", ["10 mx.test"])
    zone.truncates.add("big.test")

    assert await resolver.mx("big.test") == MxHosts((MxHost(10, "mx.test"),))


async def test_known_mx_is_peeked_at_without_a_question(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("a.test", "MX", ["10 mx.test"])

    before = resolver.cached_mx("a.test")
    answer = await resolver.mx("a.test")

    assert before is None
    assert resolver.cached_mx("a.test") == answer
    assert zone.count("a.test", "MX") == 1


@pytest.mark.parametrize(("ttl", "lifetime"), [(1, 300), (3600, 3600), (604_800, 86_400)])
async def test_mx_lives_for_its_ttl_between_5_minutes_and_a_day(
    zone: DnsZone, resolver: Resolver, time: Time, ttl: int, lifetime: int
) -> None:
    zone.answer("a.test", "MX", ["10 mx.test"], ttl=ttl)
    await resolver.mx("a.test")

    time.now += lifetime - 1
    still_known = resolver.cached_mx("a.test")
    time.now += 1

    assert still_known is not None
    assert resolver.cached_mx("a.test") is None


async def test_absence_is_remembered_for_15_minutes_and_a_failure_for_30_seconds(
    zone: DnsZone, resolver: Resolver, time: Time
) -> None:
    zone.answer("broken.test", "MX", SERVFAIL)
    answers = [await resolver.mx("gone.test"), await resolver.mx("broken.test")]

    time.now += 29
    after_29_s = [resolver.cached_mx("gone.test"), resolver.cached_mx("broken.test")]
    time.now += 1
    after_30_s = [resolver.cached_mx("gone.test"), resolver.cached_mx("broken.test")]
    time.now += 870

    assert answers == after_29_s == [NoMx.NO_SUCH_DOMAIN, NoMx.UNAVAILABLE]
    assert after_30_s == [NoMx.NO_SUCH_DOMAIN, None]
    assert resolver.cached_mx("gone.test") is None


async def test_silent_server_costs_5_seconds_and_delays_nobody_else(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("silent.test", "MX", SILENCE)
    zone.answer("a.test", "MX", ["10 mx.test"])
    loop = asyncio.get_running_loop()
    began = loop.time()

    silent = asyncio.create_task(resolver.mx("silent.test"))
    await resolver.mx("a.test")
    other_took = loop.time() - began

    assert await silent is NoMx.UNAVAILABLE
    assert loop.time() - began < 5.5
    assert other_took < 1


async def test_addresses_are_of_both_families(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("a.test", "A", ["192.0.2.1", "192.0.2.2"])
    zone.answer("a.test", "AAAA", ["2001:db8::1"])

    addresses = await resolver.addresses("a.test")

    assert set(addresses) == {"192.0.2.1", "192.0.2.2", "2001:db8::1"}


async def test_addresses_of_one_family_do_if_the_other_fails(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("a.test", "A", ["192.0.2.1"])
    zone.answer("a.test", "AAAA", SERVFAIL)

    assert await resolver.addresses("a.test") == ("192.0.2.1",)


async def test_addresses_behind_a_few_cnames_are_found(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("a.test", "CNAME", ["b.test"])
    zone.answer("b.test", "CNAME", ["c.test"])
    zone.answer("c.test", "A", ["192.0.2.1"])

    assert await resolver.addresses("a.test") == ("192.0.2.1",)


async def test_name_without_addresses_is_an_error_for_whoever_needs_one(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("mail-only.test", "MX", ["10 mx.test"])
    zone.answer("broken.test", "A", SERVFAIL)
    zone.answer("broken.test", "AAAA", SERVFAIL)

    for host, is_permanent in (("gone.test", True), ("mail-only.test", True), ("broken.test", False)):
        with pytest.raises(ResolutionError) as error:
            await resolver.addresses(host)
        assert error.value.is_permanent is is_permanent


async def test_address_is_asked_for_again_within_a_minute(zone: DnsZone, resolver: Resolver, time: Time) -> None:
    # TTL 0 keeps the driver from remembering what this test is about.
    zone.answer("a.test", "A", ["192.0.2.1"], ["192.0.2.2"], ttl=0)

    first = await resolver.addresses("a.test")
    time.now += 4
    soon = await resolver.addresses("a.test")
    time.now += 1
    later = await resolver.addresses("a.test")

    assert (first, soon, later) == (("192.0.2.1",), ("192.0.2.1",), ("192.0.2.2",))


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("", ()),
        ("127.0.0.1:5353", ("127.0.0.1:5353",)),
        ("9.9.9.9, [2620:fe::fe]:53", ("9.9.9.9:53", "[2620:fe::fe]:53")),
        ("[2620:fe::fe]", ("[2620:fe::fe]:53",)),
    ],
)
def test_servers_are_read_with_port_53_as_default(text: str, servers: tuple[str, ...]) -> None:
    assert parse_servers(text) == servers


@pytest.mark.parametrize(
    "text",
    ["dns.example:53", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:x", "1.2.3:53", "::1", "[::1"],
)
def test_malformed_server_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        parse_servers(text)


async def test_published_records_are_shown_as_zone_files_write_them(zone: DnsZone, resolver: Resolver) -> None:
    long_key = "v=DKIM1; p=" + "k" * 400
    zone.answer("s1._domainkey.a.test", "TXT", [long_key])
    zone.answer("a.test", "TXT", ["v=spf1 -all", "other"])
    zone.answer("a.test", "MX", ["10 MX.a.test."])
    zone.answer("email.a.test", "CNAME", ["Track.b.test."])

    assert await resolver.records("S1._domainkey.A.test.", "TXT") == (long_key,)
    assert await resolver.records("a.test", "TXT") == ("v=spf1 -all", "other")
    assert await resolver.records("a.test", "MX") == ("10 mx.a.test",)
    assert await resolver.records("email.a.test", "CNAME") == ("track.b.test",)


async def test_absent_records_are_told_from_unknown_ones(zone: DnsZone, resolver: Resolver) -> None:
    zone.answer("down.test", "TXT", SERVFAIL)

    assert await resolver.records("_dmarc.gone.test", "TXT") == ()
    assert await resolver.records("no name", "TXT") == ()
    assert await resolver.records("down.test", "TXT") is None


async def test_a_record_that_was_just_published_is_seen_within_seconds(
    zone: DnsZone, resolver: Resolver, time: Time
) -> None:
    zone.answer("a.test", "TXT", [], ["v=spf1 -all"])

    before = await resolver.records("a.test", "TXT")
    time.now += 11

    assert (before, await resolver.records("a.test", "TXT")) == ((), ("v=spf1 -all",))
