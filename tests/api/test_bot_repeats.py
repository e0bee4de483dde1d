"""Batches posted twice are judged once: by Idempotency-Key, or within ten minutes by their body alone."""

import asyncio
import json
from uuid import uuid4

from tests.api.client import Api
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, Installation
from tests.api.interactions import batch, click
from tests.doubles.webhook_receiver import WebhookReceiver

BOT = f"/{DOMAIN}/bot"


async def test_twenty_equal_batches_at_once_are_one_request_and_one_webhook(api: Api, receiver: WebhookReceiver):
    body = batch(click(), webhook_url=receiver.url())

    answers = await asyncio.gather(*(api.post(BOT, json_body=body) for _ in range(20)))
    later = await api.post(BOT, json_body=batch(click(), webhook_url=receiver.url("/later")))
    await receiver.wait_for(2)

    assert {answer.status for answer in answers} == {202}
    assert len({answer.body for answer in answers}) == 1
    assert later.body != answers[0].body
    assert sorted(request.target for request in receiver.requests) == ["/hook", "/later"]


async def test_key_makes_one_request_of_many(api: Api):
    headers = {"Idempotency-Key": f"key-{uuid4()}"}
    body = batch(click())

    answers = await asyncio.gather(*(api.post(BOT, json_body=body, headers=headers) for _ in range(20)))

    assert {answer.status for answer in answers} == {202}
    assert len({answer.body for answer in answers}) == 1


async def test_key_with_another_body_is_refused(api: Api):
    headers = {"Idempotency-Key": f"key-{uuid4()}"}
    await api.post(BOT, json_body=batch(click()), headers=headers)

    answer = await api.post(BOT, json_body=batch(click()), headers=headers)

    assert (answer.status, answer.json()) == (
        409,
        {"message": "This Idempotency-Key was used with another body", "status": 409},
    )


async def test_equal_batches_under_two_keys_are_two_requests(api: Api):
    body = batch(click())

    answers = [await api.post(BOT, json_body=body, headers={"Idempotency-Key": str(uuid4())}) for _ in range(2)]

    assert answers[0].body != answers[1].body


async def test_key_makes_one_request_of_two_singles(api: Api):
    headers = {"Idempotency-Key": f"key-{uuid4()}"}
    event = click()

    answers = await asyncio.gather(*(api.post(BOT, json_body=event, headers=headers) for _ in range(2)))

    assert [answer.status for answer in answers] == [200, 200]
    assert len({answer.headers["Location"] for answer in answers}) == 1


async def test_repeats_are_known_per_domain(api: Api, installation: Installation):
    headers = {"Idempotency-Key": f"key-{uuid4()}"}
    body = batch(click())

    ours = await api.post(BOT, json_body=body, headers=headers)
    theirs = await api.post(f"/{FOREIGN_DOMAIN}/bot", key=installation.foreign_key, json_body=body, headers=headers)

    assert (ours.status, theirs.status) == (202, 202)
    assert ours.body != theirs.body


async def test_refused_batch_does_not_use_up_its_key(api: Api):
    headers = {"Idempotency-Key": f"key-{uuid4()}"}
    event = click()

    refused = await api.post(BOT, json_body=batch({**event, "ip": "no"}), headers=headers)
    accepted = await api.post(BOT, json_body=batch(event), headers=headers)

    assert (refused.status, accepted.status) == (400, 202)


async def test_key_of_256_characters_is_too_long(api: Api):
    fits = await api.post(BOT, json_body=batch(click()), headers={"Idempotency-Key": str(uuid4()).ljust(255, "x")})
    too_long = await api.post(BOT, json_body=batch(click()), headers={"Idempotency-Key": "x" * 256})

    assert fits.status == 202
    assert too_long.json()["errors"] == ["Idempotency-Key: is longer than 255 characters"]


async def test_bodies_that_differ_in_white_space_are_two(api: Api):
    text = json.dumps(batch(click())).encode()
    headers = {"Content-Type": "application/json"}

    answers = [await api.post(BOT, body=body, headers=headers) for body in (text, text + b" ")]

    assert answers[0].body != answers[1].body
