"""GET /{domain}/validate."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest

from tests.api.client import Answer, Api
from tests.api.conftest import CONTACT, DOMAIN, FOREIGN_DOMAIN, PLAIN_DOMAIN, Installation

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
        "no address",
    )


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
