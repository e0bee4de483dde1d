"""What goes wrong on the way of a copy loses nothing, makes no storm, and is told with a clear reason."""

import asyncio
import time
from pathlib import Path

import pytest

from indicia.delivery.model import JOB_KIND
from tests.doubles.clock import FakeClock
from tests.doubles.dns_zone import SERVFAIL, DnsZone
from tests.doubles.mail_worker import HASTY, MailWorker
from tests.doubles.smtp_peer import SmtpPeer, after, closing, delayed, drip, drop, raw, reply, silence
from tests.doubles.webhook_worker import until
from tests.protocol.mail_fixtures import delivering


@pytest.mark.parametrize("verb", ["banner", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
async def test_a_server_that_drops_the_connection_gets_the_mail_later(tmp_path: Path, zone: DnsZone, verb: str) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        peer.script[verb].append(drop)
        (row,) = await worker.submit("ann@b.test")
        (first,) = await worker.until_events("ann@b.test", 1)
        await until(lambda: _idle(worker))
        await worker.pass_time(36)
        _, second = await worker.until_events("ann@b.test", 2)

        assert (first["event"], first["severity"]) == ("failed", "temporary")
        expected = "uncertain" if verb == "dot" else "connection"
        assert first["delivery-status"]["bounce-class"] == expected
        assert second["event"] == "delivered"
        assert ("is-possible-duplicate" in second["flags"]) == (verb == "dot")
        assert await worker.state(row) == "delivered"
    assert len(peer.taken) == 1


async def test_a_reply_lost_after_the_end_is_a_doubt_and_not_a_loss(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:

        async def take_and_vanish(session) -> None:
            peer.taken.append(session.ending)
            await drop(session)

        peer.script["dot"].append(take_and_vanish)
        (row,) = await worker.submit("ann@b.test")
        await worker.until_events("ann@b.test", 1)
        await until(lambda: _idle(worker))
        await worker.pass_time(36)
        doubtful, delivered = await worker.until_events("ann@b.test", 2)

        assert doubtful["flags"]["is-possible-duplicate"]
        assert "may have taken" in doubtful["delivery-status"]["description"]
        assert delivered["flags"]["is-possible-duplicate"]
        assert [attempt.outcome for attempt in await worker.attempts(row)] == ["uncertain", "delivered"]
    assert len(peer.taken) == 2


async def test_a_process_killed_before_the_reply_leaves_a_doubt_that_is_told(tmp_path: Path, zone: DnsZone) -> None:
    clock = FakeClock()
    async with SmtpPeer() as peer:
        peer.script["dot"].append(silence)
        async with delivering(tmp_path, zone, peer, clock=clock, timeouts=HASTY._replace(dot=60, sending=60)) as worker:
            (row,) = await worker.submit("ann@b.test")
            await peer.wait_for_command("DATA")
            await until(lambda: _is_uncertain(worker, row))
            await worker.kill()

        async with delivering(tmp_path, zone, peer, clock=clock) as worker:
            await worker.database.run(worker.jobs.take_back([JOB_KIND]))
            interrupted, delivered = await worker.until_events("ann@b.test", 2)

            assert (interrupted["severity"], interrupted["delivery-status"]["bounce-class"]) == (
                "temporary",
                "uncertain",
            )
            assert interrupted["delivery-status"]["attempt-no"] == 1
            assert (delivered["event"], delivered["delivery-status"]["attempt-no"]) == ("delivered", 2)
            assert delivered["flags"]["is-possible-duplicate"]
            assert [attempt.outcome for attempt in await worker.attempts(row)] == ["uncertain", "delivered"]
    assert b"Message-ID: <1@news.test>" in peer.taken[0].content


async def test_a_process_killed_earlier_leaves_no_doubt(tmp_path: Path, zone: DnsZone) -> None:
    clock = FakeClock()
    async with SmtpPeer() as peer:
        peer.script["RCPT"].append(silence)
        async with delivering(
            tmp_path, zone, peer, clock=clock, timeouts=HASTY._replace(command=60, sending=60)
        ) as worker:
            await worker.submit("ann@b.test")
            await peer.wait_for_command("RCPT")
            await worker.kill()

        async with delivering(tmp_path, zone, peer, clock=clock) as worker:
            await worker.database.run(worker.jobs.take_back([JOB_KIND]))
            (delivered,) = await worker.until_events("ann@b.test", 1)

    assert (delivered["event"], delivered["flags"]) == ("delivered", {"is-test-mode": False})
    assert delivered["delivery-status"]["attempt-no"] == 1


async def test_a_stop_gives_back_what_no_server_can_have_and_waits_for_the_rest(tmp_path: Path, zone: DnsZone) -> None:
    answered = asyncio.Event()
    patient = HASTY._replace(command=60, dot=60, sending=60)
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer, timeouts=patient) as worker:
        peer.script["dot"].append(after(answered, reply("250 ok")))
        await worker.submit("sent@b.test")
        await peer.wait_for_command("DATA")
        peer.script["RCPT"].append(silence)
        await worker.submit("unsent@b.test")
        await peer.wait_for_command("RCPT", 2)

        stopping = asyncio.create_task(worker.stop())
        await until(lambda: _in_flight(worker, 1))
        answered.set()
        await stopping

        assert [event["event"] for event in await worker.events_about("sent@b.test")] == ["delivered"]
        assert await worker.events_about("unsent@b.test") == []
        rows = await worker.database.fetch("SELECT lease, attempts FROM jobs")
        assert rows == [(None, 0)]


async def test_a_late_answer_is_waited_for(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        peer.always["banner"] = delayed(0.3, reply("220 late"))
        peer.always["dot"] = delayed(0.3, reply("250 late"))
        await worker.submit("ann@b.test")
        (event,) = await worker.until_events("ann@b.test", 1)

    assert event["event"] == "delivered"


async def test_answers_later_than_every_limit_leave_the_mail_waiting(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        peer.script["MAIL"].append(silence)
        await worker.submit("ann@b.test")
        (event,) = await worker.until_events("ann@b.test", 1)
        await until(lambda: _idle(worker))

        assert event["delivery-status"]["description"] == "no answer in time (MAIL)"
        assert await worker.jobs_left() == 1


@pytest.mark.parametrize(
    "banner", [raw(b"220 " + b"x" * 10_000_000 + b"\r\n"), drip(), raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")]
)
async def test_a_hostile_banner_costs_one_attempt(tmp_path: Path, zone: DnsZone, banner) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        peer.script["banner"].append(banner)
        (row,) = await worker.submit("ann@b.test")
        (event,) = await worker.until_events("ann@b.test", 1)

        assert event["delivery-status"]["bounce-class"] == "connection"
        assert len((await worker.attempts(row))[0].dialogue) < 30_000


async def test_dns_that_is_down_is_no_reason_to_bounce(tmp_path: Path, zone: DnsZone) -> None:
    zone.answer("b.test", "MX", SERVFAIL)
    zone.answer("c.test", "MX", ["10 mx.c.test"])
    zone.answer("mx.c.test", "A", SERVFAIL)
    zone.answer("mx.c.test", "AAAA", SERVFAIL)
    async with MailWorker(tmp_path, zone.address) as worker:
        await worker.submit("a@b.test", "a@c.test")
        events = [(await worker.until_events(address, 1))[0] for address in ("a@b.test", "a@c.test")]

    assert [event["severity"] for event in events] == ["temporary", "temporary"]
    assert [event["delivery-status"]["bounce-class"] for event in events] == ["dns", "dns"]


@pytest.mark.parametrize(
    ("domain", "description"),
    [
        ("null.test", "the domain takes no mail (null MX)"),
        ("gone.test", "the domain does not exist"),
        ("empty.test", "no address of empty.test could be found"),
        ("lost.test", "no address of mx.gone.test could be found"),
        ("self.test", "mail for the domain loops back to this server"),
    ],
)
async def test_a_domain_that_takes_no_mail_bounces_at_once(
    tmp_path: Path, zone: DnsZone, domain: str, description: str
) -> None:
    zone.answer("null.test", "MX", ["0 ."])
    zone.answer("empty.test", "TXT", ["nothing else"])
    zone.answer("lost.test", "MX", ["10 mx.gone.test"])
    zone.answer("self.test", "MX", ["10 us.test"])
    async with MailWorker(tmp_path, zone.address) as worker:
        await worker.submit(f"a@{domain}")
        (event,) = await worker.until_events(f"a@{domain}", 1)

    assert event["severity"] == "permanent"
    assert event["delivery-status"]["description"] == description


@pytest.mark.parametrize(
    ("record_type", "address"),
    [("A", "127.0.0.1"), ("A", "10.0.0.1"), ("A", "169.254.169.254"), ("AAAA", "::1"), ("AAAA", "::ffff:7f00:1")],
)
async def test_an_exchanger_inside_gets_no_packet(
    tmp_path: Path, zone: DnsZone, record_type: str, address: str
) -> None:
    async with SmtpPeer() as canary:
        zone.answer("b.test", "MX", ["10 mx.b.test"])
        zone.answer("mx.b.test", record_type, [address])
        zone.answer("c.test", record_type, [address])
        zone.answer("d.test", "MX", ["10 127.0.0.1"])
        async with MailWorker(tmp_path, zone.address, port=canary.port, allow="") as worker:
            recipients = ("a@b.test", "a@c.test", "a@d.test", "a@[127.0.0.1]")
            await worker.submit(*recipients)
            events = [(await worker.until_events(to, 1))[0] for to in recipients]

            assert await worker.suppressions.already_among(worker.domain_id, ["a@b.test"]) == {}
    assert {event["severity"] for event in events} == {"permanent"}
    assert {event["delivery-status"]["bounce-class"] for event in events} == {"refused-destination"}
    assert canary.connections == 0


async def test_a_storm_of_421_makes_no_hot_loop(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        peer.always["banner"] = closing("421 4.7.0 too many connections")
        await worker.submit(*(f"r{number}@b.test" for number in range(300)))
        await until(lambda: _is_broken(worker))
        await until(lambda: _idle(worker))
        connections = peer.connections
        began = time.thread_time()
        await asyncio.sleep(1.0)

        assert peer.connections == connections <= 20
        assert time.thread_time() - began < 0.3
        # Once the server is well again everything arrives, beginning with a probe.
        del peer.always["banner"]
        for _ in range(12):
            await worker.pass_time(61)
            await asyncio.sleep(0.02)
        await peer.wait_for(300)


async def test_a_domains_own_relay_that_is_down_makes_no_hot_loop(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as relay, MailWorker(tmp_path, zone.address) as worker:
        relay.always["banner"] = closing("421 4.3.2 down")
        await worker.run("UPDATE domains SET relay_sealed = $1", f"smtp://127.0.0.1:{relay.port}".encode())
        await worker.submit(*(f"r{number}@d{number}.test" for number in range(100)))
        await until(lambda: _is_broken(worker))
        await until(lambda: _idle(worker))
        connections = relay.connections
        began = time.thread_time()
        await asyncio.sleep(0.5)

        assert relay.connections == connections <= 20
        assert time.thread_time() - began < 0.2
        del relay.always["banner"]
        for _ in range(12):
            await worker.pass_time(61)
            await asyncio.sleep(0.02)
        await relay.wait_for(100)


async def test_a_copy_that_cannot_be_read_keeps_no_other_from_its_way(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        await worker.submit("bad@b.test", due_in=10)
        await worker.run("UPDATE messages SET options = $1", b"no message pack")
        await worker.submit("good@b.test", due_in=10)
        await worker.pass_time(10)
        await peer.wait_for(1)

        assert await worker.jobs_left() >= 1
    assert peer.taken[0].recipients == ["good@b.test"]


async def test_one_tarpit_of_many_destinations_delays_nobody_else(tmp_path: Path, zone: DnsZone) -> None:
    patient = HASTY._replace(banner=60, opening=60)
    async with SmtpPeer("127.0.0.2") as tarpit, SmtpPeer("127.0.0.3", tarpit.port) as quick:
        tarpit.always["banner"] = silence
        zone.answer("tarpit.test", "MX", ["10 mx.tarpit.test"])
        zone.answer("mx.tarpit.test", "A", ["127.0.0.2"])
        for number in range(20):
            zone.answer(f"d{number}.test", "MX", [f"10 mx.d{number}.test"])
            zone.answer(f"mx.d{number}.test", "A", ["127.0.0.3"])
        async with MailWorker(tmp_path, zone.address, port=quick.port, timeouts=patient) as worker:
            await worker.submit(*(f"r{number}@tarpit.test" for number in range(100)))
            await worker.submit(*(f"r{copy}@d{number}.test" for number in range(20) for copy in range(5)))
            await quick.wait_for(100)

            assert tarpit.open_now <= 5
    assert not tarpit.taken


async def test_a_copy_that_was_tried_for_too_long_is_given_up(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        peer.always["RCPT"] = reply("450 4.2.0 not now")
        (row,) = await worker.submit("ann@b.test", expires_in=40)
        await worker.until_events("ann@b.test", 1)
        for count in (2, 3):
            await until(lambda: _idle(worker))
            await worker.pass_time(await worker.next_due_in())
            events = await worker.until_events("ann@b.test", count)
            if events[-1]["severity"] == "permanent":
                break

        assert (events[-1]["severity"], events[-1]["reason"]) == ("permanent", "old")
        assert "not now" in events[-1]["delivery-status"]["description"]
        assert await worker.state(row) == "failed"
        assert await worker.suppressions.already_among(worker.domain_id, ["ann@b.test"]) == {}


async def test_what_expires_behind_a_dead_server_is_given_up_without_a_turn(tmp_path: Path, zone: DnsZone) -> None:
    async with SmtpPeer() as peer, delivering(tmp_path, zone, peer) as worker:
        peer.always["banner"] = closing("421 4.3.2 down")
        rows = await worker.submit(*(f"r{number}@b.test" for number in range(40)))
        await until(lambda: _is_broken(worker))
        await worker.stop()
        worker.clock.advance(72 * 3600 + 2000)  # type: ignore[attr-defined]

        given_up = await worker.expiry.give_up()

        assert given_up == 40
        assert {await worker.state(row) for row in rows} == {"failed"}
        assert await worker.jobs_left() == 0
        last = (await worker.events_about("r39@b.test"))[-1]
        assert (last["severity"], last["delivery-status"]["bounce-class"]) == ("permanent", "expired")


async def test_an_answer_that_outlived_its_lease_changes_nothing_that_another_worker_stored(
    tmp_path: Path, zone: DnsZone
) -> None:
    answered = asyncio.Event()
    async with (
        SmtpPeer() as peer,
        delivering(tmp_path, zone, peer, timeouts=HASTY._replace(dot=60, sending=60)) as worker,
    ):
        peer.script["dot"].append(after(answered, reply("250 ok")))
        (row,) = await worker.submit("ann@b.test")
        await peer.wait_for_command("DATA")
        await until(lambda: _is_uncertain(worker, row))
        await worker.run("UPDATE jobs SET lease = 'another'")
        answered.set()
        await until(lambda: _idle(worker))

        assert await worker.events_about("ann@b.test") == []
        assert await worker.state(row) == "queued"
        assert await worker.jobs_left() == 1


async def _idle(worker: MailWorker) -> bool:
    return worker.sites.in_flight == 0


async def _in_flight(worker: MailWorker, count: int) -> bool:
    return worker.sites.in_flight == count


async def _is_broken(worker: MailWorker) -> bool:
    return bool(worker.sites.broken)


async def _is_uncertain(worker: MailWorker, recipient_id: int) -> bool:
    return [attempt.outcome for attempt in await worker.attempts(recipient_id)] == ["uncertain"]
