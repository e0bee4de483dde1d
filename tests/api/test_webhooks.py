"""What receivers are sent, checked over the wire as they would check it."""

import json
import re
import time

from tests.api.client import Api
from tests.api.conftest import DOMAIN, Installation
from tests.api.description import Description
from tests.api.interactions import SCANNER, batch, click
from tests.doubles.standard_webhooks import body_verifies, headers_verify
from tests.doubles.webhook_receiver import Received, WebhookReceiver, status


def verifies(key: str, webhook: Received) -> tuple[bool, bool]:
    """Check both signatures with one key: the body's and the headers'."""
    return body_verifies(key, webhook.body), headers_verify(key, webhook.headers, webhook.body, now=time.time())


async def test_webhook_has_the_documented_shape_and_both_signatures(
    api: Api, installation: Installation, receiver: WebhookReceiver
):
    events = [click(uas=SCANNER), click()]

    answer = await api.post(f"/{DOMAIN}/bot", json_body=batch(*events, webhook_url=receiver.url("/a?b=c")))
    [webhook] = await receiver.wait_for(1)

    Description().check_schema("WebhookPayload", webhook.body)
    payload = webhook.json()
    assert list(payload) == ["batch", "events", "signature"]
    assert payload["events"] == [{**events[0], "is_bot": True}, {**events[1], "is_bot": False}]
    assert (payload["batch"]["id"], payload["batch"]["bots"]) == (answer.json()["request_id"], 1)
    assert (webhook.method, webhook.target) == ("POST", "/a?b=c")
    assert webhook.headers["content-type"] == "application/json"
    assert webhook.headers["webhook-id"] == answer.json()["request_id"]
    assert webhook.headers["webhook-timestamp"] == str(payload["signature"]["timestamp"])
    assert abs(time.time() - payload["signature"]["timestamp"]) < 5
    assert verifies(installation.signing_key, webhook) == (True, True)


async def test_altered_webhook_does_not_verify(api: Api, installation: Installation, receiver: WebhookReceiver):
    await api.post(f"/{DOMAIN}/bot", json_body=batch(click(), webhook_url=receiver.url()))
    [webhook] = await receiver.wait_for(1)
    key, now = installation.signing_key, time.time()

    altered = webhook.body.replace(b'"is_bot":false', b'"is_bot":true ')

    assert altered != webhook.body
    assert not headers_verify(key, webhook.headers, altered, now=now)
    assert not headers_verify(key, {**webhook.headers, "webhook-id": "another"}, webhook.body, now=now)
    assert not headers_verify("whsec_" + "A" * 43 + "=", webhook.headers, webhook.body, now=now)


async def test_second_attempt_is_the_same_delivery_signed_afresh(
    api: Api, installation: Installation, receiver: WebhookReceiver
):
    receiver.script.append(status(500))

    await api.post(f"/{DOMAIN}/bot", json_body=batch(click(), webhook_url=receiver.url()))
    first, second = await receiver.wait_for(2)

    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    signatures = [webhook.json()["signature"] for webhook in (first, second)]
    assert signatures[0]["token"] != signatures[1]["token"]
    assert signatures[0]["timestamp"] < signatures[1]["timestamp"]
    assert {key: value for key, value in first.json().items() if key != "signature"} == {
        key: value for key, value in second.json().items() if key != "signature"
    }
    assert verifies(installation.signing_key, second) == (True, True)


async def test_rotated_key_signs_beside_the_old_one(installation: Installation, receiver: WebhookReceiver):
    service = installation.service
    added = service.cli("domain", "add", "rotating.example.org", "--account", "rotating", "--enable", "bot-detection")
    rotated = service.cli("signing-key", "rotate", "--account", "rotating")
    old, new = added["signing_key"], rotated["signing_key"]

    async with Api(service.url, added["sending_key"]) as api:
        await api.post("/rotating.example.org/bot", json_body=batch(click(), webhook_url=receiver.url()))
    [webhook] = await receiver.wait_for(1)

    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", new)
    assert verifies(new, webhook) == (True, True)
    # The form in the body has room for one signature; the header carries both.
    assert verifies(old, webhook) == (False, True)
    assert verifies(installation.signing_key, webhook) == (False, False)


async def test_explained_webhook_carries_the_verdict(api: Api, receiver: WebhookReceiver):
    await api.post(f"/{DOMAIN}/bot", json_body=batch(click(uas=SCANNER), webhook_url=receiver.url(), explain=True))
    [webhook] = await receiver.wait_for(1)

    [event] = webhook.json()["events"]

    Description().check_schema("Verdict", json.dumps(event["verdict"]).encode())
