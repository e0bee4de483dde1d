"""What a service learned of a sender's mail is known to the next process, though the requests are deleted by then."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.doubles.service import Service
from tests.doubles.webhook_receiver import WebhookReceiver
from tests.scenarios.customer import CLOUD, Customer, interaction

DAY = 24 * 3600
# A pass over the history comes every five seconds.
PATIENCE_SECONDS = 30.0


async def test_that_codes_are_clicked_at_once_is_known_after_a_restart(tmp_path: Path):
    now = time.time()
    codes = [
        interaction(ts=now - DAY + 1_200 * n + 30, message_ts=now - DAY + 1_200 * n, message_id=f"code-{n}")
        for n in range(40)
    ]
    on_vpn = interaction(ip=CLOUD, ts=now - 60, message_ts=now - 100)

    with Service(tmp_path) as service:
        async with WebhookReceiver() as receiver, Customer(service) as customer:
            await customer.post(codes, receiver.url())
            await receiver.wait_for(1)
            await asyncio.to_thread(_wait_until_learned, service)
            service.stop()
            with closing(sqlite3.connect(_store(service))) as store, store:
                store.execute("DELETE FROM detection_requests")
            service.start()
            status, explained = await customer.post_single({**on_vpn, "explain": "true"})

    assert status == 200
    assert "early_is_usual" in {one["signal"] for one in explained["verdict"]["evidence"]}


def _store(service: Service) -> Path:
    [path] = (service.directory / "data").glob("*.sqlite3")
    return path


def _wait_until_learned(service: Service) -> None:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    with closing(sqlite3.connect(_store(service))) as store:
        while not store.execute("SELECT 1 FROM learned_paces").fetchall():
            assert time.monotonic() < give_up_at
            time.sleep(0.1)
