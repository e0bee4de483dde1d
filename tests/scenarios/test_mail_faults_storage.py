"""A disk that takes no more: nothing is answered 200 that is not kept, and what was accepted arrives later."""

import asyncio
import io
import resource
from pathlib import Path

import aiohttp
import pytest

from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service
from tests.doubles.smtp_peer import SmtpPeer, after

DOMAIN = "news.example.com"


@pytest.fixture
async def world(tmp_path: Path):
    """A service that owns a domain, and the mail host of b.test."""
    async with DnsZone() as zone, SmtpPeer() as peer:
        zone.answer("b.test", "MX", ["10 mx.b.test"])
        zone.answer("mx.b.test", "A", ["127.0.0.1"])
        service = Service(
            tmp_path, DNS_SERVERS=zone.address, SMTP_PORT=str(peer.port), RETRY_SCHEDULE="0.2", RATE_LIMITS="off"
        )
        await asyncio.to_thread(service.start)
        added = await asyncio.to_thread(service.cli, "domain", "add", DOMAIN, "--state", "active")
        async with aiohttp.ClientSession(f"{service.url}/", headers={"ov-token": added["sending_key"]}) as client:
            yield service, peer, client
        await asyncio.to_thread(service.stop)


async def test_a_full_disk_is_told_and_loses_nothing(world):
    service, peer, client = world
    statuses = {}
    statuses["before@b.test"], _ = await _post(client, "before@b.test")
    await peer.wait_for(1)

    _fill(service)
    statuses["during@b.test"], said = await _post(client, "during@b.test")
    _make_room(service)
    statuses["after@b.test"], _ = await _post(client, "after@b.test")

    assert statuses == {"before@b.test": 200, "during@b.test": 503, "after@b.test": 200}
    assert said["message"]
    taken = await peer.wait_for(2)
    assert [letter.recipients for letter in taken] == [["before@b.test"], ["after@b.test"]]


async def test_a_large_file_that_does_not_fit_is_told_and_leaves_nothing(world):
    service, _, client = world
    _fill(service)

    form = aiohttp.FormData({"from": f"a@{DOMAIN}", "to": "ann@b.test", "subject": "Files", "text": "Hello."})
    form.add_field("attachment", io.BytesIO(b"x" * 4_000_000), filename="large.bin")
    async with client.post(f"{DOMAIN}/messages", data=form) as answer:
        status = answer.status

    assert status == 503
    assert [path for path in (service.directory / "data" / "blobs").rglob("*") if path.is_file()] == []


async def test_an_outcome_that_finds_no_room_is_stored_once_there_is_some(world):
    service, peer, client = world
    may_answer = asyncio.Event()
    peer.always["dot"] = after(may_answer, _taking(peer))
    await _post(client, "ann@b.test")
    await peer.wait_for_command("DATA")
    await asyncio.sleep(0.3)

    # It was taken, and what came of it finds no room.
    _fill(service)
    may_answer.set()
    await peer.wait_for(1)
    await asyncio.sleep(1)
    _make_room(service)

    delivered = await _delivered(client)
    assert delivered["recipient"] == "ann@b.test"
    assert len(peer.taken) == 1


def test_a_store_that_cannot_be_written_is_told_at_the_start(tmp_path: Path):
    service = Service(tmp_path, DATA_DIR="/proc/indicia")

    finished = service.run("serve")

    assert finished.returncode == 2
    assert "/proc/indicia" in finished.stderr
    assert "Traceback" not in finished.stderr


def _taking(peer: SmtpPeer):
    async def answer(session) -> None:
        await peer._take(session, session.ending)

    return answer


def _fill(service: Service) -> None:
    """Let the serving processes write no file at all, as on a full disk and on a read-only one."""
    for server in service.servers:
        resource.prlimit(server, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def _make_room(service: Service) -> None:
    for server in service.servers:
        resource.prlimit(server, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


async def _post(client: aiohttp.ClientSession, to: str) -> tuple[int, dict]:
    mail = {"from": f"news@{DOMAIN}", "to": to, "subject": f"To {to}", "text": "Hello."}
    async with client.post(f"{DOMAIN}/messages", json=mail) as answer:
        return answer.status, await answer.json()


async def _delivered(client: aiohttp.ClientSession) -> dict:
    """Wait for the event of the one delivery there is."""
    async with asyncio.timeout(20):
        while True:
            async with client.get(f"{DOMAIN}/events", params={"event": "delivered"}) as answer:
                found = (await answer.json())["items"]
            if found:
                return found[0]
            await asyncio.sleep(0.1)
