"""GET /openapi.json and GET /docs: the description is valid, complete and true to the code."""

import json
import re
from collections.abc import Iterator
from importlib import metadata
from typing import Any, cast

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import BaseRoute, Route, Router

from indicia.accounts.keys import Keys
from indicia.detection.model import Category
from indicia.detection.posted import (
    LONGEST_ID,
    LONGEST_TEXT,
    MOST_EVENTS,
    MOST_EXTRA_BYTES,
    InvalidRequestError,
    read_json,
)
from indicia.domains.model import DomainState
from indicia.entrypoints.api.address import AddressApi
from indicia.entrypoints.api.app import Endpoints, api_app
from indicia.entrypoints.api.body import LARGEST_BODY_BYTES
from indicia.entrypoints.api.bot import BotApi
from indicia.entrypoints.api.domains import DomainsApi
from indicia.entrypoints.api.events import EventsApi
from indicia.entrypoints.api.health import HealthApi
from indicia.entrypoints.api.labels import LabelsApi
from indicia.entrypoints.api.mailgun_lists import BOUNCES, COMPLAINTS, UNSUBSCRIBES, MailgunListApi
from indicia.entrypoints.api.messages import MessagesApi
from indicia.entrypoints.api.replay import ReplayApi
from indicia.entrypoints.api.stats import StatsApi
from indicia.entrypoints.api.suppress import SuppressApi
from indicia.entrypoints.api.templates import TemplatesApi
from indicia.entrypoints.api.validate import ValidateApi
from indicia.entrypoints.api.webhooks import WebhooksApi
from indicia.entrypoints.api.whoami import WhoAmI
from indicia.net.egress import MAX_URL_BYTES
from indicia.repeats.model import LONGEST_KEY
from tests.api.client import Api
from tests.api.description import Description

DOCUMENT = Description().document
SCHEMAS = DOCUMENT["components"]["schemas"]


def test_description_is_valid_openapi():
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_description_has_the_version_of_the_package():
    assert DOCUMENT["info"]["version"] == metadata.version("indicia")


def test_every_route_is_described_and_nothing_else():
    # Routes are made without looking at what they lead to.
    nothing = cast(Any, None)
    endpoints = Endpoints(
        address=AddressApi(),
        bot=BotApi(nothing, nothing),
        bounces=MailgunListApi(BOUNCES, nothing, nothing, nothing, nothing),
        complaints=MailgunListApi(COMPLAINTS, nothing, nothing, nothing, nothing),
        domains=DomainsApi(nothing, nothing, nothing),
        events=EventsApi(nothing, nothing, nothing),
        replay=ReplayApi(nothing, nothing, nothing, nothing),
        health=HealthApi(nothing, nothing, nothing, nothing),
        labels=LabelsApi(nothing, nothing),
        mailgun_events=EventsApi(nothing, nothing, nothing),
        stats=StatsApi(nothing, nothing),
        messages=MessagesApi(nothing, nothing, nothing, nothing),
        suppress=SuppressApi(nothing, nothing, nothing, nothing),
        unsubscribes=MailgunListApi(UNSUBSCRIBES, nothing, nothing, nothing, nothing),
        templates=TemplatesApi(nothing, nothing),
        validate=ValidateApi(nothing, nothing, nothing),
        webhooks=WebhooksApi(nothing, nothing, nothing, nothing),
        whoami=WhoAmI(nothing),
    )
    opened = cast(Router, api_app(endpoints, cast(Keys, nothing), failures=None, trusted_proxies=()))
    keyed = cast(Any, opened.default)._app

    def paths(routes: list[BaseRoute]) -> set[str]:
        found = {route.path for route in routes if isinstance(route, Route) and not route.path.startswith("/docs/")}
        # How a route reads a variable is no part of the description.
        return {path.replace(":path}", "}") for path in found}

    open_operations = {path for path, method in Description().operations if _security(path, method) == []}
    keyed_operations = {path for path, method in Description().operations if _security(path, method) != []}
    honeypots = {path for path in open_operations if path.endswith("/hclick")}
    assert paths(keyed.routes) == keyed_operations
    assert paths(opened.routes) == open_operations - honeypots


def _security(path: str, method: str) -> Any:
    return DOCUMENT["paths"][path][method].get("security", DOCUMENT["security"])


def test_limits_are_those_of_the_code():
    fields = SCHEMAS["Event"]["properties"]

    assert SCHEMAS["Batch"]["properties"]["events"]["maxItems"] == MOST_EVENTS
    assert SCHEMAS["Batch"]["properties"]["webhook_url"]["maxLength"] == MAX_URL_BYTES
    assert {fields[name]["maxLength"] for name in ("event_id", "recipient_id", "message_id", "link_id")} == {LONGEST_ID}
    assert {fields[name]["maxLength"] for name in ("uas", "url", "domain", "method")} == {LONGEST_TEXT}
    assert str(MOST_EXTRA_BYTES) in SCHEMAS["Event"]["description"]
    post = DOCUMENT["paths"]["/{domain}/bot"]["post"]
    assert post["parameters"][0]["schema"]["maxLength"] == LONGEST_KEY
    assert str(LARGEST_BODY_BYTES) in json.dumps(post["responses"]["413"])


def test_names_are_those_of_the_code():
    assert SCHEMAS["Verdict"]["properties"]["category"]["enum"] == list(Category)
    assert SCHEMAS["DomainState"]["enum"] == list(DomainState)


@pytest.mark.parametrize("name", sorted(SCHEMAS["Event"]["properties"]))
def test_every_described_field_of_an_event_is_read(name: str):
    event = {"ip": "1.2.3.4", "uas": "", "event_id": "1", name: [[]]}

    with pytest.raises(InvalidRequestError) as refused:
        read_json(json.dumps({"events": [event], "webhook_url": "https://hooks.example.com"}).encode())

    assert refused.value.problems[0].startswith(f"events[0].{name}: expected ")


def _examples(value: Any) -> Iterator[tuple[str, Any]]:
    """Find every example, with the JSON text of its schema."""
    if isinstance(value, dict):
        schema = json.dumps(value.get("schema"))
        if "example" in value:
            yield schema, value["example"]
        for example in value.get("examples", {}).values():
            yield schema, example["value"]
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _examples(part)


@pytest.mark.parametrize(("schema", "example"), list(_examples(DOCUMENT)))
def test_every_example_is_what_it_exemplifies(schema: str, example: Any):
    names = [name.rpartition("/")[2] for name in re.findall(r'"\$ref": "([^"]+)"', schema)]
    body = json.dumps(example).encode()

    # A body of one of several kinds is checked as a whole by the client; here one of them suffices.
    assert any(_fits(name, body) for name in names)


def _fits(name: str, body: bytes) -> bool:
    items = json.loads(body) if name == "ListedDomain" else [json.loads(body)]
    return all(Description().is_valid(name, json.dumps(item).encode()) for item in items)


async def test_description_is_served_as_it_is(api: Api):
    answer = await api.get("/openapi.json", key=None)

    assert (answer.status, answer.json()) == (200, DOCUMENT)


async def test_page_may_load_its_own_files_and_nothing_else(api: Api):
    page = await api.get("/docs", key=None)
    files = re.findall(r'(?:src|href)="(/docs/[^"]+)"', page.body.decode())

    texts = [(await api.get(path, key=None)).body.decode() for path in files]

    assert len(files) == 2
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert "unsafe" not in policy
    for text in (page.body.decode(), *texts):
        assert "://" not in text
        assert "innerHTML" not in text
        assert "localStorage" not in text
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
