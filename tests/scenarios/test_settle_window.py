"""A fresh interaction waits for what may follow it, and is judged together with that."""

import time
from pathlib import Path

from tests.doubles.service import Service
from tests.doubles.webhook_receiver import WebhookReceiver
from tests.scenarios.customer import CLOUD, Customer, interaction

SETTLE_SECONDS = 3.0


async def test_fresh_single_is_202_and_can_be_polled_once_settled(tmp_path: Path):
    with Service(tmp_path, SETTLE_SECONDS=str(SETTLE_SECONDS)) as service:
        async with Customer(service) as customer:
            happened_at = time.time()
            status, body = await customer.post_single(interaction(ts=happened_at))
            answered_after = time.time() - happened_at
            while_pending, _ = await customer.poll(body["request_id"])
            result = await customer.result(body["request_id"])
            settled_after = time.time() - happened_at

    assert status == 202
    assert answered_after >= 1
    assert while_pending == 404
    assert result["is_bot"] is False
    assert SETTLE_SECONDS <= settled_after < SETTLE_SECONDS + 2


async def test_first_click_of_a_burst_is_judged_with_those_posted_after_it(tmp_path: Path):
    with Service(tmp_path, SETTLE_SECONDS=str(SETTLE_SECONDS)) as service:
        async with WebhookReceiver() as receiver, Customer(service) as customer:
            now = time.time()
            swept = {"ip": CLOUD, "recipient_id": "ada", "message_id": "autumn", "message_ts": now - 900}
            for number in range(4):
                click = interaction(**swept, ts=now + number / 10, link_id=f"link-{number}")
                await customer.post([click], receiver.url())
            webhooks = await receiver.wait_for(4)

    assert [webhook.json()["events"][0]["is_bot"] for webhook in webhooks] == [True] * 4
