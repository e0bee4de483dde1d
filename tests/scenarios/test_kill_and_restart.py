"""Every process is killed at random moments while a client posts; what was answered 202 is judged and delivered."""

import asyncio
import contextlib
import json
from collections import defaultdict
from pathlib import Path
from random import Random

import aiohttp

from tests.doubles.service import Service
from tests.doubles.webhook_receiver import WebhookReceiver
from tests.scenarios.customer import MAIL_FILTER, Customer, interaction

ROUNDS = 4
LONGEST_ROUND_SECONDS = 0.8
# A job that was under way comes due again when its lease ends.
PATIENCE_SECONDS = 75.0


async def test_every_accepted_batch_is_judged_and_delivered_under_one_id(tmp_path: Path):
    moments = Random(5)
    accepted: dict[str, list[str]] = {}

    with Service(tmp_path) as service:
        async with WebhookReceiver() as receiver, Customer(service) as customer:
            posting = asyncio.create_task(_post_forever(customer, receiver.url(), accepted))
            for _ in range(ROUNDS):
                await asyncio.sleep(moments.uniform(0.05, LONGEST_ROUND_SECONDS))
                service.kill()
                await asyncio.to_thread(service.start)
            posting.cancel()
            async with asyncio.timeout(PATIENCE_SECONDS):
                while accepted.keys() - _ids(receiver):  # noqa: ASYNC110 - a receiver of thousands need not count.
                    await asyncio.sleep(0.05)

    contents = defaultdict(set)
    for webhook in receiver.requests:
        assert customer.accepts(webhook)
        payload = webhook.json()
        assert webhook.headers["webhook-id"] == payload["batch"]["id"]
        del payload["signature"]
        contents[webhook.headers["webhook-id"]].add(json.dumps(payload))
    assert len(accepted) > ROUNDS
    # A delivery that was cut off may come twice, but then it says the same under the same id.
    assert all(len(versions) == 1 for versions in contents.values())
    judged = {request_id: json.loads(*versions)["events"] for request_id, versions in contents.items()}
    assert {key: [event["event_id"] for event in judged[key]] for key in accepted} == accepted
    assert all(event["is_bot"] is (event["ip"] == MAIL_FILTER) for events in judged.values() for event in events)


async def _post_forever(customer: Customer, webhook_url: str, accepted: dict[str, list[str]]) -> None:
    """Post small batches and note each that was answered 202; of others nobody knows."""
    while True:
        events = [interaction(), interaction(ip=MAIL_FILTER)]
        with contextlib.suppress(aiohttp.ClientError):
            request_id = await customer.post(events, webhook_url)
            accepted[request_id] = [str(event["event_id"]) for event in events]
        await asyncio.sleep(0.005)


def _ids(receiver: WebhookReceiver) -> set[str]:
    return {webhook.headers["webhook-id"] for webhook in receiver.requests}
