"""A customer with one sending domain at a running service: posts, polls, and checks what is delivered."""

import asyncio
import time
from collections.abc import Sequence
from itertools import count
from typing import Any, Self

import aiohttp

from tests.doubles.service import Service
from tests.doubles.standard_webhooks import body_verifies, headers_verify
from tests.doubles.webhook_receiver import Received

DOMAIN = "news.example.com"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/157.0.0.0 Safari/537.36"
)
# Of DigitalOcean, Comcast and Exchange Online Protection.
CLOUD, HOME, MAIL_FILTER = "164.92.241.206", "73.162.14.88", "40.107.22.14"

_numbers = count(1)


def interaction(**fields: object) -> dict[str, object]:
    """Describe a click of a person at home an hour ago, or what `fields` make of it; no two are alike."""
    number = next(_numbers)
    return {
        "event_id": f"event-{number}",
        "ip": HOME,
        "uas": CHROME,
        "recipient_id": f"recipient-{number}",
        "message_id": f"message-{number}",
        "ts": time.time() - 3600,
        **fields,
    }


class Customer:
    """Made beside a running service by its command line; stays of use over the service's restarts."""

    def __init__(self, service: Service) -> None:
        added = service.cli("domain", "add", DOMAIN, "--state", "active", "--enable", "bot-detection")
        self.signing_key: str = added["signing_key"]
        self._key: str = added["sending_key"]
        self._url = service.url

    async def post(self, events: Sequence[dict[str, object]], webhook_url: str) -> str:
        """Post a batch and answer its request id."""
        batch = {"events": list(events), "webhook_url": webhook_url}
        async with self._client.post(f"{self._url}/{DOMAIN}/bot", json=batch) as response:
            assert response.status == 202, await response.text()
            return str((await response.json())["request_id"])

    async def post_single(self, event: dict[str, object]) -> tuple[int, dict[str, Any]]:
        """Post one interaction as a form; answer the status and the body."""
        async with self._client.post(f"{self._url}/{DOMAIN}/bot", data=event) as response:
            return response.status, await response.json()

    async def poll(self, request_id: str) -> tuple[int, dict[str, Any]]:
        """Ask for a result; answer the status and the body."""
        async with self._client.get(f"{self._url}/{DOMAIN}/bot/{request_id}") as response:
            return response.status, await response.json()

    async def result(self, request_id: str, seconds: float = 10) -> dict[str, Any]:
        """Poll until the result is there."""
        async with asyncio.timeout(seconds):
            while (polled := await self.poll(request_id))[0] == 404:  # noqa: ASYNC110 - polling is what is tested.
                await asyncio.sleep(0.05)
        assert polled[0] == 200
        return polled[1]

    async def follow_hidden_link(self, message_id: str, *, ip: str, uas: str) -> None:
        """Visit a honeypot, as a client at `ip`."""
        headers = {"Host": f"email.{DOMAIN}", "User-Agent": uas, "X-Forwarded-For": ip}
        async with self._client.get(f"{self._url}/{message_id}/hclick", headers=headers) as response:
            assert response.status == 200

    def accepts(self, webhook: Received) -> bool:
        """Tell whether both signatures of a webhook are right."""
        return body_verifies(self.signing_key, webhook.body) and headers_verify(
            self.signing_key, webhook.headers, webhook.body, now=time.time()
        )

    async def __aenter__(self) -> Self:
        # A kept connection would not outlive the service's restarts.
        connector = aiohttp.TCPConnector(force_close=True)
        self._client = aiohttp.ClientSession(headers={"ov-token": self._key}, connector=connector)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()
