"""Mail is delivered by a process of its own, which nobody has to know about."""

import asyncio
import os
import signal
import time
from pathlib import Path

import aiohttp
import pytest

from indicia.entrypoints.workers.runner import POLL_SECONDS
from tests.doubles.mail_world import DOMAIN, MailWorld

PATIENCE_SECONDS = 20.0


@pytest.fixture
async def world(tmp_path: Path):
    async with MailWorld(tmp_path) as world:
        yield world


async def _post(world: MailWorld, to: str) -> None:
    mail = {"from": f"news@{DOMAIN}", "to": to, "subject": f"To {to}", "text": "Hello."}
    headers = {"ov-token": world.added["sending_key"]}
    async with (
        aiohttp.ClientSession(f"{world.service.url}/", headers=headers) as client,
        client.post(f"{DOMAIN}/messages", json=mail) as answer,
    ):
        assert answer.status == 200


async def _metrics(world: MailWorld) -> list[str]:
    async with aiohttp.ClientSession() as client, client.get(f"{world.service.url}/metrics") as answer:
        assert answer.status == 200
        return (await answer.text()).splitlines()


async def test_what_is_accepted_is_delivered_without_waiting_for_the_next_look(world):
    await _post(world, "first@dest.test")
    await world.peer.wait_for(1)
    took = []
    for number in range(8):
        began = time.monotonic()
        await _post(world, f"r{number}@dest.test")
        await world.peer.wait_for(2 + number)
        took.append(time.monotonic() - began)

    # Found by looking they would take half of that on average, and the best of eight nearly nothing.
    assert sorted(took)[4] < POLL_SECONDS / 2


async def test_metrics_of_both_processes_are_answered_together_and_none_twice(world):
    await _post(world, "ann@dest.test")
    await world.peer.wait_for(1)

    async with asyncio.timeout(PATIENCE_SECONDS):
        while 'indicia_delivery_attempts_total{result="delivered"} 1.0' not in (lines := await _metrics(world)):  # noqa: ASYNC110 - asked from outside.
            await asyncio.sleep(0.05)

    assert any(line.startswith('indicia_http_requests_total{kind="api",status="200"}') for line in lines)
    families = [line for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families))


async def test_a_mail_process_that_is_killed_is_followed_by_another(world):
    killed = world.service.mail_process
    os.kill(killed, signal.SIGKILL)
    await _post(world, "ann@dest.test")

    [letter] = await world.peer.wait_for(1)

    assert letter.recipients == ["ann@dest.test"]
    assert world.service.mail_process != killed
    assert "mail_process.ended" in world.service.log


async def test_no_mail_process_outlives_the_server_that_started_it(world):
    mail_process = world.service.mail_process

    await asyncio.to_thread(world.service.kill_server)

    async with asyncio.timeout(PATIENCE_SECONDS):
        while Path(f"/proc/{mail_process}").exists():  # noqa: ASYNC110 - asked from outside.
            await asyncio.sleep(0.01)
    await asyncio.to_thread(world.service.wait_until_ready)
    await _post(world, "ann@dest.test")
    await world.peer.wait_for(1)


async def test_a_stop_waits_for_the_mail_process_and_ends_without_error(world):
    await _post(world, "ann@dest.test")
    await world.peer.wait_for(1)
    mail_process = world.service.mail_process

    status = await asyncio.to_thread(world.service.stop)
    is_gone = not Path(f"/proc/{mail_process}").exists()
    log = world.service.log
    await asyncio.to_thread(world.service.start)

    assert status == 0
    assert is_gone
    assert "mail_process.ended" not in log


@pytest.mark.parametrize("pause_seconds", [0.2, 1.1, 1.5])
async def test_a_server_ends_although_its_mail_process_is_just_being_started_again(world, pause_seconds):
    os.kill(world.service.mail_process, signal.SIGKILL)
    # In the pause before the next one begins, while it begins, and soon after.
    await asyncio.sleep(pause_seconds)

    # Nobody is left then who would kill a server that does not end.
    await asyncio.to_thread(world.service.kill_watcher)

    await asyncio.to_thread(world.service.start)
