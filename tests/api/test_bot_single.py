"""POST /{domain}/bot with a single interaction, in each of the three encodings."""

import asyncio
import json
import time
from urllib.parse import urlencode

import pytest

from tests.api.client import Answer, Api
from tests.api.conftest import DOMAIN
from tests.api.interactions import HOME, IPHONE, SCANNER, click
from tests.doubles.webhook_receiver import WebhookReceiver

BOT = f"/{DOMAIN}/bot"
NOT_YET = "Request with matching UUID not found. It may not have been processed yet or has already expired."
ENCODINGS = ["multipart", "urlencoded", "json"]


async def post(api: Api, encoding: str, event: dict[str, str]) -> Answer:
    if encoding == "multipart":
        return await api.post(BOT, form=event)
    if encoding == "json":
        return await api.post(BOT, json_body=event)
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    return await api.post(BOT, body=urlencode(event).encode(), headers=headers)


async def test_single_is_answered_after_a_second_with_its_verdict_in_every_encoding(api: Api):
    async def judged(encoding: str) -> float:
        event = click(uas=SCANNER, campaign="Jahresrückblick & Größe")
        began = time.monotonic()
        answer = await post(api, encoding, event)
        took = time.monotonic() - began
        assert (answer.status, answer.json()) == (200, {"is_bot": True, "request": event})
        assert answer.headers["Location"].startswith(f"{BOT}/")
        assert (await api.get(answer.headers["Location"])).body == answer.body
        return took

    times = await asyncio.gather(*map(judged, ENCODINGS))

    assert all(1.0 <= took < 2.0 for took in times)


@pytest.mark.parametrize("event", [{"ip": HOME}, {"uas": IPHONE}, {"ip": HOME, "uas": ""}])
async def test_address_or_user_agent_suffices(api: Api, event: dict[str, str]):
    answers = await asyncio.gather(*(post(api, encoding, event) for encoding in ENCODINGS))

    # In forms an empty field is an absent one; in JSON an empty string says that there was no User-Agent.
    given = {name: value for name, value in event.items() if value}
    assert [answer.json()["request"] for answer in answers] == [given, given, event]


@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_single_without_either_is_refused_at_once(api: Api, encoding: str):
    began = time.monotonic()

    answer = await post(api, encoding, {"ip": "", "event_id": "1"})

    assert time.monotonic() - began < 0.9
    assert answer.json() == {
        "errors": ["ip: or uas is required"],
        "message": "ip: or uas is required",
        "status": 400,
    }


async def test_numbers_in_forms_come_back_as_numbers_and_identifiers_as_text(api: Api):
    form = {
        "ip": HOME,
        "event_id": "17",
        "message_id": "17690841631",
        "ts": "1721474736",
        "score": "-1.5",
        "leading": "007",
        "huge": "9" * 40,
        "empty": "",
    }

    answer = await api.post(BOT, form=form)

    assert answer.json()["request"] == {
        "ip": HOME,
        "event_id": "17",
        "message_id": "17690841631",
        "ts": 1721474736,
        "score": -1.5,
        "leading": "007",
        "huge": "9" * 40,
    }
    assert list(answer.json()["request"]) == sorted(answer.json()["request"])


async def test_repeated_form_fields_are_a_list(api: Api):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = await api.post(BOT, body=f"ip={HOME}&tag=a&tag=b&tag=3".encode(), headers=headers)

    assert answer.json()["request"] == {"ip": HOME, "tag": ["a", "b", "3"]}


async def test_form_may_ask_for_an_explanation(api: Api):
    forms = [{"uas": SCANNER, "explain": wish} for wish in ("true", "yes", "1", "no")]

    answers = await asyncio.gather(*(api.post(BOT, form=form) for form in forms))

    *explained, plain = [answer.json().get("verdict") for answer in answers]
    assert plain is None
    assert all(verdict["probability"] > 0.9 and verdict["evidence"][0]["signal"] for verdict in explained)


async def test_value_called_events_does_not_make_a_batch(api: Api):
    event = {"ip": HOME, "type": "events"}

    answer = await api.post(BOT, json_body=event)

    assert (answer.status, answer.json()["request"]) == (200, event)


async def test_single_with_a_webhook_is_pushed_as_a_batch_of_one(api: Api, receiver: WebhookReceiver):
    event = click(uas=SCANNER, webhook_url=receiver.url())

    answer, [webhook] = await asyncio.gather(api.post(BOT, form=event), receiver.wait_for(1))

    payload = webhook.json()
    request_id = answer.headers["Location"].rpartition("/")[2]
    assert answer.json() == {"is_bot": True, "request": event}
    assert payload["events"] == [{**event, "is_bot": True}]
    assert (payload["batch"]["id"], payload["batch"]["events"], payload["batch"]["bots"]) == (request_id, 1, 1)


async def test_equal_singles_are_separate_interactions(api: Api):
    answers = await asyncio.gather(*(api.post(BOT, json_body={"ip": HOME}) for _ in range(3)))

    assert len({answer.headers["Location"] for answer in answers}) == 3


async def test_verdict_that_is_not_final_within_the_second_is_polled_for(strict_api: Api):
    answer = await strict_api.post(BOT, json_body=click(ts=time.time()))
    pending = await strict_api.get(answer.headers["Location"])
    result = await strict_api.result(DOMAIN, answer.json()["request_id"])

    request_id = answer.headers["Location"].rpartition("/")[2]
    assert (answer.status, answer.json()) == (202, {"message": "Accepted", "request_id": request_id, "status": 202})
    assert (pending.status, pending.json()["message"]) == (404, NOT_YET)
    assert result["is_bot"] is False


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--the-boundary--\r\n",
        b"--the-boundary\r\n\r\nx\r\n--the-boundary--\r\n",
        b'--the-boundary\r\nContent-Disposition: form-data; name="ip"\r\n\r\n1.2.3.4',
        b"--other\r\n\r\n--other--",
        b'--the-boundary\r\nContent-Disposition: form-data; name="ip"\r\n\r\n\xff\xfe\r\n--the-boundary--\r\n',
        b"--the-boundary\r\n" + b"X: y\r\n" * 10_000 + b"\r\n\r\n--the-boundary--\r\n",
        b"\r\n" * 100_000,
    ],
)
async def test_broken_multipart_is_refused(api: Api, body: bytes):
    headers = {"Content-Type": "multipart/form-data; boundary=the-boundary"}

    answer = await api.post(BOT, body=body, headers=headers)

    assert answer.status == 400


async def test_form_of_too_many_fields_is_refused(api: Api):
    urlencoded = {"Content-Type": "application/x-www-form-urlencoded"}

    many = await api.post(BOT, body=b"ip=1.2.3.4" + b"&a=1" * 100_000, headers=urlencoded)
    parts = await api.post(BOT, form={"ip": HOME} | {f"f{number}": "1" for number in range(1001)})

    assert (many.status, parts.status) == (400, 400)
    assert "1000 fields" in many.json()["message"]
    assert "1000 fields" in parts.json()["message"]


async def test_json_in_a_form_is_told_how_to_send_it(api: Api):
    # What curl -d does when nobody names the type.
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = await api.post(BOT, body=json.dumps(click()).encode(), headers=headers)

    assert answer.json() == {
        "message": "The body looks like JSON; send it with Content-Type: application/json",
        "status": 400,
    }
