"""Verification against real mail hosts and a real name server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from indicia.datasets.address_lists import AddressLists
from indicia.domains.model import Domain, DomainState, Feature
from indicia.mail.address import Address
from indicia.net.dns import Resolver
from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.way_out import WayOut
from indicia.storage.database import Statement
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.suppressions.guard import Suppressions, suppression
from indicia.suppressions.model import SuppressionType
from indicia.validation.deliveries import Deliveries
from indicia.validation.memory import Memory
from indicia.validation.model import AcceptAll, Origin, Reason, Result
from indicia.validation.pacing import Pacing
from indicia.validation.probe import PROBE_TIMEOUTS, Probe, ProbeOptions
from indicia.validation.verify import Questions, Verifier
from tests.doubles.certificates import CertificateAuthority
from tests.doubles.clock import FakeClock
from tests.doubles.dns_zone import SERVFAIL, SILENCE, DnsZone
from tests.doubles.smtp_peer import SmtpPeer, closing, drip, drop, garbage_for_tls, raw, reply, silence

NO_USER = reply("550 5.1.1 no such user")
SENDER = "postmaster@mail.ours.example"
LISTS = AddressLists.open(None)


def _domain(*features: Feature) -> Domain:
    return Domain(
        id=1,
        account_id=1,
        name="news.ours.example",
        state=DomainState.ACTIVE,
        features=frozenset(features),
        tracking=False,
        seed_token="",
        created_at=0,
        updated_at=0,
    )


class Bench:
    """A verifier, and the world it asks: one peer and one zone."""

    def __init__(self, peer: SmtpPeer, zone: DnsZone, clock: FakeClock) -> None:
        self.peer = peer
        self.zone = zone
        self.clock = clock
        zone.answer("there.example", "MX", ["10 mx.there.example"])
        zone.answer("mx.there.example", "A", ["127.0.0.1"])

    async def open(self, closing: AsyncExitStack, path: str, *, allow: str = "", per_minute: int = 6) -> None:
        self.database = SqliteDatabase(path)
        closing.push_async_callback(self.database.close)
        await migrate(self.database, self.clock)
        resolver = Resolver(self.clock, (self.zone.address,))
        closing.push_async_callback(resolver.close)
        guard = EgressGuard(parse_allow(allow))
        client = SmtpClient(guard, hello_name="mail.ours.example", timeouts=PROBE_TIMEOUTS)
        well_known = ("gmail.com", "outlook.com")
        self.way_out = WayOut(client, resolver, self.clock, port=self.peer.port, domains=well_known)
        probe = Probe(client, resolver, self.way_out, ProbeOptions(SENDER, self.peer.port), self.clock)
        self.suppressions = Suppressions(self.database, self.clock)
        self.verifier = Verifier(
            LISTS,
            Deliveries(self.database, self.suppressions, self.clock),
            Memory(self.database, self.clock),
            resolver,
            Questions(probe, Pacing(self.database, per_minute, self.clock), self.way_out),
            self.clock,
        )
        closing.push_async_callback(self.verifier.close)

    async def verify(self, text: str = "ann@there.example", seconds: float = 5.0, *features: Feature):
        return await self.verifier.verify(_domain(*features), text, seconds=seconds)


@pytest.fixture
async def bench(tmp_path) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as closing, SmtpPeer() as peer, DnsZone() as zone:
        bench = Bench(peer, zone, FakeClock())
        await bench.open(closing, tmp_path / "store.sqlite3", allow=peer.allow)
        yield bench


async def test_accepted_address_of_an_honest_host_is_deliverable(bench):
    bench.peer.script["RCPT"].extend([reply("250 2.1.5 ok"), NO_USER])

    found = await bench.verify("Ann@There.Example")

    assert (found.result, found.reason, found.sendex) == (Result.DELIVERABLE, Reason.ACCEPTED_EMAIL, 1.0)
    assert (found.email, found.accept_all) == ("ann@there.example", AcceptAll.NO)


async def test_the_dialogue_is_that_of_a_sender_who_changes_their_mind(bench):
    bench.peer.script["RCPT"].extend([reply("250 2.1.5 ok"), NO_USER])

    await bench.verify()

    real, made_up = bench.peer.commands[:4], bench.peer.commands[4:]
    assert real == [
        "EHLO mail.ours.example",
        f"MAIL FROM:<{SENDER}>",
        "RCPT TO:<ann@there.example>",
        "QUIT",
    ]
    assert made_up[2].startswith("RCPT TO:<")
    assert made_up[2] != real[2]
    assert bench.peer.connections == 2
    assert bench.peer.said("DATA") == 0


async def test_refused_address_is_undeliverable_and_no_made_up_one_is_asked_for(bench):
    bench.peer.always["RCPT"] = NO_USER

    found = await bench.verify()

    assert (found.result, found.reason, found.sendex) == (Result.UNDELIVERABLE, Reason.REJECTED_EMAIL, 0.0)
    assert bench.peer.said("RCPT") == 1


async def test_host_that_takes_everything_makes_its_yes_risky(bench):
    found = await bench.verify()

    assert (found.result, found.reason) == (Result.RISKY, Reason.LOW_DELIVERABILITY)
    assert (found.accept_all, found.sendex) == (AcceptAll.YES, 0.7)


async def test_whether_a_domain_takes_everything_is_asked_once(bench):
    await asyncio.gather(*(bench.verify(f"ann{number}@there.example") for number in range(4)))

    assert bench.peer.said("RCPT") == 5


async def test_second_recipient_that_is_refused_for_its_number_spoils_nothing(bench):
    """Outlook: `452 4.5.3 Too many recipients`."""
    bench.peer.script["RCPT"].extend([reply("250 2.1.5 ok"), reply("452 4.5.3 Too many recipients")])

    found = await bench.verify()

    assert (found.reason, found.accept_all, found.sendex) == (Reason.ACCEPTED_EMAIL, AcceptAll.UNKNOWN, 0.9)


async def test_yahoo_is_known_to_take_everything_and_not_asked_for_a_made_up_one(bench):
    bench.zone.answer("like-yahoo.example", "MX", ["1 mta5.am0.yahoodns.net"])
    bench.zone.answer("mta5.am0.yahoodns.net", "A", ["127.0.0.1"])

    found = await bench.verify("ann@like-yahoo.example")

    assert (found.result, found.accept_all) == (Result.RISKY, AcceptAll.YES)
    assert bench.peer.said("RCPT") == 1


@pytest.mark.parametrize(
    ("verb", "answer", "reason"),
    [
        ("banner", closing("554 5.7.1 no service for you"), Reason.UNAVAILABLE_SMTP),
        ("banner", closing("421 busy"), Reason.UNAVAILABLE_SMTP),
        ("MAIL", reply("550 5.1.1 unknown user"), Reason.UNAVAILABLE_SMTP),
        ("RCPT", reply("554 5.7.0 Blocked"), Reason.UNAVAILABLE_SMTP),
        ("RCPT", reply("451 4.7.1 Greylisted"), Reason.UNAVAILABLE_SMTP),
        ("RCPT", drop, Reason.UNAVAILABLE_SMTP),
        ("banner", raw(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.INVALID_SMTP),
        ("banner", raw(b"x" * 10_000_000), Reason.INVALID_SMTP),
        ("RCPT", silence, Reason.TIMEOUT),
        ("banner", drip(seconds=0.01), Reason.TIMEOUT),
    ],
)
async def test_hosts_that_do_not_answer_the_question_end_within_the_deadline(bench, verb, answer, reason):
    bench.peer.always[verb] = answer

    async with asyncio.timeout(5):
        found = await bench.verify(seconds=0.6)

    assert found.reason is reason
    assert found.reason is not Reason.REJECTED_EMAIL
    assert bench.peer.said("DATA") == 0


async def test_full_mailbox_is_risky(bench):
    bench.peer.always["RCPT"] = reply("452 4.2.2 mailbox full")

    found = await bench.verify()

    assert (found.result, found.reason, found.sendex) == (Result.RISKY, Reason.LOW_DELIVERABILITY, 0.4)


async def test_greylisted_address_is_asked_again_when_its_wait_is_over(bench):
    bench.peer.script["RCPT"].extend([reply("450 4.2.0 Greylisted"), reply("250 2.1.5 ok"), NO_USER])

    first = await bench.verify()
    meanwhile = await bench.verify()
    bench.clock.advance(301)
    later = await bench.verify()

    assert (first.result, first.ask_again_at) == (Result.UNKNOWN, bench.clock() - 1)
    assert (meanwhile.result, meanwhile.origin) == (Result.UNKNOWN, Origin.MEMORY)
    assert later.result is Result.DELIVERABLE


async def test_answers_are_repeated_from_memory_for_as_long_as_postfix_does(bench):
    bench.peer.script["RCPT"].extend([reply("250 2.1.5 ok"), NO_USER])
    await bench.verify()

    bench.clock.advance(6 * 86_400)
    remembered = await bench.verify("ANN@there.example")
    asked = bench.peer.said("RCPT")
    bench.clock.advance(2 * 86_400)
    bench.peer.always["RCPT"] = reply("421 busy")
    stands_in = await bench.verify()

    assert (remembered.result, remembered.origin, asked) == (Result.DELIVERABLE, Origin.MEMORY, 2)
    assert (stands_in.result, stands_in.origin) == (Result.DELIVERABLE, Origin.MEMORY)
    assert bench.peer.said("RCPT") == 3


async def test_destination_is_not_asked_above_its_limit(bench):
    bench.peer.always["RCPT"] = NO_USER

    found = [await bench.verify(f"ann{number}@there.example") for number in range(8)]

    assert [each.reason for each in found] == [Reason.REJECTED_EMAIL] * 6 + [Reason.UNAVAILABLE_SMTP] * 2
    assert bench.peer.connections == 6
    assert found[-1].ask_again_at == bench.clock() + 60


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ({"MX": ["0 ."]}, Reason.INVALID_DOMAIN),
        ({}, Reason.INVALID_DOMAIN),
        ({"TXT": ["mail is not taken here"]}, Reason.INVALID_DOMAIN),
        ({"MX": SERVFAIL}, Reason.NO_CONNECT),
        ({"MX": SILENCE}, Reason.TIMEOUT),
        ({"MX": [f"{number} mx{number}.nowhere.example" for number in range(500)]}, Reason.NO_CONNECT),
        ({"CNAME": ["other.example"]}, Reason.INVALID_DOMAIN),
        ({"MX": ["10 inside.example"]}, Reason.NO_CONNECT),
    ],
)
async def test_domains_without_a_host_to_ask(bench, records, reason):
    for record_type, values in records.items():
        bench.zone.answer("bad.example", record_type, values)
    bench.zone.answer("inside.example", "A", ["10.0.0.1"])

    found = await bench.verify("ann@bad.example", 1.0)

    assert found.reason is reason
    assert bench.peer.connections == 0


async def test_domain_without_mx_is_asked_at_its_own_address(bench):
    bench.zone.answer("plain.example", "A", ["127.0.0.1"])
    bench.peer.always["RCPT"] = NO_USER

    found = await bench.verify("ann@plain.example")

    assert found.reason is Reason.REJECTED_EMAIL


async def test_next_host_is_asked_where_the_first_cannot_be_reached(bench):
    bench.zone.answer("two.example", "MX", ["10 down.example", "20 mx.there.example"])
    bench.zone.answer("down.example", "A", ["127.0.0.2"])
    bench.peer.always["RCPT"] = NO_USER

    found = await bench.verify("ann@two.example")

    assert found.reason is Reason.REJECTED_EMAIL


async def test_closed_way_out_is_told_as_such_and_nobody_is_asked(tmp_path):
    async with AsyncExitStack() as closing, SmtpPeer() as peer, DnsZone() as zone:
        bench = Bench(peer, zone, FakeClock())
        await bench.open(closing, tmp_path / "store.sqlite3", allow="127.0.0.0/8:*")
        for name in ("gmail.com", "outlook.com"):
            zone.answer(name, "MX", [f"5 mx.{name}"])
            zone.answer(f"mx.{name}", "A", ["127.0.0.2"])

        found = await bench.verify()

    assert (found.result, found.reason) == (Result.UNKNOWN, Reason.NO_CONNECT)
    assert "port 25" in found.detail
    assert peer.connections == 0


async def test_where_no_well_known_host_can_be_tried_mail_hosts_are_asked_as_ever(bench):
    bench.peer.always["RCPT"] = NO_USER

    assert (await bench.verify()).reason is Reason.REJECTED_EMAIL


async def test_tls_is_used_where_it_is_offered_and_broken_tls_is_no_verdict(tmp_path):
    tls = CertificateAuthority(tmp_path).server("mx.there.example")
    async with AsyncExitStack() as closing, SmtpPeer(tls=tls) as peer, DnsZone() as zone:
        bench = Bench(peer, zone, FakeClock())
        await bench.open(closing, tmp_path / "store.sqlite3", allow=peer.allow)
        peer.always["RCPT"] = NO_USER
        encrypted = await bench.verify("ann@there.example")
        peer.always["STARTTLS"] = garbage_for_tls
        in_clear = await bench.verify("bob@there.example")

    assert "STARTTLS" in peer.commands
    assert (encrypted.reason, in_clear.reason) == (Reason.REJECTED_EMAIL, Reason.REJECTED_EMAIL)


async def test_international_address_is_asked_with_smtputf8_or_not_at_all(bench):
    bench.peer.script["RCPT"].extend([reply("250 2.1.5 ok"), NO_USER])
    taken = await bench.verify("jürgen@there.example")
    bench.peer.extensions = ("8BITMIME",)
    refused = await bench.verify("jörg@there.example")

    assert bench.peer.commands[1:3] == [f"MAIL FROM:<{SENDER}> SMTPUTF8", "RCPT TO:<jürgen@there.example>"]
    assert taken.result is Result.DELIVERABLE
    assert refused.reason is Reason.REJECTED_EMAIL


@pytest.mark.parametrize(
    "text",
    ["ann@there.example\r\nRCPT TO:<bob@there.example>", "a\x00b@there.example", '"a\\\r\n"@there.example', "ann"],
)
async def test_what_is_no_address_reaches_no_socket(bench, text):
    found = await bench.verify(text)

    assert (found.result, found.reason) == (Result.UNDELIVERABLE, Reason.INVALID_EMAIL)
    assert bench.peer.connections == 0
    assert bench.zone.queries == []


async def test_hint_is_given_even_when_dns_fails(bench):
    found = await bench.verify("bill.lumbergh@gamil.com")

    assert found.did_you_mean == "bill.lumbergh@gmail.com"


async def test_own_bounces_and_complaints_beat_a_probe(bench):
    await bench.database.run(_owner())
    address = Address("", "ann", "there.example")
    await bench.suppressions.put(1, [suppression(address, SuppressionType.BOUNCE, "550", bench.clock())])
    bounced = await bench.verify()
    await bench.suppressions.put(1, [suppression(address, SuppressionType.COMPLAINT, "", bench.clock())])
    complained = await bench.verify()

    assert (bounced.reason, bounced.origin) == (Reason.REJECTED_EMAIL, Origin.DELIVERIES)
    assert (complained.reason, complained.sendex) == (Reason.LOW_QUALITY, 0.1)
    assert bench.peer.connections == 0


async def test_relay_only_installation_asks_nobody_and_says_so(bench):
    verifier = Verifier(
        LISTS,
        Deliveries(bench.database, bench.suppressions, bench.clock),
        Memory(bench.database, bench.clock),
        bench.verifier._resolver,
        None,
        bench.clock,
    )

    found = await verifier.verify(_domain(), "ann@there.example")

    assert (found.result, found.reason) == (Result.UNKNOWN, Reason.NO_CONNECT)
    assert "relay" in found.detail
    assert bench.peer.connections == 0


@pytest.mark.parametrize(
    ("local", "result", "reason", "sendex"),
    [
        ("anything", "deliverable", "accepted_email", 1),
        ("john+rejected-email", "undeliverable", "rejected_email", 0),
        ("invalid-smtp", "undeliverable", "invalid_smtp", 0),
        ("low-quality", "risky", "low_quality", 0.5),
        ("accept-all", "risky", "low_deliverability", 0.7),
        ("role", "risky", "low_quality", 0.7),
        ("disposable", "risky", "low_quality", 0),
        ("timeout", "unknown", "timeout", 0),
        ("no-connect", "unknown", "no_connect", 0),
    ],
)
async def test_sandbox_answers_by_local_part_without_any_network(bench, local, result, reason, sendex):
    found = await bench.verify(f"{local}@there.example", 5.0, Feature.VALIDATION_SANDBOX)

    assert (found.result, found.reason, found.sendex) == (result, reason, sendex)
    assert bench.zone.queries == []


def _owner():
    yield Statement("INSERT INTO accounts (id, name, created_at) VALUES (1, 'ours', 0)", ())
    yield Statement(
        """
        INSERT INTO domains (id, account_id, name, state, bot_detection, validation, tracking, seed_token, created_at,
            updated_at) VALUES (1, 1, 'news.ours.example', 'active', 0, 1, 0, 'x', 0, 0)
        """,
        (),
    )
