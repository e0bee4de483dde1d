"""What verifies many addresses is killed in the middle: the result is that of an undisturbed run."""

import asyncio
import contextlib
import csv
import os
import signal
import sys
from collections import Counter

import pytest

from tests.api.client import Api
from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service
from tests.doubles.smtp_peer import SmtpPeer, reply
from tests.doubles.webhook_receiver import WebhookReceiver

DOMAIN = "news.example.com"
PER_HOST = 30
HOSTS = ("one.test", "two.test", "three.test", "four.test", "all.test")
KILLS = 2


class Host(SmtpPeer):
    """Answers by local part, not at once; one domain takes everything."""

    async def _rcpt(self, session, line):
        await asyncio.sleep(0.03)
        local = line.partition("<")[2].partition("@")[0]
        taken = "@all.test>" in line or local.startswith(("ann", "bob"))
        refusal = "554 5.7.1 blocked using a list" if local.startswith("blocked") else "550 5.1.1 no such user"
        await reply("250 2.1.5 ok" if taken else refusal)(session)


@pytest.fixture
async def world():
    async with DnsZone() as zone, Host() as peer:
        for domain in HOSTS:
            zone.answer(domain, "MX", [f"10 mx.{domain}"])
            zone.answer(f"mx.{domain}", "A", ["127.0.0.1"])
        yield {
            "DNS_SERVERS": zone.address,
            "SMTP_PORT": str(peer.port),
            "PROBES_PER_MINUTE": "10000",
            "PORT_CHECK": "off",
        }


def _addresses():
    kinds = ("ann", "gone", "blocked", "bob", "no address")
    texts = [
        kind if " " in kind else f"{kind}{number}@{domain}"
        for number in range(PER_HOST)
        for domain in HOSTS
        for kind in (kinds[number % len(kinds)],)
    ]
    # The same address twice is two lines, each with its answer.
    return [*texts, "ann0@one.test", "ann0@one.test", "ann9@nowhere.test"]


async def _verify(directory, source, output, settings, *, kill_at=None):
    """Run the command; kill it once its output has so many rows. Answer whether it ended by itself."""
    environment = {
        "PATH": os.environ["PATH"],
        "INDICIA_DATA_DIR": str(directory),
        "INDICIA_EGRESS_ALLOW": "127.0.0.1:*",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "indicia", "validate", source, "-o", output),
        env=environment | {f"INDICIA_{name}": value for name, value in settings.items()},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    while kill_at is not None and process.returncode is None:
        if output.exists() and output.read_bytes().count(b"\n") > kill_at:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            break
        await asyncio.sleep(0.002)
    return await process.wait() == 0


async def test_file_that_is_gone_on_with_after_kills_has_each_line_once_and_no_other_answers(tmp_path, world):
    source, whole, pieces = tmp_path / "list.txt", tmp_path / "whole.csv", tmp_path / "pieces.csv"
    texts = _addresses()
    source.write_text("".join(f"{text}\n" for text in texts))

    assert await _verify(tmp_path / "one", source, whole, world)
    step = len(texts) // (KILLS + 1)
    for number in range(1, KILLS + 1):
        assert not await _verify(tmp_path / "two", source, pieces, world, kill_at=step * number)
    assert await _verify(tmp_path / "two", source, pieces, world)

    with pieces.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert Counter(int(row["line"]) for row in rows) == Counter(range(1, len(texts) + 1))
    assert sorted(pieces.read_text().splitlines()) == sorted(whole.read_text().splitlines())
    assert {row["reason"] for row in rows} == {
        *("accepted_email", "rejected_email", "unavailable_smtp", "low_deliverability"),
        *("invalid_email", "invalid_domain"),
    }


async def test_batch_whose_service_is_killed_has_each_answer_once_and_is_told_under_one_id(tmp_path, world):
    texts = _addresses()
    async with WebhookReceiver() as receiver:
        undisturbed, _ = await _batch(tmp_path / "one", texts, receiver, world, kills=0)
        told = len(receiver.requests)
        disturbed, identifier = await _batch(tmp_path / "two", texts, receiver, world, kills=KILLS)
        hooks = receiver.requests[told:]

    assert [each["address"] for each in disturbed] == texts
    assert _without_times(disturbed) == _without_times(undisturbed)
    assert {hook.headers["webhook-id"] for hook in hooks} == {identifier}
    assert _without_times(hooks[0].json()["results"]) == _without_times(disturbed)


async def _batch(directory, texts, receiver, settings, *, kills):
    with Service(directory, **settings) as service:
        added = service.cli("domain", "add", DOMAIN, "--enable", "validation")
        async with Api(service.url, added["primary_key"]) as api:
            before = len(receiver.requests)
            posted = {"addresses": texts, "webhook_url": receiver.url()}
            accepted = await api.post(f"/{DOMAIN}/validate/batch", json_body=posted)
            path = accepted.headers["Location"]
            for number in range(kills):
                await _until(api, path, lambda state, number=number: state["batch"]["done"] >= number * 50)
                service.kill()
                await asyncio.to_thread(service.start)
            done = await _until(api, path, lambda state: state["batch"]["completed_at"] is not None)
            await receiver.wait_for(before + 1)
    return done["results"], accepted.json()["request_id"]


async def _until(api, path, is_so):
    async with asyncio.timeout(60):
        while True:
            state = (await api.get(path)).json()
            if is_so(state):
                return state
            await asyncio.sleep(0.01)


def _without_times(results):
    return [{name: value for name, value in each.items() if name != "timeLogged"} for each in results]
