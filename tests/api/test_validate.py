"""GET /{domain}/validate."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.client import Answer, Api
from tests.api.conftest import CONTACT, DOMAIN, FOREIGN_DOMAIN, PLAIN_DOMAIN, Installation
from tests.doubles.webhook_receiver import WebhookReceiver

CHECKED = "checked.example.com"
SANDBOX = "sandbox.example.com"
FIELDS = {
    *("accept_all", "did_you_mean", "disposable", "domain", "email", "free", "message", "reason", "result", "role"),
    *("sendex", "success", "timeLogged", "user"),
}


@pytest.fixture(scope="session")
def validating(installation: Installation) -> str:
    """A primary key of an account with one domain that validates and one in test mode."""
    added = installation.service.cli("domain", "add", CHECKED, "--account", "validating", "--enable", "validation")
    installation.service.cli("domain", "add", SANDBOX, "--account", "validating", "--enable", "validation-sandbox")
    return str(added["primary_key"])


@pytest.fixture
async def client(installation: Installation, validating: str) -> AsyncIterator[Api]:
    async with Api(installation.service.url, validating) as client:
        yield client


async def _validate(client: Api, address: str, domain: str = CHECKED, more: str = "") -> Answer:
    return await client.get(f"/{domain}/validate?address={quote(address, safe='')}{more}")


async def test_body_has_the_fields_of_the_original(client: Api):
    answer = await _validate(client, "JaneDoe@WildWest.org", SANDBOX)

    body = answer.json()
    assert answer.status == 200
    assert set(body) == FIELDS
    assert list(body) == sorted(body)
    assert (body["email"], body["user"], body["domain"]) == ("janedoe@wildwest.org", "janedoe", "wildwest.org")
    assert (body["result"], body["reason"], body["sendex"]) == ("deliverable", "accepted_email", 1)
    assert body["success"] is True


async def test_text_that_is_no_address_is_undeliverable(client: Api):
    body = (await _validate(client, "no address")).json()

    assert (body["result"], body["reason"], body["user"], body["domain"]) == (
        "undeliverable",
        "invalid_email",
        None,
        None,
    )


async def test_address_without_an_ending_is_undeliverable_and_gets_its_hint(client: Api):
    body = (await _validate(client, "Jane@gmail")).json()

    assert (body["reason"], body["user"], body["domain"]) == ("invalid_email", "jane", "gmail")
    assert body["did_you_mean"] == "jane@gmail.com"


async def test_facts_are_told_although_dns_is_silent(client: Api):
    body = (await _validate(client, "support@gamil.com")).json()

    assert (body["result"], body["reason"]) == ("unknown", "no_connect")
    assert (body["role"], body["did_you_mean"]) == (True, "support@gmail.com")
    assert body["message"]


async def test_explanation_says_what_the_score_is_made_of(client: Api):
    body = (await _validate(client, "someone@example.com", more="&explain=true&timeout=2000")).json()

    assert body["sendex"] == min(cap["at_most"] for cap in body["explanation"]["sendex"])
    assert body["explanation"]["origin"] == "dns"


@pytest.mark.parametrize("query", ["", "?address=", "?address=%20%20", "?addresses=a@example.com"])
async def test_missing_address_is_refused(client: Api, query: str):
    answer = await client.get(f"/{CHECKED}/validate{query}")

    assert answer.status == 400
    assert answer.json() == {"message": "address parameter is missing", "status": 400}


async def test_more_than_8000_characters_are_refused(client: Api):
    assert (await _validate(client, "a" * 8001)).status == 400
    assert (await _validate(client, "a" * 8000)).json()["reason"] == "invalid_email"


@pytest.mark.parametrize("milliseconds", ["0", "-1", "99", "30001", "soon", "1e3", "9" * 5000])
async def test_timeout_must_be_milliseconds(client: Api, milliseconds: str):
    assert (await _validate(client, "a@example.com", SANDBOX, f"&timeout={milliseconds}")).status == 400


@pytest.mark.parametrize("address", ["a%0D%0AQUIT@example.com", "%00@example.com", "%ff", "a@b%0d%0a.example"])
async def test_control_characters_make_no_address(client: Api, address: str):
    assert (await client.get(f"/{CHECKED}/validate?address={address}")).json()["reason"] == "invalid_email"


async def test_domain_that_has_not_enabled_it_is_told_whom_to_ask(api: Api, installation: Installation):
    answer = await api.get(f"/{PLAIN_DOMAIN}/validate?address=a@example.com", key=installation.plain_key)

    assert answer.status == 402
    message = f"Email validation not enabled for this domain. Contact {CONTACT}."
    assert answer.json() == {"message": message, "status": 402}


async def test_foreign_domain_is_not_found(api: Api):
    assert (await api.get(f"/{FOREIGN_DOMAIN}/validate?address=a@example.com")).status == 404
    assert (await api.get(f"/{DOMAIN}/validate?address=a@example.com", key=None)).status == 401


async def test_test_mode_can_run_out_of_balance(client: Api):
    answer = await _validate(client, "x+insufficient-balance@example.com", SANDBOX)

    assert (answer.status, answer.json()) == (403, {"message": "Insufficient balance", "status": 403})


async def test_batch_is_polled_until_all_its_answers_are_there_in_order(client: Api):
    addresses = ["role@example.com", "nobody", "x+rejected-email@example.com", "ann@example.com"]

    accepted = await client.post(f"/{SANDBOX}/validate/batch", json_body={"addresses": addresses})
    done = await _finished(client, accepted.headers["Location"])

    assert accepted.status == 202
    assert accepted.json() == {"message": "Accepted", "request_id": done["batch"]["id"], "status": 202}
    assert [each["address"] for each in done["results"]] == addresses
    assert [each["result"] for each in done["results"]] == ["risky", "undeliverable", "undeliverable", "deliverable"]
    assert done["batch"] == {
        "addresses": 4,
        "completed_at": done["batch"]["completed_at"],
        "created_at": done["batch"]["created_at"],
        "domain": SANDBOX,
        "done": 4,
        "id": done["batch"]["id"],
    }


async def test_batch_is_reported_by_a_signed_webhook(client: Api, receiver: WebhookReceiver):
    body = {"addresses": ["ann@example.com"], "webhook_url": receiver.url(), "explain": True}

    accepted = await client.post(f"/{SANDBOX}/validate/batch", json_body=body)
    [hook] = await receiver.wait_for(1)

    assert hook.json()["batch"]["id"] == accepted.json()["request_id"]
    assert hook.json()["results"][0]["explanation"]["origin"] == "sandbox"
    assert "signature" in hook.json()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "addresses: is required"),
        ({"addresses": [5]}, "addresses[0]: expected str, got int"),
        ({"addresses": []}, "addresses: must be 1 to 10000, not 0"),
        ({"addresses": ["x" * 513]}, "addresses[0]: is longer than 512 characters"),
        ({"addresses": ["a@b.example"], "webhook_url": "http://10.0.0.1/"}, "webhook_url: must be an http"),
    ],
)
async def test_what_is_no_batch_is_refused(client: Api, body: dict[str, object], message: str):
    answer = await client.post(f"/{SANDBOX}/validate/batch", json_body=body)

    assert answer.status == 400
    assert answer.json()["message"].startswith(message)


async def test_batch_that_nests_too_deeply_is_refused(client: Api):
    nested = b'{"x":' * 5_000
    answer = await client.post(f"/{SANDBOX}/validate/batch", body=nested, headers={"Content-Type": "application/json"})

    assert (answer.status, answer.json()["message"]) == (400, "body: is nested too deeply")


async def test_batch_of_another_domain_is_not_found(client: Api):
    accepted = await client.post(f"/{SANDBOX}/validate/batch", json_body={"addresses": ["a@example.com"]})

    elsewhere = await client.get(f"/{CHECKED}/validate/batch/{accepted.json()['request_id']}")
    unknown = await client.get(f"/{CHECKED}/validate/batch/none")

    assert elsewhere.status == 404
    assert elsewhere.body == unknown.body


async def _finished(client: Api, path: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            state: dict[str, Any] = (await client.get(path)).json()
            if state["batch"]["completed_at"] is not None:
                return state
            await asyncio.sleep(0.05)
