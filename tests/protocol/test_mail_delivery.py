"""Copies go to their mail exchangers, and what came of them is stored, over real DNS and SMTP on loopback."""

import asyncio
import base64
from pathlib import Path

import pytest

from indicia.entrypoints.workers.deliveries import LOOK_AGAIN_SECONDS
from indicia.messages.model import Options
from tests.doubles.dns_zone import DnsZone
from tests.doubles.mail_worker import FILE, MailWorker
from tests.doubles.smtp_peer import Answer, SmtpPeer, closing, drop, reply
from tests.doubles.webhook_worker import until
from tests.protocol.mail_fixtures import delivering


async def test_a_delivered_copy_is_reported_as_the_api_promises(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        (row,) = await worker.submit("ann@b.test", options=Options(tags=("a",), variables={"k": "v"}))
        (event,) = await worker.until_events("ann@b.test", 1)

        assert event["event"] == "delivered"
        assert event["delivery-status"] | {"session-seconds": 0} == {
            "attempt-no": 1,
            "code": 250,
            "description": "250 2.0.0 Ok: queued as 1",
            "enhanced-code": "2.0.0",
            "message": ["Ok: queued as 1"],
            "mx-host": "mx.b.test",
            "mx-ip": "127.0.0.1",
            "session-seconds": 0,
            "tls": False,
        }
        assert event["envelope"] == {
            "sender": f"bounce-{row}@news.test",
            "sending-ip": "127.0.0.1",
            "targets": "ann@b.test",
            "transport": "smtp",
        }
        assert event["flags"] == {"is-test-mode": False}
        assert (event["tags"], event["user-variables"]) == (["a"], {"k": "v"})
        assert await worker.state(row) == "delivered"
        assert await worker.jobs_left() == 0
        (attempt,) = await worker.attempts(row)

    assert (attempt.outcome, attempt.code, attempt.mx_host) == ("delivered", 250, "mx.b.test")
    assert "> RCPT TO:<ann@b.test>" in attempt.dialogue
    assert peer.taken[0].sender == f"bounce-{row}@news.test"


async def test_a_copy_that_cannot_be_written_is_rejected_and_never_sent(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        (row,) = await worker.submit("ann@b.test", subject="gone")
        (event,) = await worker.until_events("ann@b.test", 1)

        assert event["event"] == "rejected"
        assert event["reject"]["reason"] == "The message could not be composed"
        assert await worker.state(row) == "failed"
        assert await worker.jobs_left() == 0
    assert peer.connections == 0


async def test_many_copies_share_few_connections(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        await worker.submit(*(f"r{number}@b.test" for number in range(100)))
        await peer.wait_for(100)

    assert peer.connections <= 20
    assert peer.said("QUIT") >= 0
    assert sorted(taken.recipients[0] for taken in peer.taken) == sorted(f"r{number}@b.test" for number in range(100))


@pytest.mark.parametrize("farewell", [closing("421 4.4.2 timeout"), drop])
async def test_a_connection_closed_meanwhile_costs_no_attempt(tmp_path: Path, zone: DnsZone, farewell: Answer) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        await worker.submit("a@b.test")
        await worker.until_events("a@b.test", 1)
        peer.script["MAIL"].append(farewell)
        await worker.submit("b@b.test")
        (event,) = await worker.until_events("b@b.test", 1)

    assert (event["event"], event["delivery-status"]["attempt-no"]) == ("delivered", 1)
    assert peer.connections == 2


async def test_mail_goes_to_the_most_preferred_server_and_past_it_when_it_is_down(
    tmp_path: Path, zone: DnsZone
) -> None:
    async with SmtpPeer("127.0.0.3") as second:
        zone.answer("c.test", "MX", ["20 mx2.c.test", "10 mx1.c.test"])
        zone.answer("mx1.c.test", "A", ["127.0.0.2"])
        zone.answer("mx2.c.test", "A", ["127.0.0.3"])
        async with MailWorker(tmp_path, zone.address, port=second.port) as worker:
            await worker.submit("down@c.test")
            await worker.until_events("down@c.test", 1)
            async with SmtpPeer("127.0.0.2", second.port) as first:
                await worker.pool.close()
                worker.pool._sick.clear()
                await worker.submit("up@c.test")
                await worker.until_events("up@c.test", 1)

                assert [taken.recipients for taken in second.taken] == [["down@c.test"]]
                assert [taken.recipients for taken in first.taken] == [["up@c.test"]]


async def test_a_server_that_refuses_everybody_is_passed_over(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer("127.0.0.2") as first, SmtpPeer("127.0.0.3", first.port) as second:
        first.always["banner"] = closing("554 5.7.1 not you")
        zone.answer("c.test", "MX", ["10 mx1.c.test", "20 mx2.c.test"])
        zone.answer("mx1.c.test", "A", ["127.0.0.2"])
        zone.answer("mx2.c.test", "A", ["127.0.0.3"])
        async with MailWorker(tmp_path, zone.address, port=first.port) as worker:
            await worker.submit("a@c.test")
            await second.wait_for(1)

    assert first.connections == 1


async def test_a_domain_without_mx_gets_mail_at_its_address(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer:
        zone.answer("plain.test", "A", ["127.0.0.1"])
        async with MailWorker(tmp_path, zone.address, port=peer.port) as worker:
            await worker.submit("a@plain.test", "b@[127.0.0.1]")
            await peer.wait_for(2)

    assert sorted(taken.recipients[0] for taken in peer.taken) == ["a@plain.test", "b@[127.0.0.1]"]


async def test_ipv6_is_used_where_it_is_given(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer("::1") as peer:
        zone.answer("six.test", "MX", ["10 mx.six.test"])
        zone.answer("mx.six.test", "AAAA", ["::1"])
        async with MailWorker(tmp_path, zone.address, port=peer.port, allow="[::1]:*") as worker:
            await worker.submit("a@six.test")
            (event,) = await worker.until_events("a@six.test", 1)

    assert event["delivery-status"]["mx-ip"] == "::1"


async def test_international_domains_travel_as_a_labels(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer(extensions=()) as peer:
        zone.answer("xn--bcher-kva.test", "MX", ["10 mx.b.test"])
        zone.answer("mx.b.test", "A", ["127.0.0.1"])
        async with MailWorker(tmp_path, zone.address, port=peer.port) as worker:
            await worker.submit("ann@bücher.test")
            await peer.wait_for(1)

    assert peer.taken[0].recipients == ["ann@xn--bcher-kva.test"]


@pytest.mark.parametrize(
    ("verb", "answer", "bounce_class", "suppressed"),
    [
        ("RCPT", "550 5.1.1 no such user", "bad-mailbox", True),
        ("RCPT", "552 5.2.2 full", "mailbox-full", False),
        ("dot", "554 5.7.1 looks like spam", "spam", False),
        ("MAIL", "550 5.7.1 listed by spamhaus", "reputation", False),
    ],
)
async def test_a_refusal_bounces_and_suppresses_only_who_is_not_there(
    tmp_path: Path, zone: DnsZone, verb: str, answer: str, bounce_class: str, *, suppressed: bool
) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        peer.always[verb] = reply(answer)
        (row,) = await worker.submit("Ann@b.test")
        (event,) = await worker.until_events("Ann@b.test", 1)

        assert (event["event"], event["severity"], event["reason"]) == ("failed", "permanent", "bounce")
        assert event["delivery-status"]["bounce-class"] == bounce_class
        assert event["delivery-status"]["description"] == answer
        assert await worker.state(row) == "failed"
        assert await worker.jobs_left() == 0
        found = await worker.suppressions.already_among(worker.domain_id, ["ann@b.test"])
        assert ("ann@b.test" in found) == suppressed


async def test_a_suppressed_recipient_is_not_even_connected_to(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        peer.script["RCPT"].append(reply("550 5.1.1 no such user"))
        await worker.submit("ann@b.test")
        await worker.until_events("ann@b.test", 1)
        connections = peer.connections
        (row,) = await worker.submit("ANN@b.test")
        (event,) = await worker.until_events("ANN@b.test", 1)

        assert (event["severity"], event["reason"]) == ("permanent", "suppress-bounce")
        assert event["delivery-status"]["code"] == 605
        assert await worker.state(row) == "suppressed"
        assert await worker.jobs_left() == 0

    assert peer.said("RCPT") == 1
    assert peer.connections == connections


async def test_a_deferred_copy_keeps_its_place_in_the_schedule(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        peer.script["RCPT"].extend([reply("451 4.7.1 greylisted"), reply("451 4.7.1 greylisted")])
        (row,) = await worker.submit("ann@b.test")
        waits = []
        for number in (1, 2):
            events = await worker.until_events("ann@b.test", number)
            await until(lambda: _is(worker.sites.in_flight == 0))
            waits.append(await worker.next_due_in())
            assert events[-1]["severity"] == "temporary"
            assert events[-1]["delivery-status"]["retry-seconds"] == waits[-1]
            await worker.pass_time(waits[-1])
        *_, last = await worker.until_events("ann@b.test", 3)

        assert waits == [30, 120]
        assert (last["event"], last["delivery-status"]["attempt-no"]) == ("delivered", 3)
        assert last["flags"] == {"is-test-mode": False}
        assert [attempt.outcome for attempt in await worker.attempts(row)] == ["deferred", "deferred", "delivered"]


async def test_a_copy_that_is_scheduled_waits_for_its_time(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        await worker.submit("later@b.test", due_in=3600)
        await worker.submit("now@b.test")
        await worker.until_events("now@b.test", 1)
        await worker.pass_time(3600)
        await peer.wait_for(2)

    assert [taken.recipients[0] for taken in peer.taken] == ["now@b.test", "later@b.test"]


async def test_a_relay_gets_all_mail_whatever_dns_says(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer(users={"us": "secret"}) as relay:
        url = f"smtp://us:secret@127.0.0.1:{relay.port}"
        # The operator named the relay, so the guard has no say.
        async with MailWorker(tmp_path, zone.address, relay=url, allow="") as worker:
            (row, _) = await worker.submit("a@nowhere.test", "b@null.test")
            await relay.wait_for(2)
            await worker.until_events("a@nowhere.test", 1)

            assert "secret" not in (await worker.attempts(row))[0].dialogue
    assert {taken.login for taken in relay.taken} == {"us"}
    assert zone.queries == []


async def test_a_relay_that_does_not_know_us_keeps_mail_waiting(tmp_path: Path, zone: DnsZone) -> None:
    async with (
        SmtpPeer(users={"us": "secret"}) as relay,
        MailWorker(tmp_path, zone.address, relay=f"smtp://us:wrong@127.0.0.1:{relay.port}") as worker,
    ):
        await worker.submit("a@b.test")
        (event,) = await worker.until_events("a@b.test", 1)

    assert (event["severity"], event["delivery-status"]["bounce-class"]) == ("temporary", "relay-refused")
    assert not relay.taken


async def test_a_domain_may_have_a_relay_of_its_own(tmp_path: Path, zone: DnsZone) -> None:
    async with (
        SmtpPeer() as mine,
        SmtpPeer() as others,
        MailWorker(tmp_path, zone.address, relay=f"smtp://127.0.0.1:{others.port}") as worker,
    ):
        await worker.run("UPDATE domains SET relay_sealed = $1", f"smtp://127.0.0.1:{mine.port}".encode())
        await worker.submit("a@b.test")
        await mine.wait_for(1)

    assert not others.taken


async def test_a_file_is_read_while_it_is_sent(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        await worker.submit("ann@b.test", subject="a file")
        await peer.wait_for(1)

    assert base64.b64decode(peer.taken[0].content.partition(b"The end.\r\n")[2]) == FILE


async def test_mail_leaves_from_the_addresses_that_are_set(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer, sources=["127.0.0.7", "::1"]) as worker:
        await worker.submit("a@b.test")
        (event,) = await worker.until_events("a@b.test", 1)

    assert peer.sources == ["127.0.0.7"]
    assert event["envelope"]["sending-ip"] == "127.0.0.7"


async def test_a_domains_limit_holds_mail_and_drops_none(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        await worker.run("UPDATE domains SET limit_messages = 2, limit_seconds = 60")
        await worker.submit(*(f"r{number}@b.test" for number in range(5)))
        await peer.wait_for(2)
        await until(lambda: _is(worker.sites.in_flight == 0))
        taken = [len(peer.taken)]
        for count in (3, 4, 5):
            await worker.pass_time(30)
            await peer.wait_for(count)
            await until(lambda: _is(worker.sites.in_flight == 0))
            taken.append(len(peer.taken))

        assert taken == [2, 3, 4, 5]
        await until(lambda: _has_no_jobs(worker))


async def test_mail_of_a_domain_that_was_disabled_waits_and_is_not_lost(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        await worker.run("UPDATE domains SET state = 'disabled'")
        await worker.submit("r@b.test")
        await until(lambda: _waits(worker))
        taken_before = len(peer.taken)

        await worker.run("UPDATE domains SET state = 'active'")
        await worker.pass_time(LOOK_AGAIN_SECONDS)
        await peer.wait_for(1)

        assert taken_before == 0
        await until(lambda: _has_no_jobs(worker))


async def _waits(worker: MailWorker) -> bool:
    rows = await worker.database.fetch("SELECT due_at FROM jobs WHERE lease IS NULL")
    return bool(rows) and rows[0][0] > worker.clock()


async def _is(value: bool) -> bool:  # noqa: FBT001
    await asyncio.sleep(0)
    return value


async def _has_no_jobs(worker: MailWorker) -> bool:
    return await worker.jobs_left() == 0
