"""An operator looks into the queue, holds mail back and lets it go, beside a running service."""

import asyncio
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from indicia.cli.root import indicia
from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service
from tests.doubles.smtp_peer import SmtpPeer, reply
from tests.scenarios.sender import Sender


async def test_mail_is_looked_into_held_back_and_tried_now(tmp_path: Path):
    async with DnsZone() as zone, SmtpPeer() as peer:
        zone.answer("b.test", "MX", ["10 mx.b.test"])
        zone.answer("mx.b.test", "A", ["127.0.0.1"])
        peer.script["RCPT"].append(reply("451 4.7.1 [greylisted] come back"))
        with Service(tmp_path, DNS_SERVERS=zone.address, SMTP_PORT=str(peer.port)) as service:
            async with Sender(service) as sender:
                await sender.submit("ann@b.test")
                await _until(sender, deferred=1)

                (waiting,) = await _listed(service, "list")
                (copy,) = await _listed(service, "show", "B.test")
                (attempt,) = await _listed(service, "attempts", "1@news.test", "Ann@b.test")
                shown = (await _run(service, "queue", "attempts", "<1@news.test>", "ann@b.test")).stdout
                table = (await _run(service, "queue", "list")).stdout
                await _run(service, "queue", "hold", "b.test", "--reason", "they move")
                await asyncio.sleep(1.0)
                retried = (await _run(service, "queue", "retry", "b.test")).stdout
                await asyncio.sleep(0.5)
                held = (await _listed(service, "list"))[0]
                taken_while_held = len(peer.taken)
                await _run(service, "queue", "release", "b.test")
                await peer.wait_for(1)
                await _until(sender, delivered=1)
                nothing = await _listed(service, "list")

    assert (waiting["domain"], waiting["copies"], waiting["under_way"], waiting["held"]) == ("b.test", 1, 0, "")
    assert waiting["last_answer"] == copy["last_answer"] == "451 4.7.1 [greylisted] come back"
    assert (copy["message_id"], copy["recipient"], copy["attempts"]) == ("1@news.test", "ann@b.test", 1)
    assert (attempt["outcome"], attempt["bounce_class"], attempt["mx_host"]) == ("deferred", "greylisted", "mx.b.test")
    assert "> RCPT TO:<ann@b.test>" in shown
    assert "b.test" in table
    assert retried == "Due now: 1.\n"
    assert (held["held"], taken_while_held) == ("they move", 0)
    assert nothing == []


async def test_one_domain_gets_a_relay_and_a_limit(tmp_path: Path):
    async with SmtpPeer(users={"us": "secret"}) as relay:
        with Service(tmp_path) as service:
            async with Sender(service) as sender:
                url = f"smtp://us:secret@127.0.0.1:{relay.port}"
                wrong = await _run(service, "domain", "relay", "news.test", "http://x")
                right = await _run(service, "domain", "relay", "news.test", url)
                limited = await _run(service, "domain", "limit", "news.test", "2/3600")
                unknown = await _run(service, "domain", "limit", "other.test", "2/3600")
                await sender.submit("a@x.test", "b@x.test", "c@x.test")
                await relay.wait_for(2)
                await asyncio.sleep(0.3)
                waiting = await sender.waiting()
        stored = (tmp_path / "data" / "indicia.sqlite3").read_bytes()

    assert (wrong.exit_code, right.exit_code, limited.exit_code) == (2, 0, 0)
    assert "must look like smtp://" in wrong.stderr
    assert "There is no domain other.test" in unknown.stderr
    assert (len(relay.taken), waiting) == (2, 1)
    assert b"secret@" not in stored


async def _until(sender: Sender, **counts: int) -> None:
    """Wait until there are so many attempts with these outcomes."""
    async with asyncio.timeout(20):
        while True:
            delivered, failed = len(await sender.events("delivered")), len(await sender.events("failed"))
            if delivered >= counts.get("delivered", 0) and failed >= counts.get("deferred", 0):
                return
            await asyncio.sleep(0.02)


async def _run(service: Service, *arguments: str) -> Result:
    """Run a command beside the service; in this process, because a start of Python takes longer than any of them."""
    return await asyncio.to_thread(CliRunner().invoke, indicia, arguments, env=service.environment)


async def _listed(service: Service, *arguments: str) -> list[dict[str, Any]]:
    finished = await _run(service, "queue", *arguments, "--json")
    assert finished.exit_code == 0, finished.output
    listed: list[dict[str, Any]] = json.loads(finished.stdout)
    return listed
