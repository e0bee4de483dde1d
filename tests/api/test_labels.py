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
        ({"labels": ["e1"]}, ["labels[0]: must be an object with event_id, label and reason"]),
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


async def test_events_are_found_and_those_that_are_not_are_reported_back(api: Api):
    event = click()
    request_id = (await api.post(f"/{DOMAIN}/bot", json_body=batch(event))).json()["request_id"]
    await api.result(DOMAIN, request_id)

    await api.post(PATH, json_body={"labels": [label(event["event_id"]), label("of-last-year")]})

    async with asyncio.timeout(30):
        while True:
            items = (await api.get(PATH)).json()["items"]
            states = {item["event_id"]: item["state"] for item in items}
            if "pending" not in (states[event["event_id"]], states["of-last-year"]):
                break
            await asyncio.sleep(0.2)
    assert (states[event["event_id"]], states["of-last-year"]) == ("learned", "unknown")
