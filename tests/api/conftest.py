"""One running service for most tests of the API, with two accounts that must not see each other."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.api.client import Api
from tests.doubles.service import Service
from tests.doubles.webhook_receiver import WebhookReceiver

DOMAIN = "news.example.com"
PLAIN_DOMAIN = "plain.example.com"
"""Of the same account, without bot detection."""
FOREIGN_DOMAIN = "rival.example.net"
"""Of another account."""
CONTACT = "help@operator.example"


class Installation(NamedTuple):
    """The service and what its command line printed; `foreign` keys are the other account's."""

    service: Service
    sending_key: str
    primary_key: str
    signing_key: str
    plain_key: str
    foreign_key: str

    @property
    def data_dir(self) -> Path:
        """Where its store and its secrets lie."""
        return self.service.directory / "data"


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("service")
    with Service(directory, SETTLE_SECONDS="0", RATE_LIMITS="off", CONTACT=CONTACT) as service:
        ours = service.cli(*_domain_add(DOMAIN, "ours"), "--enable", "bot-detection")
        plain = service.cli(*_domain_add(PLAIN_DOMAIN, "ours"))
        theirs = service.cli(*_domain_add(FOREIGN_DOMAIN, "theirs"), "--enable", "bot-detection")
        yield Installation(
            service,
            sending_key=ours["sending_key"],
            primary_key=ours["primary_key"],
            signing_key=ours["signing_key"],
            plain_key=plain["sending_key"],
            foreign_key=theirs["primary_key"],
        )


@pytest.fixture
async def api(installation: Installation) -> AsyncIterator[Api]:
    """A client with the sending key of `DOMAIN`."""
    async with Api(installation.service.url, installation.sending_key) as api:
        yield api


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A second service, with rate limits, a settle window, and this machine as a trusted proxy."""
    directory = tmp_path_factory.mktemp("strict")
    with Service(directory, RATE_LIMITS="on", SETTLE_SECONDS="2", TRUSTED_PROXIES="127.0.0.1/32") as service:
        service.cli(*_domain_add(DOMAIN, "ours"), "--enable", "bot-detection")
        yield service


@pytest.fixture
async def strict_api(strict: Service) -> AsyncIterator[Api]:
    """A client of the strict service, with a key of its own, so that tests use up no limit of another."""
    created = strict.cli("key", "create", "--role", "sending", "--domain", DOMAIN)
    async with Api(strict.url, created["key"]) as api:
        yield api


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver() as receiver:
        yield receiver


def _domain_add(name: str, account: str) -> list[str]:
    return ["domain", "add", name, "--account", account, "--state", "active"]
