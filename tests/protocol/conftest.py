"""What the tests of webhook deliveries share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.doubles.dns_zone import DnsZone
from tests.doubles.webhook_receiver import WebhookReceiver
from tests.doubles.webhook_worker import WebhookWorker


@pytest.fixture
async def zone() -> AsyncIterator[DnsZone]:
    async with DnsZone() as zone:
        yield zone


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture
async def worker(tmp_path: Path, zone: DnsZone) -> AsyncIterator[WebhookWorker]:
    async with WebhookWorker(tmp_path, zone.address) as worker:
        yield worker
