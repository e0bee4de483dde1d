"""A customer's webhook receiver, which checks both signatures with nothing but the standard library."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web


@dataclass(slots=True)
class Receiver:
    """Serves on a free port of loopback while entered, and keeps the first result and all events that come."""

    _arrived: asyncio.Future[tuple[dict[str, str], bytes]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    _events: list[dict[str, Any]] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _runner: web.AppRunner | None = None
    port: int = 0

    async def webhook(self, timeout_seconds: float) -> tuple[dict[str, str], bytes]:
        """Wait for the webhook with results: its headers, names in lower case, and its body."""
        return await asyncio.wait_for(self._arrived, timeout_seconds)

    async def events(
        self, is_complete: Callable[[list[dict[str, Any]]], bool], timeout_seconds: float
    ) -> list[dict[str, Any]]:
        """Wait until the events that came are complete, and answer them."""
        async with asyncio.timeout(timeout_seconds), self._news:
            await self._news.wait_for(lambda: is_complete(self._events))
            return list(self._events)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=16 << 20)
        app.router.add_post("/results", self._take)
        app.router.add_post("/events", self._take_event)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not self._arrived.done():
            self._arrived.set_result(({name.lower(): value for name, value in request.headers.items()}, body))
        return web.Response()

    async def _take_event(self, request: web.Request) -> web.Response:
        payload = read_payload(await request.read())
        async with self._news:
            self._events.append(payload["event-data"])
            self._news.notify_all()
        return web.Response()


def body_signature_is_right(signing_key: str, payload: dict[str, Any]) -> bool:
    """Check the `signature` object of the payload, which vouches for the sender."""
    signature = payload["signature"]
    message = f"{signature['timestamp']}{signature['token']}"
    expected = hmac.new(signing_key.encode(), message.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature["signature"])


def header_signature_is_right(signing_key: str, headers: dict[str, str], body: bytes) -> bool:
    """Check the Standard Webhooks headers, which vouch for every byte."""
    secret = base64.b64decode(signing_key.removeprefix("whsec_"))
    message = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(secret, message, hashlib.sha256)).decode()
    return any(hmac.compare_digest(expected, shown) for shown in headers["webhook-signature"].split())


def read_payload(body: bytes) -> dict[str, Any]:
    """Read a webhook's JSON."""
    payload: dict[str, Any] = json.loads(body)
    return payload
