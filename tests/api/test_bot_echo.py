"""Results carry the posted objects exactly as they were posted, byte for byte, and nothing but the verdict besides."""

import asyncio
import json

import pytest

from tests.api.client import Api
from tests.api.conftest import DOMAIN
from tests.api.interactions import UNHEARD_URL, click
from tests.doubles.webhook_receiver import WebhookReceiver

BOT = f"/{DOMAIN}/bot"
JSON = {"Content-Type": "application/json"}

# What a JSON library that reads and writes again would change.
MEMBERS = [
    '"big": 123456789012345678901234567890',
    '"precise": 0.1000000000000000055511151231257827',
    '"one": 1.0, "exponent": 1E+2, "minus": -0, "huge": 1e400',
    '"escaped": "\\u00e9\\/\\ud83d\\ude00", "plain": "é😀"',
    '"zulu": 1, "alpha": 2, "": 3',
    '"twice": 1, "twice": 2',
    '"nested": {"b": [1, {"a": null}], "a": {}}',
    '  "spaced"  :  [ 1 ,\t2 ]  \n',
    '"signature": 1, "verdict": "mine", "events": [], "batch": {}',
]


@pytest.mark.parametrize("member", MEMBERS)
async def test_batch_echo_differs_in_nothing_but_the_verdict(api: Api, receiver: WebhookReceiver, member: str):
    event = json.dumps(click())[:-1] + f", {member}}}"
    body = f'{{"webhook_url": "{receiver.url()}", "events": [ {event} , {event} ]}}'

    answer = await api.post(BOT, body=body.encode(), headers=JSON)
    [webhook] = await receiver.wait_for(1)
    polled = await api.get(answer.headers["Location"])

    # An attribute called like the verdict makes no difference unless a verdict is asked for.
    echoed = event[:-1].rstrip() + ',"is_bot":false}'
    for result in (webhook.body, polled.body):
        assert f'"events":[{echoed},{echoed}]'.encode() in result


async def test_single_echo_differs_in_nothing(api: Api):
    events = [json.dumps(click())[:-1] + f", {member}}}" for member in MEMBERS if "events" not in member]

    answers = await asyncio.gather(*(api.post(BOT, body=f"\n {event} ".encode(), headers=JSON) for event in events))

    assert [answer.body.decode() for answer in answers] == [f'{{"is_bot":false,"request":{event}}}' for event in events]


@pytest.mark.parametrize("name", ['"is_bot"', '"\\u0069s_bot"', '"is_\\u0062ot"'])
async def test_own_attribute_called_like_the_verdict_gives_way_to_it(api: Api, receiver: WebhookReceiver, name: str):
    event = json.dumps(click())[:-1] + f', {name}: "forged", "kept": 1.50}}'
    body = f'{{"webhook_url": "{receiver.url()}", "events": [{event}]}}'

    await api.post(BOT, body=body.encode(), headers=JSON)
    [webhook] = await receiver.wait_for(1)

    assert b"forged" not in webhook.body
    assert webhook.body.count(b'"is_bot":false') == 1
    assert b'"kept":1.50' in webhook.body


async def test_own_verdict_attribute_gives_way_when_one_is_asked_for(api: Api):
    body = f'{{"webhook_url": "{UNHEARD_URL}", "explain": true, "events": [{json.dumps(click(verdict="mine"))}]}}'

    answer = await api.post(BOT, body=body.encode(), headers=JSON)
    [event] = (await api.result(DOMAIN, answer.json()["request_id"]))["events"]

    assert event["verdict"]["category"] == "human"


async def test_last_of_two_equal_fields_is_judged(api: Api):
    event = '{"ip": "1.1.1.1", "uas": "", "event_id": "1", "ip": "not an address"}'
    body = f'{{"webhook_url": "{UNHEARD_URL}", "events": [{event}]}}'

    answer = await api.post(BOT, body=body.encode(), headers=JSON)

    assert answer.json()["errors"] == ["events[0].ip: not an IP address"]


async def test_webhook_keeps_the_order_of_500_events(api: Api, receiver: WebhookReceiver):
    events = [click(ts=1721474736 - number) for number in range(500)]

    await api.post(BOT, json_body={"events": events, "webhook_url": receiver.url()})
    [webhook] = await receiver.wait_for(1)

    assert [event["event_id"] for event in webhook.json()["events"]] == [event["event_id"] for event in events]
