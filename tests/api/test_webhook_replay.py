"""POST /domains/{domain}/webhooks/replay and `indicia webhook replay`: stored events, told once more."""

import asyncio
import time

import pytest

from tests.api.client import Api
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, Installation
from tests.doubles.webhook_receiver import WebhookReceiver, status

WEBHOOKS = f"/domains/{DOMAIN}/webhooks"
PATH = f"{WEBHOOKS}/replay"


@pytest.fixture
async def told(api: Api, receiver: WebhookReceiver):
    """Three accepted messages whose webhooks were delivered, the oldest first; then nobody is subscribed but us."""
    await api.post(WEBHOOKS, json_body={"id": "accepted", "url": receiver.url()})
    receiver.requests.clear()
    for number in range(3):
        mail = {
            "from": f"n@{DOMAIN}",
            "to": "ann@dest.test",
            "subject": f"{number} {time.monotonic_ns()}",
            "text": "Hi.",
        }
        await api.post(f"/{DOMAIN}/messages", json_body=mail)
        await receiver.wait_for(number + 1)
    yield [(request.headers["webhook-id"], request.json()["event-data"]) for request in receiver.requests]
    await api.request("DELETE", f"{WEBHOOKS}/accepted")


async def replayed(receiver: WebhookReceiver, count: int):
    received = (await receiver.wait_for(3 + count))[3:]
    return sorted((request.headers["webhook-id"], request.json()["event-data"]["id"]) for request in received)


async def test_an_event_is_sent_again_as_it_was(api: Api, receiver: WebhookReceiver, told):
    webhook_id, event = told[1]

    answer = await api.post(PATH, json_body={"event_id": webhook_id})

    assert (answer.status, answer.json()) == (
        202,
        {"cursor": None, "deliveries": 1, "events": 1, "message": "Accepted", "status": 202},
    )
    (again,) = (await receiver.wait_for(4))[3:]
    assert again.headers["webhook-id"] == webhook_id
    assert again.json()["event-data"] == event


async def test_a_range_of_time_is_sent_again_to_one_url(api: Api, receiver: WebhookReceiver, told):
    other = receiver.url("/other")
    await api.post(WEBHOOKS, json_body={"id": "accepted", "url": [receiver.url(), other]})
    receiver.requests.pop()
    begin, end = told[1][1]["timestamp"], told[2][1]["timestamp"]
    receiver.requests.pop()

    answer = await api.post(PATH, form={"begin": str(begin), "end": str(end), "url": other, "event": "accepted"})

    assert answer.json()["deliveries"] == 2
    received = (await receiver.wait_for(5))[-2:]
    assert {request.target for request in received} == {"/other"}
    assert {request.headers["webhook-id"] for request in received} == {told[1][0], told[2][0]}


async def test_the_command_line_sends_again_by_either_name(installation: Installation, receiver, told):
    for name in ("webhook", "webhooks"):
        finished = await asyncio.to_thread(
            installation.service.run, name, "replay", "--domain", DOMAIN, "--event", told[0][0], "--url", receiver.url()
        )
        assert (finished.returncode, finished.stdout) == (0, "Owed anew: 1 for 1 events.\n")

    assert await replayed(receiver, 2) == [(told[0][0], told[0][0])] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--domain", DOMAIN], "Name events by --event, or choose them by"),
        (["--domain", "nowhere.test", "--all"], "There is no domain nowhere.test;"),
        (["--event", "x"], "--event and --until go with --domain."),
    ],
)
def test_a_mistake_on_the_command_line_is_one_sentence(installation: Installation, arguments, message: str):
    finished = installation.service.run("webhook", "replay", *arguments)

    assert finished.returncode != 0
    assert message in finished.stderr


@pytest.mark.parametrize(
    "body",
    [{}, {"id": "opened"}, {"url": ["a", "b"]}, {"cursor": "AAAA"}, {"begin": "soon"}, {"event_id": ["x"] * 501}],
)
async def test_what_names_no_events_is_refused(api: Api, body):
    assert (await api.post(PATH, json_body=body)).status == 400


async def test_events_of_another_account_are_out_of_reach(api: Api, installation: Installation, receiver, told):
    foreign = await api.post(f"/domains/{FOREIGN_DOMAIN}/webhooks/replay", json_body={"event_id": told[0][0]})
    own = await api.post(
        f"/domains/{FOREIGN_DOMAIN}/webhooks/replay", json_body={"event_id": told[0][0]}, key=installation.foreign_key
    )

    assert foreign.status == 404
    assert own.json()["events"] == 0


async def test_replays_are_limited_for_the_account(strict_api: Api):
    answers = [await strict_api.post(PATH, json_body={"begin": 1}) for _ in range(11)]

    assert [answer.status for answer in answers] == [202] * 10 + [429]


async def test_a_deleted_webhook_is_not_called_although_it_is_owed(api: Api, receiver: WebhookReceiver, told):
    receiver.script.append(status(503, headers={"Retry-After": "1"}))
    await api.post(PATH, json_body={"event_id": told[0][0]})
    await receiver.wait_for(4)
    await api.request("DELETE", f"{WEBHOOKS}/accepted")

    again = await api.post(PATH, json_body={"event_id": told[0][0]})

    assert again.json()["deliveries"] == 0
