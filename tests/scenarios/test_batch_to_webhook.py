"""A batch is posted, judged, and comes back signed: the main job of the program, whole."""

from pathlib import Path

from tests.doubles.service import Service
from tests.doubles.webhook_receiver import WebhookReceiver
from tests.scenarios.customer import DOMAIN, MAIL_FILTER, Customer, interaction


async def test_batch_comes_back_in_its_order_with_verdicts_and_signatures(tmp_path: Path):
    events = [interaction(), interaction(ip=MAIL_FILTER, campaign={"name": "autumn", "wave": 2}), interaction()]

    with Service(tmp_path) as service:
        async with WebhookReceiver() as receiver, Customer(service) as customer:
            request_id = await customer.post(events, receiver.url())
            [webhook] = await receiver.wait_for(1)
            polled = await customer.result(request_id)

    payload = webhook.json()
    batch = payload.pop("batch")
    assert [
        dict(event, is_bot=verdict) for event, verdict in zip(events, (False, True, False), strict=True)
    ] == payload["events"]
    assert (batch["id"], batch["domain"], batch["events"], batch["bots"]) == (request_id, DOMAIN, 3, 1)
    assert webhook.headers["webhook-id"] == request_id
    assert customer.accepts(webhook)
    assert polled == {"batch": batch, "events": payload["events"]}


async def test_verdict_is_explained_when_asked(tmp_path: Path):
    with Service(tmp_path) as service:
        async with Customer(service) as customer:
            status, body = await customer.post_single({"ip": MAIL_FILTER, "uas": "", "explain": "true"})

    assert status == 200
    assert body["is_bot"] is True
    strongest = body["verdict"]["evidence"][0]
    assert strongest["signal"] == "network.mail_filter"
    assert MAIL_FILTER in strongest["because"]
