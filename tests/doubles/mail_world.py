"""A service that sends, a mail host for dest.test that it finds by DNS, and a receiver of webhooks."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service
from tests.doubles.smtp_peer import SmtpPeer
from tests.doubles.webhook_receiver import WebhookReceiver

DOMAIN = "news.example.com"


class MailWorld:
    """All of it, while entered; `added` is what `domain add` printed for `DOMAIN`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._entered = AsyncExitStack()

    async def __aenter__(self) -> Self:
        zone = await self._entered.enter_async_context(DnsZone())
        self.peer = await self._entered.enter_async_context(SmtpPeer())
        self.receiver = await self._entered.enter_async_context(WebhookReceiver())
        zone.answer("dest.test", "MX", ["10 mx.dest.test"])
        zone.answer("mx.dest.test", "A", ["127.0.0.1"])
        self.service = Service(
            self._directory, DNS_SERVERS=zone.address, SMTP_PORT=str(self.peer.port), RATE_LIMITS="off"
        )
        await asyncio.to_thread(self.service.start)
        self._entered.push_async_callback(asyncio.to_thread, self.service.stop)
        self.added: dict[str, Any] = await asyncio.to_thread(
            self.service.cli, "domain", "add", DOMAIN, "--state", "active"
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._entered.aclose()
