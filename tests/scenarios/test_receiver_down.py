"""A receiver that fails or is not there gets everything later; nothing is lost, nothing comes under a second id."""

import asyncio
import socket
from pathlib import Path

from tests.doubles.service import Service
from tests.doubles.webhook_receiver import WebhookReceiver, status
from tests.scenarios.customer import Customer, interaction

# The first retry follows after 5 s, a fifth more at most.
FIRST_RETRY_SECONDS = 5.0


async def test_failed_delivery_is_repeated_with_the_same_id_and_a_fresh_signature(tmp_path: Path):
    with Service(tmp_path) as service:
        async with WebhookReceiver() as receiver, Customer(service) as customer:
            receiver.script.append(status(503))
            await customer.post([interaction()], receiver.url())
            first, second = await receiver.wait_for(2, 2 * FIRST_RETRY_SECONDS)

    assert 0.8 * FIRST_RETRY_SECONDS <= second.at - first.at <= 1.2 * FIRST_RETRY_SECONDS + 1
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.json()["signature"]["token"] != second.json()["signature"]["token"]
    assert customer.accepts(second)


async def test_receiver_that_was_down_gets_everything_once_it_is_up(tmp_path: Path):
    with Service(tmp_path) as service:
        async with Customer(service) as customer:
            port = _closed_port()
            posted = {await customer.post([interaction()], f"http://127.0.0.1:{port}/hook") for _ in range(5)}
            while service.log.count("webhook.attempted") < len(posted):  # noqa: ASYNC110 - a log sends no event.
                await asyncio.sleep(0.05)
            async with WebhookReceiver(port=port) as receiver:
                webhooks = await receiver.wait_for(len(posted), 2 * FIRST_RETRY_SECONDS)

    assert sorted(webhook.headers["webhook-id"] for webhook in webhooks) == sorted(posted)


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
