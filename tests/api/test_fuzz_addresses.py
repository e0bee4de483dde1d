"""Address endpoints under requests that their description allows, others, and addresses of all kinds."""

import asyncio
import json
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.client import Api
from tests.api.conftest import Installation
from tests.api.description import Description

CHECKED = "fuzzed.example.com"
SANDBOX = "fuzzed-sandbox.example.com"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# Pieces that mean something to one parser or another, and any text between them.
PIECES = st.sampled_from(
    [
        *('"', "\\", "(", ")", "<", ">", "[", "]", ",", ";", ":", "@", ".", " ", "\t", "\r\n", "\n", "\0", "\x7f"),
        *("ann", "Ann", "jürgen", "example.com", "Bücher.example", "xn--", "xn--bcher-kva", "127.0.0.1", "[127.0.0.1]"),
        *("[IPv6:::1]", "=?utf-8?q?=C3=A9?=", "\u202e", "\ufeff", "\u3002", "\U0001f600", "undisclosed:;", "+tag"),
        *("gmail.com", "gamil.com", "support", "a" * 65, "b." * 130, "@a,@b:", "%00", "&", "=", "#"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=14).map("".join)
ADDRESSES = st.tuples(PIECES | st.text(max_size=8), st.just("@"), PIECES | st.text(max_size=8)).map("".join)

unhurried = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="session")
def key(installation: Installation) -> str:
    """The key of an account with a domain that validates and one in test mode."""
    added = installation.service.cli("domain", "add", CHECKED, "--account", "fuzzed", "--enable", "validation")
    installation.service.cli("domain", "add", SANDBOX, "--account", "fuzzed", "--enable", "validation-sandbox")
    return str(added["primary_key"])


SCHEMA = schemathesis.openapi.from_dict(Description().document)
OPERATIONS = [
    ("/address/parse", "GET"),
    ("/{domain}/validate", "GET"),
    ("/{domain}/validate/batch", "POST"),
    ("/{domain}/validate/batch/{batch_id}", "GET"),
]


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_asked_the_answer_is_as_described(installation, key, path, method, mode):
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(SCHEMA[path][method].as_strategy(generation_mode=mode), st.sampled_from([CHECKED, SANDBOX]))
    def ask(case, domain):
        if "domain" in case.path_parameters:
            case.path_parameters["domain"] = domain
        answer = case.call(base_url=installation.service.url, headers={"ov-token": key})
        if answer.status_code == 414:
            # The server itself reads no longer request line.
            assert len(answer.request.url) > 65_000
            return
        case.validate_response(answer, checks=CHECKS)

    ask()


def _in_loop(url, key, ask):
    async def run():
        async with Api(url, key) as client:
            return await ask(client)

    return asyncio.run(run())


@unhurried
@given(TEXTS)
def test_what_is_parsed_is_parsed_the_same_again_and_holds_nothing_that_ends_a_line(installation, key, text):
    answer = _in_loop(
        installation.service.url, key, lambda client: client.get(f"/address/parse?addresses={quote(text, safe='')}")
    )

    if answer.status == 400:
        assert not text.strip() or len(text) > 8000
        return
    body = answer.json()
    for found in body["parsed"]:
        assert found["email"] == f"{found['localpart']}@{found['domain']}"
        assert found["email"].isprintable() or not found["email"].isascii()
        assert not set(found["email"] + found.get("name", "")) & set("\r\n\0")
    assert sum(map(len, body["unparseable"])) <= len(text)
    again = _in_loop(
        installation.service.url,
        key,
        lambda client: client.get(
            f"/address/parse?addresses={quote(','.join(found['email'] for found in body['parsed']), safe='')}"
        ),
    )
    if body["parsed"]:
        assert [each["email"] for each in again.json()["parsed"]] == [each["email"] for each in body["parsed"]]
        assert again.json()["unparseable"] == []


@unhurried
@given(ADDRESSES | TEXTS, st.sampled_from([CHECKED, SANDBOX]))
def test_whatever_is_verified_the_fields_agree_with_each_other(installation, key, text, domain):
    path = f"/{domain}/validate?address={quote(text, safe='')}&timeout=500&explain=true"

    answer = _in_loop(installation.service.url, key, lambda client: client.get(path))

    if answer.status == 400:
        assert not text.strip() or len(text) > 8000
        return
    body = answer.json()
    assert body["sendex"] == min(cap["at_most"] for cap in body["explanation"]["sendex"])
    if body["explanation"]["origin"] == "syntax":
        assert (body["result"], body["reason"], body["sendex"]) == ("undeliverable", "invalid_email", 0)
        return
    assert body["email"] == f"{body['user']}@{body['domain']}"
    assert not set(body["email"]) & set("\r\n\0")
    if domain == CHECKED:
        # DNS is silent here, so nothing can be known but lists.
        assert body["result"] == "unknown"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {"addresses": st.lists(ADDRESSES | TEXTS, max_size=5) | st.none() | st.integers()},
        optional={
            "explain": st.booleans() | st.text(max_size=3),
            "webhook_url": st.text(max_size=9),
            "more": st.none(),
        },
    )
    | st.lists(st.integers(), max_size=2)
)
def test_a_batch_is_refused_or_has_an_answer_for_each_address(installation, key, posted):
    async def ask(client):
        accepted = await client.post(f"/{SANDBOX}/validate/batch", body=json.dumps(posted).encode(), headers=_JSON)
        if accepted.status == 400:
            return None
        async with asyncio.timeout(20):
            while True:
                state = (await client.get(accepted.headers["Location"])).json()
                if state["batch"]["completed_at"] is not None:
                    return state
                await asyncio.sleep(0.02)

    state = _in_loop(installation.service.url, key, ask)

    if state is not None:
        assert [each["address"] for each in state["results"]] == posted["addresses"]


_JSON = {"Content-Type": "application/json"}


def test_nothing_of_that_failed_inside(installation):
    for event in ("request.failed", "job.failed", "job.buried"):
        assert f'"event":"{event}"' not in installation.service.log
