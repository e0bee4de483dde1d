"""GET /domains and GET /domains/{domain}."""

import re

import pytest

from tests.api.client import Api
from tests.api.conftest import DOMAIN, FOREIGN_DOMAIN, PLAIN_DOMAIN, Installation

RFC_1123 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")


async def test_primary_key_lists_every_domain_of_its_account(api: Api, installation: Installation):
    answer = await api.get("/domains", key=installation.primary_key)

    domains = answer.json()
    assert [domain["name"] for domain in domains] == [DOMAIN, PLAIN_DOMAIN]
    for domain in domains:
        assert RFC_1123.fullmatch(domain["created_at"])
        assert (domain["state"], domain["wildcard"], domain["force_dkim_authority"]) == ("active", False, False)
        assert list(domain) == sorted(domain)


async def test_sending_key_lists_its_own_domain_alone(api: Api):
    auth = (await api.get("/test")).json()["auth"]

    [domain] = (await api.get("/domains")).json()

    assert (domain["name"], domain["id"], domain["cid"]) == (DOMAIN, auth["did"], auth["cid"])


async def test_domain_is_shown_in_detail(api: Api):
    answer = await api.get(f"/domains/{DOMAIN}")

    domain = answer.json()["domain"]
    assert domain["name"] == DOMAIN
    assert re.fullmatch(rf"seed-[0-9a-f]{{32}}@{DOMAIN}", domain["seedmail"])
    assert list(domain) == sorted(domain)


async def test_sending_key_does_not_show_another_domain_of_its_account(api: Api):
    answer = await api.get(f"/domains/{PLAIN_DOMAIN}")

    assert (answer.status, answer.json()) == (404, {"message": f"Domain not found: {PLAIN_DOMAIN}", "status": 404})


@pytest.mark.parametrize("spelling", [DOMAIN.upper(), f"{DOMAIN}.", "news.EXAMPLE.com"])
async def test_domain_is_known_by_any_spelling_of_its_name(api: Api, spelling: str):
    answer = await api.get(f"/domains/{spelling}")

    assert answer.json()["domain"]["name"] == DOMAIN


@pytest.mark.parametrize(
    "path",
    [
        f"/domains/{DOMAIN}%00",
        f"/domains/{DOMAIN}%2fbot",
        f"/domains/{DOMAIN}/",
        f"/domains//{DOMAIN}",
        "/domains/",
        "/domains/%2e%2e",
        "/domains/127.0.0.1",
        "/domains/" + "a" * 4000,
        "/domains/%ff%fe",
        "/domains/%0d%0aX-Evil:%201",
        "/",
        "/test/",
        f"/{DOMAIN};/bot/1",
        f"/nowhere/../{DOMAIN}/bot/1",
    ],
)
async def test_strange_path_leads_nowhere(api: Api, path: str):
    answer = await api.get(path)

    assert answer.status == 404
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/test", "GET, HEAD"),
        ("DELETE", f"/domains/{DOMAIN}", "GET, HEAD"),
        ("GET", f"/{DOMAIN}/bot", "POST"),
        ("PUT", f"/{DOMAIN}/bot", "POST"),
        ("PATCH", f"/{DOMAIN}/bot/1", "GET, HEAD"),
        ("OPTIONS", "/domains", "GET, HEAD"),
        ("TRACE", "/domains", "GET, HEAD"),
        ("FOO", "/test", "GET, HEAD"),
    ],
)
async def test_other_methods_are_refused(api: Api, method: str, path: str, allowed: str):
    answer = await api.request(method, path, headers={"X-HTTP-Method-Override": "GET"})

    assert (answer.status, answer.headers["Allow"]) == (405, allowed)
    assert answer.json() == {"message": f"Use {allowed} here", "status": 405}


async def test_head_answers_the_headers_of_get(api: Api):
    got = await api.get("/domains")

    headed = await api.request("HEAD", "/domains")

    assert (headed.status, headed.body) == (200, b"")
    assert headed.headers["Content-Length"] == str(len(got.body))


@pytest.mark.parametrize("asked", ["true", "yes", "1"])
async def test_dns_records_are_shown_with_what_is_known_of_them(api: Api, asked: str):
    plain = (await api.get(f"/domains/{DOMAIN}?dns=no")).json()

    shown = (await api.get(f"/domains/{DOMAIN}?dns={asked}")).json()

    assert list(plain) == ["domain"]
    assert shown["domain"] == plain["domain"]
    sending, receiving = shown["sending_dns_records"], shown["receiving_dns_records"]
    assert [record["record_type"] for record in sending] == ["TXT", "TXT", "TXT", "TXT", "CNAME"]
    assert [(record["record_type"], record["priority"]) for record in receiving] == [("MX", "10")]
    assert sending[0]["value"].startswith("v=spf1 ")
    assert sending[1]["name"].endswith(f"._domainkey.{DOMAIN}")
    # Nobody answers DNS in these tests.
    assert {record["valid"] for record in sending + receiving} == {"unknown"}


async def test_a_domain_is_verified_on_request_and_an_outage_takes_nothing_away(api: Api):
    answer = await api.request("PUT", f"/domains/{DOMAIN}/verify")

    content = answer.json()
    assert (answer.status, content["message"]) == (200, "Domain DNS records have been retrieved")
    assert content["domain"]["state"] == "active"


async def test_only_who_owns_a_domain_can_have_it_looked_up(api: Api, installation: Installation):
    for method, path in (("GET", f"/domains/{FOREIGN_DOMAIN}?dns=true"), ("PUT", f"/domains/{FOREIGN_DOMAIN}/verify")):
        assert (await api.request(method, path)).status == 404
    assert (await api.get(f"/domains/{DOMAIN}?dns=perhaps")).status == 400


async def test_look_ups_are_limited_for_the_account(strict_api: Api):
    answers = [await strict_api.get(f"/domains/{DOMAIN}?dns=true") for _ in range(31)]

    assert [answer.status for answer in answers] == [200] * 30 + [429]


async def test_a_domain_s_limit_is_shown(api: Api, installation: Installation):
    installation.service.run("domain", "limit", PLAIN_DOMAIN, "5000/86400")

    shown = await api.get(f"/domains/{PLAIN_DOMAIN}", key=installation.plain_key)

    assert shown.json()["domain"]["limit"] == "5000/86400"
