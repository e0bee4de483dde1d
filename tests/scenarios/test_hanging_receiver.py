"""A receiver that takes requests and never answers delays nobody but itself."""

import time
from pathlib import Path

from tests.doubles.service import Service
from tests.doubles.webhook_receiver import WebhookReceiver, hang
from tests.scenarios.customer import Customer, interaction

# Well below the 15 s that an attempt to the hanging one takes.
PROMPT_SECONDS = 3.0


async def test_hanging_receiver_delays_no_other(tmp_path: Path):
    with Service(tmp_path) as service:
        async with WebhookReceiver() as hanging, WebhookReceiver() as prompt, Customer(service) as customer:
            hanging.default = hang
            for _ in range(40):
                await customer.post([interaction()], hanging.url())
            await hanging.wait_for(1)
            began = time.monotonic()
            for _ in range(10):
                await customer.post([interaction()], prompt.url())
            await prompt.wait_for(10, PROMPT_SECONDS)
            took = time.monotonic() - began
            service.kill()

    assert took < PROMPT_SECONDS


async def test_unanswered_attempts_to_one_url_are_limited(tmp_path: Path):
    with Service(tmp_path) as service:
        async with WebhookReceiver() as hanging, WebhookReceiver() as prompt, Customer(service) as customer:
            hanging.default = hang
            for _ in range(40):
                await customer.post([interaction()], hanging.url())
            await customer.post([interaction()], prompt.url())
            await prompt.wait_for(1)
            service.kill()

    assert 1 <= len(hanging.requests) < 40
