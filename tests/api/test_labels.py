"""POST and GET /{domain}/bot/labels: what customers know of interactions, all or nothing, and what becomes of it."""

import asyncio
from typing import Any

import pytest

from tests.api.client import Api
from tests.api.conftest import DOMAIN, PLAIN_DOMAIN, Installation
from tests.api.interactions import batch, click

PATH = f"/{DOMAIN}/bot/labels"


def label(event_id: object = "e1", is_human: bool = True, **more: object) -> dict[str, object]:  # noqa: FBT001, FBT002
    return {"event_id": event_id, "label": "human" if is_human else "bot", **more}


async def test_labels_are_accepted_and_counted_once_each(api: Api):
    answer = await api.post(PATH, json_body={"labels": [label("a", reason="purchased"), label("a"), label(7, False)]})

    assert (answer.status, answer.json()) == (202, {"labels": 2, "message": "Accepted", "status": 202})


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, ["labels: is required, an array of 1 to 500 labels"]),
        ({"labels": []}, ["labels: is required, an array of 1 to 500 labels"]),
        ({"labels": [label()] * 501}, ["labels: is required, an array of 1 to 500 labels"]),
        (
            {"labels": [label(), {"label": "human"}, {"event_id": "e2", "label": "dog"}]},
            [
                "labels[1].event_id: is required, 1 to 1024 characters",
                "labels[2].label: must be human or bot",
            ],
        ),
        (
            {"labels": [label("e", True), label("e", False)]},
            ["labels[1].label: contradicts another label of the same event_id"],
        ),
        ({"labels": [label(reason="x" * 101)]}, ["labels[0].reason: is longer than 100 characters"]),
        (
            {"labels": [label(event={"ip": "1.2.3", "uas": "x"}), label("e2", event={"event_id": "e3", "uas": ""})]},
            [
                "labels[0].event.ip: not an IP address",
                "labels[1].event.event_id: is another one than the label's",
            ],
        ),
        (
            {"labels": [label(event="e1"), label("e2", event={"recipient_id": "r"}), label("e3", event={"ip": 5})]},
            [
                "labels[0].event: must be an object, the event as you posted it",
                "labels[1].event.ip: or uas is required",
                "labels[2].event.ip: expected str | null, got int",
            ],
        ),
        ({"labels": ["e1"]}, ["labels[0]: must be an object with event_id, label, reason and event"]),
    ],
)
async def test_every_bad_label_is_named(api: Api, body: Any, errors: list[str]):
    answer = await api.post(PATH, json_body=body)

    assert (answer.status, answer.json()["errors"]) == (400, errors)


async def test_nothing_is_stored_of_a_bad_report(api: Api):
    await api.post(PATH, json_body={"labels": [label("never"), {"label": "human"}]})

    items = (await api.get(PATH)).json()["items"]

    assert "never" not in {item["event_id"] for item in items}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"labels": 5}', b"\xff", b"[" * 2_000])
async def test_what_is_no_report_is_refused(api: Api, body: bytes):
    answer = await api.post(PATH, body=body, headers={"Content-Type": "application/json"})

    assert answer.status == 400


async def test_labels_come_as_json_alone(api: Api):
    assert (await api.post(PATH, form={"event_id": "e1", "label": "human"})).status == 415


async def test_a_domain_without_the_feature_takes_none(api: Api, installation: Installation):
    answer = await api.post(f"/{PLAIN_DOMAIN}/bot/labels", json_body={"labels": [label()]}, key=installation.plain_key)

    assert answer.status == 402


async def test_another_accounts_domain_is_unknown(api: Api, installation: Installation):
    answer = await api.post(PATH, json_body={"labels": [label()]}, key=installation.foreign_key)

    assert answer.status == 404


async def test_other_methods_are_told_what_is_allowed(api: Api):
    answer = await api.request("DELETE", PATH)

    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, POST")


async def test_an_unknown_state_is_refused(api: Api):
    assert (await api.get(f"{PATH}?state=lost")).status == 400


async def test_an_event_that_comes_with_its_label_need_not_be_stored(api: Api):
    echoed = {**click(event_id="of-last-week", ts=1_795_000_000), "is_bot": False, "verdict": {"because": "x" * 9_000}}

    answer = await api.post(
        PATH, json_body={"labels": [label("of-last-week", event=echoed), label("null", event=None)]}
    )

    assert (answer.status, await _state(api, "of-last-week"), await _state(api, "null")) == (202, "learned", "unknown")


async def _state(api: Api, event_id: str) -> str:
    """Wait until it is known what became of a label."""
    async with asyncio.timeout(30):
        while True:
            items = (await api.get(PATH)).json()["items"]
            state = next(str(item["state"]) for item in items if item["event_id"] == event_id)
            if state != "pending":
                return state
            await asyncio.sleep(0.2)


async def test_events_are_found_and_those_that_are_not_are_reported_back(api: Api):
    event = click()
    request_id = (await api.post(f"/{DOMAIN}/bot", json_body=batch(event))).json()["request_id"]
    await api.result(DOMAIN, request_id)

    await api.post(PATH, json_body={"labels": [label(event["event_id"]), label("of-last-year")]})

    assert await _state(api, event["event_id"]) == "learned"
    assert await _state(api, "of-last-year") == "unknown"
