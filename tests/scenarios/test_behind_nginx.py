"""Tracking hosts behind the nginx of docs/operations.md: each with its certificate, and nobody's address forged."""

import shutil
import ssl

import aiohttp
import pytest

from tests.doubles.certificates import CertificateAuthority
from tests.doubles.nginx import Nginx
from tests.doubles.sent_mail import SentMail
from tests.doubles.service import Service
from tests.doubles.visitor import VISITOR, visit

DOMAIN, OTHER = "news.example.com", "rival.example.net"


@pytest.fixture
async def behind(tmp_path):
    with Service(tmp_path / "service", TRUSTED_PROXIES="127.0.0.1/32") as service:
        for name, account in ((DOMAIN, "ours"), (OTHER, "theirs")):
            service.cli("domain", "add", name, "--account", account, "--state", "active")
        authority = CertificateAuthority(tmp_path)
        async with Nginx(service.port) as nginx, SentMail(service.directory / "data", service.url) as mail:
            yield Behind(service, authority, nginx, mail)


class Behind:
    """A service, the proxy in front of it, and a browser that finds every host there."""

    def __init__(self, service, authority, nginx, mail) -> None:
        self.service, self.nginx, self.mail = service, nginx, mail
        self._authority = authority

    def certify(self, host):
        shutil.copy(self._authority.server_file(host), self.nginx.certificates / f"{host}.pem")

    async def get(self, host, path, **headers):
        return await visit(self.nginx.port, host, path, self._authority.client(), headers)


async def test_a_new_host_needs_a_certificate_and_no_reload(behind):
    (copy,) = await behind.mail.send(DOMAIN, "ann@example.org", message_id="a@x")
    path = "/c/" + copy.links.link(1, "https://shop.example/").rpartition("/")[2]
    host = f"email.{DOMAIN}"
    with pytest.raises((aiohttp.ClientError, ssl.SSLError)):
        await behind.get(host, path)

    behind.certify(host)

    assert await behind.get(host, path) == (302, "https://shop.example/")


async def test_a_link_leads_nowhere_at_another_domain_s_host(behind):
    (copy,) = await behind.mail.send(DOMAIN, "bob@example.org", message_id="b@x")
    behind.certify(f"email.{OTHER}")

    status, _ = await behind.get(f"email.{OTHER}", "/c/" + copy.links.link(1, "https://x.example/").rpartition("/")[2])

    assert status == 404


async def test_what_a_client_says_of_its_own_address_is_never_believed(behind):
    (copy,) = await behind.mail.send(DOMAIN, "eve@example.org", message_id="e@x")
    host = f"email.{DOMAIN}"
    behind.certify(host)
    path = "/o/" + copy.links.pixel().rpartition("/")[2]

    forged = {"X-Forwarded-For": "203.0.113.9, 127.0.0.1", "X-Real-IP": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    await behind.get(host, path, **forged)

    (hit,) = await behind.mail.hits(copy.recipient.id)
    assert hit.ip == VISITOR


async def test_metrics_and_the_question_about_hosts_stay_inside(behind):
    host = f"email.{DOMAIN}"
    behind.certify(host)

    assert await behind.get(host, "/metrics") == (403, None)
    assert await behind.get(host, f"/tracking-hosts?domain={host}") == (403, None)


async def test_only_a_proxy_learns_which_hosts_there_are(behind):
    async def ask(domain, **headers):
        async with aiohttp.ClientSession() as session:
            url = f"{behind.service.url}/tracking-hosts?domain={domain}"
            async with session.get(url, headers=headers) as answer:
                return answer.status

    passed_on = {"X-Forwarded-For": "192.0.2.1"}
    assert await ask(f"email.{DOMAIN}") == 200
    assert await ask(f"email.{DOMAIN}", **passed_on) == 404
    assert await ask("email.unknown.example") == 404
    assert await ask(DOMAIN) == 404
