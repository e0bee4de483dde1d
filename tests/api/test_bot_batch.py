"""POST /{domain}/bot with a JSON batch."""

import re
import time
from uuid import UUID

import pytest

from tests.api.client import Api
from tests.api.conftest import CONTACT, DOMAIN, PLAIN_DOMAIN, Installation
from tests.api.interactions import HOME, SCANNER, UNHEARD_URL, batch, click
from tests.doubles.webhook_receiver import WebhookReceiver

BOT = f"/{DOMAIN}/bot"
NO_EVENTS = "events: is required, an array of 1 to 500 events"
NO_URL = "webhook_url: is required, the URL to which results are posted"


async def test_batch_is_accepted_and_its_result_polled(api: Api):
    began = int(time.time())
    events = [click(), click(uas=SCANNER), click(action="open")]

    answer = await api.post(BOT, json_body=batch(*events))
    result = await api.result(DOMAIN, answer.json()["request_id"])

    request_id = answer.json()["request_id"]
    assert (answer.status, answer.headers["Location"]) == (202, f"{BOT}/{request_id}")
    assert answer.body == b'{"message":"Accepted","request_id":"%b","status":202}' % request_id.encode()
    assert str(UUID(request_id)) == request_id
    summary = result["batch"]
    assert began <= summary.pop("created_at") <= summary.pop("completed_at") <= time.time()
    assert summary == {"bots": 1, "domain": DOMAIN, "events": 3, "id": request_id}
    assert result["events"] == [
        {**event, "is_bot": is_bot} for event, is_bot in zip(events, (False, True, False), strict=True)
    ]


async def test_batch_holds_500_events_and_not_one_more(api: Api):
    fits = await api.post(BOT, json_body=batch(*(click() for _ in range(500))))
    too_many = await api.post(BOT, json_body=batch(*(click() for _ in range(501))))
    none = await api.post(BOT, json_body=batch())

    assert fits.status == 202
    assert len((await api.result(DOMAIN, fits.json()["request_id"]))["events"]) == 500
    assert too_many.json() == {
        "errors": ["events: must hold 1 to 500 events, not 501"],
        "message": "events: must hold 1 to 500 events, not 501",
        "status": 400,
    }
    assert none.json()["errors"] == ["events: must hold 1 to 500 events, not 0"]


async def test_every_bad_event_is_named_and_nothing_is_accepted(api: Api, receiver: WebhookReceiver):
    bad = [
        click(),
        click(ip="not-an-ip"),
        click(uas=None, event_id=None),
        "no object",
        click(action="hover", ts="soon"),
    ]

    answer = await api.post(BOT, json_body=batch(*bad, webhook_url=receiver.url()))
    accepted = await api.post(BOT, json_body=batch(click(), webhook_url=receiver.url("/after")))

    assert answer.status == 400
    assert answer.json() == {
        "errors": [
            "events[1].ip: not an IP address",
            "events[2].uas: is required (it may be an empty string)",
            "events[2].event_id: is required",
            "events[3].body: expected object, got str",
            "events[4].action: must be open or click",
            "events[4].ts: not a unix time in seconds or milliseconds",
        ],
        "message": "6 problems in the request; see errors",
        "status": 400,
    }
    # The only webhook is that of the batch after it.
    assert accepted.status == 202
    assert [request.target for request in await receiver.wait_for(1)] == ["/after"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [NO_EVENTS, NO_URL]),
        ({"events": None, "webhook_url": ""}, [NO_EVENTS, NO_URL]),
        ({"events": {}, "webhook_url": UNHEARD_URL}, ["events: expected array | null, got object"]),
        ({"events": [click()], "webhook_url": 5}, ["webhook_url: expected str | null, got int"]),
        ({"events": [click()], "webhook_url": UNHEARD_URL, "explain": "perhaps"}, ["explain: must be true or false"]),
        ([], ["body: expected object, got array"]),
    ],
)
async def test_malformed_batch_is_told_what_is_wrong(api: Api, body: object, errors: list[str]):
    answer = await api.post(BOT, json_body=body)

    assert (answer.status, answer.json()["errors"]) == (400, errors)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hooks.example.com/",
        "hooks.example.com",
        "//hooks.example.com/",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://user:pass@hooks.example.com/",
        "https://hooks.example.com:6379/",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com/\r\nX: 1",
        "javascript:alert(1)",
        "https://" + "a" * 3000,
    ],
)
async def test_webhook_url_that_leads_inside_is_refused_without_saying_why(api: Api, url: str):
    why = "webhook_url: must be an http or https URL of a public host"

    for body in (batch(click(), webhook_url=url), click(webhook_url=url)):
        answer = await api.post(BOT, json_body=body)

        assert answer.json() == {"errors": [why], "message": why, "status": 400}


async def test_batch_for_a_domain_without_the_feature_is_402(api: Api, installation: Installation):
    text = f"BotDetection API not enabled for this domain. Contact {CONTACT}."

    answers = [
        await api.post(f"/{PLAIN_DOMAIN}/bot", key=installation.plain_key, json_body=batch(click())),
        await api.get(f"/{PLAIN_DOMAIN}/bot/1", key=installation.plain_key),
    ]

    assert {(answer.status, answer.body) for answer in answers} == {
        (402, f'{{"message":"{text}","status":402}}'.encode())
    }


async def test_primary_key_posts_for_every_domain(api: Api, installation: Installation):
    answer = await api.post(f"/{DOMAIN.upper()}./bot", key=installation.primary_key, json_body=batch(click()))

    # The name in the answer is the one in which the domain is kept.
    assert answer.status == 202
    assert re.fullmatch(rf"/{DOMAIN}/bot/[0-9a-f-]{{36}}", answer.headers["Location"])


async def test_explained_batch_tells_how_sure_and_why(api: Api):
    answer = await api.post(BOT, json_body=batch(click(uas=SCANNER), click(), explain=True))

    scanned, read = (await api.result(DOMAIN, answer.json()["request_id"]))["events"]

    verdict = scanned["verdict"]
    assert list(verdict) == ["category", "evidence", "probability"]
    assert verdict["probability"] > 0.9
    assert verdict["evidence"][0]["because"]
    assert [item["weight"] for item in verdict["evidence"]] == sorted(
        (item["weight"] for item in verdict["evidence"]), key=abs, reverse=True
    )
    assert read["is_bot"] is False
    assert read["verdict"]["category"] == "human"


async def test_unexplained_batch_holds_a_plain_boolean(api: Api):
    answer = await api.post(BOT, json_body=batch(click(uas=SCANNER, ip=HOME), explain=False))

    [event] = (await api.result(DOMAIN, answer.json()["request_id"]))["events"]

    assert event["is_bot"] is True
    assert "verdict" not in event
