"""What deliveries to scripted mail hosts show about a domain, as its addresses are verified afterwards."""

from contextlib import AsyncExitStack
from typing import Self

import pytest

from indicia.datasets.address_lists import AddressLists
from indicia.domains.model import Domain, DomainState
from indicia.messages.destinations import KEPT_SECONDS
from indicia.messages.store import destination_of, forget_destinations
from indicia.net.dns import Resolver
from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.way_out import WayOut
from indicia.validation.deliveries import Deliveries
from indicia.validation.memory import Memory
from indicia.validation.model import AcceptAll, Origin, Reason
from indicia.validation.pacing import Pacing
from indicia.validation.probe import PROBE_TIMEOUTS, Probe, ProbeOptions
from indicia.validation.verify import Questions, Verifier
from tests.doubles.dns_zone import SERVFAIL, DnsZone
from tests.doubles.mail_worker import MailWorker
from tests.doubles.smtp_peer import SmtpPeer, reply
from tests.protocol.mail_fixtures import delivering

NO_USER = reply("550 5.1.1 no such user")
DAY = 86_400.0


class Asker:
    """Verifies addresses on behalf of the domain whose mail a worker delivers."""

    def __init__(self, worker: MailWorker, zone: DnsZone, peer: SmtpPeer) -> None:
        clock = worker.clock
        self._worker = worker
        self._resolver = Resolver(clock, (zone.address,))
        client = SmtpClient(EgressGuard(parse_allow(peer.allow)), hello_name="us.test", timeouts=PROBE_TIMEOUTS)
        way_out = WayOut(client, self._resolver, clock, port=peer.port, domains=())
        probe = Probe(client, self._resolver, way_out, ProbeOptions("postmaster@us.test", peer.port), clock)
        self._verifier = Verifier(
            AddressLists.open(None),
            Deliveries(worker.database, worker.suppressions, clock),
            Memory(worker.database, clock),
            self._resolver,
            Questions(probe, Pacing(worker.database, 6, clock), way_out),
            clock,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._verifier.close()
        await self._resolver.close()

    async def verify(self, text, *, domain_id=None):
        return await self._verifier.verify(_domain(domain_id or self._worker.domain_id), text, seconds=5.0)


def _domain(identifier):
    return Domain(
        id=identifier,
        account_id=1,
        name="news.test",
        state=DomainState.ACTIVE,
        features=frozenset(),
        tracking=False,
        seed_token="",
        created_at=0,
        updated_at=0,
    )


@pytest.fixture
async def world(tmp_path):
    async with AsyncExitStack() as closing:
        zone = await closing.enter_async_context(DnsZone())
        peer = await closing.enter_async_context(SmtpPeer())
        worker = await closing.enter_async_context(delivering(tmp_path, zone, peer))
        asker = await closing.enter_async_context(Asker(worker, zone, peer))
        yield worker, asker, zone, peer


async def test_domain_that_took_mail_is_not_called_invalid_when_dns_loses_it(world):
    worker, asker, zone, _ = world
    [row] = await worker.submit("ann@b.test")
    await worker.until_events("ann@b.test", 1)
    zone.answer("b.test", "MX", [])

    others = await asker.verify("bob@b.test")
    strangers = await asker.verify("bob@b.test", domain_id=worker.domain_id + 1)
    worker.clock.advance(8 * DAY)
    later = await asker.verify("carl@b.test")

    assert await worker.state(row) == "delivered"
    assert (others.reason, others.origin, others.sendex) == (Reason.UNAVAILABLE_SMTP, Origin.DELIVERIES, 0.65)
    assert "was delivered there on" in others.detail
    assert others.shown.took_at == worker.clock() - 8 * DAY
    assert (strangers.reason, strangers.shown) == (Reason.INVALID_DOMAIN, None)
    assert later.reason is Reason.INVALID_DOMAIN


async def test_what_was_delivered_is_proof_once_it_had_time_to_come_back(world):
    worker, asker, _, peer = world
    await worker.submit("ann@b.test")
    await worker.until_events("ann@b.test", 1)
    asked = peer.said("RCPT")

    now = await asker.verify("ann@b.test")
    worker.clock.advance(3600)
    later = await asker.verify("ann@b.test")

    assert (now.reason, now.origin, now.sendex) == (Reason.ACCEPTED_EMAIL, Origin.DELIVERIES, 0.9)
    assert "may still come back" in now.detail
    assert (later.reason, later.origin, later.sendex) == (Reason.ACCEPTED_EMAIL, Origin.DELIVERIES, 1.0)
    assert peer.said("RCPT") == asked


async def test_domain_that_refused_an_unknown_mailbox_means_its_yes(world):
    worker, asker, _, peer = world
    peer.script["RCPT"].append(NO_USER)
    await worker.submit("gone@b.test")
    await worker.until_events("gone@b.test", 1)

    # The probe alone would have it that everything is taken.
    found = await asker.verify("ann@b.test")
    gone = await asker.verify("gone@b.test")

    assert (found.reason, found.accept_all, found.sendex) == (Reason.ACCEPTED_EMAIL, AcceptAll.NO, 1.0)
    assert (gone.reason, gone.origin) == (Reason.REJECTED_EMAIL, Origin.DELIVERIES)


async def test_domain_that_says_yes_and_takes_it_back_is_accept_all_from_the_second_mailbox_on(world):
    worker, asker, _, peer = world
    await worker.submit("ann@b.test")
    await worker.until_events("ann@b.test", 1)
    peer.always["dot"] = reply("554 5.2.1 mailbox is disabled")
    await worker.submit("gone1@b.test")
    await worker.until_events("gone1@b.test", 1)
    peer.script["RCPT"].extend([reply("250 ok"), NO_USER])
    first = await asker.verify("bob@b.test")
    await worker.submit("gone2@b.test")
    await worker.until_events("gone2@b.test", 1)
    second = await asker.verify("bob@b.test")

    assert (first.accept_all, first.shown.came_back) == (AcceptAll.NO, 1)
    assert (second.reason, second.accept_all) == (Reason.LOW_DELIVERABILITY, AcceptAll.YES)
    assert (second.sendex, second.shown.came_back) == (0.7, 2)
    assert second.caps[0].because == "The server has said yes to mailboxes from which mail of this domain came back"


async def test_domain_that_no_copy_reaches_before_it_expires_is_none_once_dns_is_silent_for_a_day(world):
    worker, asker, zone, _ = world
    zone.answer("lost.test", "MX", SERVFAIL)
    await worker.submit("ann@lost.test", expires_in=2 * DAY)
    await worker.until_events("ann@lost.test", 1)
    before = await asker.verify("bob@lost.test")
    await worker.pass_time(2 * DAY + 1)
    await worker.until_events("ann@lost.test", 2)

    after = await asker.verify("bob@lost.test")

    assert (before.reason, before.shown) == (Reason.NO_CONNECT, None)
    assert (after.reason, after.origin, after.sendex) == (Reason.INVALID_DOMAIN, Origin.DELIVERIES, 0.0)
    assert "no mail from this domain has got there since" in after.detail


async def test_what_a_relay_says_shows_nothing_about_the_domain(tmp_path):
    async with DnsZone() as zone, SmtpPeer() as relay:
        zone.answer("relay.test", "A", ["127.0.0.1"])
        worker = MailWorker(tmp_path, zone.address, relay=f"smtp://relay.test:{relay.port}")
        async with worker:
            relay.script["RCPT"].extend([reply("250 ok"), NO_USER])
            for name in ("ann", "gone"):
                await worker.submit(f"{name}@b.test")
                await worker.until_events(f"{name}@b.test", 1)

            shown = await destination_of(worker.database, worker.domain_id, "b.test")

    assert shown is None


async def test_the_same_is_written_once_an_hour_and_forgotten_when_nothing_new_comes(world):
    worker, _, _, _ = world

    async def took_at():
        shown = await destination_of(worker.database, worker.domain_id, "b.test")
        return None if shown is None else shown.took_at

    first = worker.clock()
    for number, minutes in enumerate((0, 30, 31)):
        await worker.pass_time(60 * minutes)
        await worker.submit(f"ann{number}@b.test")
        await worker.until_events(f"ann{number}@b.test", 1)
        assert await took_at() == (worker.clock() if number == 2 else first)
    await worker.database.run(forget_destinations(worker.clock() + 1 - KEPT_SECONDS))
    assert await took_at() is not None
    await worker.database.run(forget_destinations(worker.clock() + 1))
    assert await took_at() is None


async def test_looking_it_up_reads_one_row_by_its_key(world):
    worker, _, _, _ = world
    plan = await worker.database.fetch(
        "EXPLAIN QUERY PLAN SELECT took_at FROM destinations WHERE domain_id = 1 AND destination = 'b.test'"
    )

    assert "USING INDEX sqlite_autoindex_destinations_1 (domain_id=? AND destination=?)" in str(plan)
