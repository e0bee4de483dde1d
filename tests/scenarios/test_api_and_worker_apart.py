"""The API and the workers run as two processes on one store, and either outlives the other."""

from pathlib import Path

from tests.doubles.service import Service
from tests.doubles.webhook_receiver import WebhookReceiver
from tests.scenarios.customer import MAIL_FILTER, Customer, interaction


async def test_worker_judges_and_delivers_what_another_process_accepted(tmp_path: Path):
    with Service(tmp_path, command="api") as api, Service(tmp_path, command="worker"):
        async with WebhookReceiver() as receiver, Customer(api) as customer:
            request_id = await customer.post([interaction(ip=MAIL_FILTER)], receiver.url())
            [webhook] = await receiver.wait_for(1)
            polled = await customer.result(request_id)

    assert webhook.json()["events"][0]["is_bot"] is True
    assert polled["batch"]["id"] == request_id


async def test_api_accepts_while_no_worker_runs(tmp_path: Path):
    with Service(tmp_path, command="api") as api:
        async with WebhookReceiver() as receiver, Customer(api) as customer:
            request_id = await customer.post([interaction()], receiver.url())
            before = await customer.poll(request_id)
            with Service(tmp_path, command="worker"):
                [webhook] = await receiver.wait_for(1)

    assert before[0] == 404
    assert webhook.headers["webhook-id"] == request_id
