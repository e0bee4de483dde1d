"""Limits per key, and per address for those without one; 429 says when to come back."""

import asyncio

import pytest

from tests.api.client import Api
from tests.api.conftest import DOMAIN
from tests.api.interactions import HOME
from tests.doubles.service import Service


@pytest.mark.parametrize(("name", "quota"), [("single", 60), ("batch", 600)])
async def test_limit_is_told_kept_and_reopened_by_the_second(strict_api: Api, name: str, quota: int):
    # Refused for their content, but only after they are counted.
    form = {"form": {"event_id": "1"}} if name == "single" else {"json_body": {}}

    answers = await asyncio.gather(*(strict_api.post(f"/{DOMAIN}/bot", **form) for _ in range(quota + 100)))
    statuses = sorted(answer.status for answer in answers)
    refused = next(answer for answer in answers if answer.status == 429)

    # The limit refills while the requests come in.
    allowed = statuses.count(400)
    assert quota <= allowed < quota + 100
    assert set(statuses) == {400, 429}
    assert refused.headers["RateLimit-Policy"] == f'"{name}";q={quota};w=60'
    assert refused.headers["RateLimit"].startswith(f'"{name}";r=0;t=')
    wait = int(refused.headers["Retry-After"])
    assert 1 <= wait <= 2
    assert refused.json() == {
        "message": f"Too many requests: {quota} {name} requests in 60 seconds are allowed; try again in {wait} s",
        "status": 429,
    }
    assert (await strict_api.get("/test")).status == 200


async def test_accepted_request_tells_what_is_left(strict_api: Api):
    first, second = [await strict_api.post(f"/{DOMAIN}/bot", form={"ip": HOME}) for _ in range(2)]

    assert first.headers["RateLimit-Policy"] == '"single";q=60;w=60'
    assert first.headers["RateLimit"] == '"single";r=59;t=1'
    # One comes back each second, and a single takes one.
    assert second.headers["RateLimit"] == '"single";r=59;t=1'


async def test_json_single_counts_as_a_single(strict_api: Api):
    answer = await strict_api.post(f"/{DOMAIN}/bot", json_body={"ip": HOME})

    assert answer.headers["RateLimit-Policy"] == '"single";q=60;w=60'


async def test_limit_of_one_key_is_not_that_of_another(strict: Service, strict_api: Api):
    other = strict.cli("key", "create", "--role", "sending", "--domain", DOMAIN)["key"]

    await asyncio.gather(*(strict_api.post(f"/{DOMAIN}/bot", form={"event_id": "1"}) for _ in range(70)))
    used_up = await strict_api.post(f"/{DOMAIN}/bot", form={"event_id": "1"})
    fresh = await strict_api.post(f"/{DOMAIN}/bot", form={"event_id": "1"}, key=other)

    assert (used_up.status, fresh.status) == (429, 400)


@pytest.mark.parametrize("addresses", [["198.51.100.7"], [f"2001:db8:0:1::{host:x}" for host in range(256)]])
async def test_failures_of_one_subscriber_are_limited_and_lock_out_no_key(strict_api: Api, addresses: list[str]):
    async def fail(number: int) -> int:
        headers = {"X-Forwarded-For": addresses[number % len(addresses)]}
        return (await strict_api.get("/test", key="wrong", headers=headers)).status

    statuses = await asyncio.gather(*map(fail, range(90)))
    refused = await strict_api.get("/test", key="wrong", headers={"X-Forwarded-For": addresses[0]})
    valid = await strict_api.get("/test", headers={"X-Forwarded-For": addresses[0]})
    elsewhere = await strict_api.get("/test", key="wrong", headers={"X-Forwarded-For": "198.51.100.99"})

    assert 60 <= statuses.count(401) <= 75
    assert (refused.status, refused.headers["RateLimit-Policy"]) == (429, '"authentication";q=60;w=60')
    assert int(refused.headers["Retry-After"]) >= 1
    assert (valid.status, elsewhere.status) == (200, 401)
