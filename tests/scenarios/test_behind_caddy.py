"""Tracking hosts behind the Caddyfile of docs/operations.md: certificates on demand, for our hosts alone."""

import aiohttp
import pytest

from tests.doubles.caddy import Caddy
from tests.doubles.sent_mail import SentMail
from tests.doubles.service import Service
from tests.doubles.visitor import VISITOR, visit

DOMAIN = "news.example.com"
HOST = f"email.{DOMAIN}"


@pytest.fixture
async def behind(tmp_path):
    with Service(tmp_path / "service", TRUSTED_PROXIES="127.0.0.1/32") as service:
        service.cli("domain", "add", DOMAIN, "--state", "active")
        async with Caddy(service.port) as caddy, SentMail(service.directory / "data", service.url) as mail:
            yield Behind(caddy, mail)


class Behind:
    """A service and the proxy in front of it."""

    def __init__(self, caddy, mail) -> None:
        self.caddy, self.mail = caddy, mail

    async def get(self, host, path, **headers):
        return await visit(self.caddy.port, host, path, self.caddy.client(), headers)


async def test_a_tracking_host_gets_its_certificate_when_it_is_first_asked_for(behind):
    (copy,) = await behind.mail.send(DOMAIN, "ann@example.org", message_id="a@x")

    path = "/c/" + copy.links.link(1, "https://shop.example/").rpartition("/")[2]

    assert await behind.get(HOST, path) == (302, "https://shop.example/")


async def test_a_host_that_is_not_ours_gets_none(behind):
    for host in ("email.rival.example.net", DOMAIN, "elsewhere.example"):
        with pytest.raises(aiohttp.ClientConnectorError):
            await behind.get(host, "/")

    assert behind.caddy.certified == {"indicia.example.com"}


async def test_what_a_client_says_of_its_own_address_is_never_believed(behind):
    (copy,) = await behind.mail.send(DOMAIN, "eve@example.org", message_id="e@x")
    path = "/o/" + copy.links.pixel().rpartition("/")[2]

    forged = {"X-Forwarded-For": "203.0.113.9, 127.0.0.1", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    status, _ = await behind.get(HOST, path, **forged)

    (hit,) = await behind.mail.hits(copy.recipient.id)
    assert (status, hit.ip) == (200, VISITOR)


async def test_metrics_and_the_question_about_hosts_stay_inside(behind):
    assert await behind.get(HOST, "/metrics") == (403, None)
    assert await behind.get(HOST, f"/tracking-hosts?domain={HOST}") == (404, None)
    assert await behind.get("indicia.example.com", "/metrics") == (403, None)
    assert await behind.get("indicia.example.com", "/readyz") == (200, None)
