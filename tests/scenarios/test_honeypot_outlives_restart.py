"""A visit to a hidden link is held against the same client's click, though every process ended in between."""

import time
from pathlib import Path

import pytest

from tests.doubles.service import Service
from tests.doubles.webhook_receiver import WebhookReceiver
from tests.scenarios.customer import CHROME, CLOUD, Customer, interaction


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_honeypot_visit_before_a_restart_makes_the_click_a_bot(tmp_path: Path, end: str):
    now = time.time()
    caught = interaction(ip=CLOUD, message_id="caught", ts=now - 20, message_ts=now - 900)
    other = interaction(ip="167.99.12.7", message_id="other", ts=now - 20, message_ts=now - 900)

    with Service(tmp_path, TRUSTED_PROXIES="127.0.0.1/32") as service:
        async with WebhookReceiver() as receiver, Customer(service) as customer:
            await customer.follow_hidden_link("caught", ip=CLOUD, uas=CHROME)
            getattr(service, end)()
            service.start()
            await customer.post([caught, other], receiver.url())
            [webhook] = await receiver.wait_for(1)

    assert [event["is_bot"] for event in webhook.json()["events"]] == [True, False]
