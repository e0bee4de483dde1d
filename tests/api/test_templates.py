"""/{domain}/templates: saved in every encoding, shown, listed and deleted, of one's own domain alone."""

from urllib.parse import quote, urlencode

import pytest

from tests.api.client import Api
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, Installation

PATH = f"/{DOMAIN}/templates"
SOURCE = "<p>Žluť {{ name }}</p>"


async def put(api: Api, name: str, source: str = SOURCE, **options):
    return await api.request("PUT", f"{PATH}/{name}", json_body={"source": source}, **options)


async def test_a_saved_template_is_shown_with_its_version(api: Api):
    saved = await put(api, "shown.html")
    shown = await api.get(f"{PATH}/shown.html")

    assert saved.json() == {"message": "Template has been saved", "name": "shown.html", "version": 1}
    assert {name: shown.json()[name] for name in ("name", "source", "version")} == {
        "name": "shown.html",
        "source": SOURCE,
        "version": 1,
    }


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=utf-8", SOURCE.encode()),
        ("text/plain", SOURCE.encode()),
        ("application/x-www-form-urlencoded", urlencode({"source": SOURCE}).encode()),
    ],
)
async def test_a_source_can_be_the_body_itself_or_a_field(api: Api, kind: str, body: bytes):
    await api.request("PUT", f"{PATH}/kinds.html", body=body, headers={"Content-Type": kind})

    assert (await api.get(f"{PATH}/kinds.html")).json()["source"] == SOURCE


async def test_a_source_can_be_sent_as_multipart(api: Api):
    await api.request("PUT", f"{PATH}/multipart.html", form={"source": SOURCE})

    assert (await api.get(f"{PATH}/multipart.html")).json()["source"] == SOURCE


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b""),
        ("application/json", b"{}"),
        ("application/json", b'{"source": ""}'),
        ("application/x-www-form-urlencoded", b"source=one&source=two"),
    ],
)
async def test_a_template_without_one_source_is_refused(api: Api, kind: str, body: bytes):
    answer = await api.request("PUT", f"{PATH}/none.html", body=body, headers={"Content-Type": kind})

    assert (answer.status, answer.json()["message"]) == (400, "source: is required, once")
    assert (await api.get(f"{PATH}/none.html")).status == 404


async def test_the_version_before_can_be_had(api: Api):
    await put(api, "versions.html", "one")
    await put(api, "versions.html", "two")

    assert (await api.get(f"{PATH}/versions.html?version=1")).json()["source"] == "one"
    assert (await api.get(f"{PATH}/versions.html")).json()["version"] == 2
    assert (await api.get(f"{PATH}/versions.html?version=3")).status == 404
    assert (await api.get(f"{PATH}/versions.html?version=x")).status == 400


async def test_templates_are_listed_without_their_sources(api: Api):
    await put(api, "listed.html")

    listed = {item["name"]: item for item in (await api.get(PATH)).json()["items"]}

    assert listed["listed.html"]["size"] == len(SOURCE.encode())
    assert "source" not in listed["listed.html"]


async def test_a_deleted_template_is_gone(api: Api):
    await put(api, "deleted.html")
    deleted = await api.request("DELETE", f"{PATH}/deleted.html")

    assert deleted.json() == {"message": "Template has been deleted", "name": "deleted.html"}
    for method in ("GET", "DELETE"):
        answer = await api.request(method, f"{PATH}/deleted.html")
        assert (answer.status, answer.json()["message"]) == (404, "There is no template deleted.html")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% if x", "The template bad.html cannot be used: line 1: missing tag name or closing delimiter"),
        ("a\n{% nonsense %}", "The template bad.html cannot be used: line 2: unexpected tag 'nonsense'"),
        ("{% include x %}", "The template bad.html cannot be used: line 1: what is included must be named in quotes"),
        ("x" * 262_145, "The template bad.html cannot be used: it is larger than 256 KiB"),
    ],
)
async def test_a_source_that_cannot_be_used_is_refused_and_not_saved(api: Api, source: str, message: str):
    answer = await put(api, "bad.html", source)

    assert (answer.status, answer.json()) == (400, {"message": message, "status": 400})
    assert (await api.get(f"{PATH}/bad.html")).status == 404


@pytest.mark.parametrize("name", ["a\x00", "..html", "a" * 200, "．．", ".hidden"])
async def test_a_name_that_no_template_can_have_is_refused(api: Api, name: str):
    assert (await put(api, quote(name))).status == 400
    assert (await api.get(f"{PATH}/{quote(name)}")).status == 404


async def test_another_accounts_templates_are_as_absent_as_a_domain_that_does_not_exist(
    api: Api, installation: Installation
):
    await api.request(
        "PUT", f"/{FOREIGN_DOMAIN}/templates/x.html", json_body={"source": "x"}, key=installation.foreign_key
    )

    for path in ("templates", "templates/x.html"):
        foreign = await api.get(f"/{FOREIGN_DOMAIN}/{path}")
        unknown = await api.get(f"/unknown.example/{path}")
        assert foreign.status == unknown.status == 404
        assert foreign.json()["message"].replace(FOREIGN_DOMAIN, "unknown.example") == unknown.json()["message"]
    assert (await api.get(f"{PATH}/x.html")).status == 404


async def test_the_service_answers_others_while_a_bomb_is_parsed(api: Api):
    answer = await put(api, "bomb.html", "{% raw %}" * 25_000)

    assert (answer.status, answer.json()["message"]) == (
        400,
        "The template bomb.html was stopped: it takes too long",
    )


async def test_a_filter_that_does_not_exist_is_named_when_the_template_is_saved(api: Api):
    answer = await put(api, "filters.html", "<p>{{ name | upcase }}</p>\n{% if vip %}{{ price | money }}{% endif %}")

    assert (answer.status, answer.json()["message"]) == (
        400,
        "The template filters.html cannot be used: line 2: unknown filter 'money'",
    )


async def test_a_version_that_is_not_there_is_named(api: Api):
    await put(api, "versions.html")

    answer = await api.get(f"{PATH}/versions.html?version=7")

    assert (answer.status, answer.json()["message"]) == (404, "There is no version 7 of a template versions.html")
