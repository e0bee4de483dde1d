"""The outermost layer of every request: its id, its log line, its metrics, and its last safety net."""

import secrets
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indicia.base.log import get_logger

log = get_logger()

_INTERNAL_ERROR = b'{"message":"Internal error; the log has it under this X-Request-Id","status":500}'
_MANY_HOSTS = b'{"message":"A request must name one host","status":400}'


class Way(NamedTuple):
    """An application, and what tells by path whether it answers a request, before any routing."""

    is_for: Callable[[Scope], bool]
    app: ASGIApp


class Front:
    """Sends a request to the public pages or to the API, and answers for both."""

    def __init__(self, api: ASGIApp, *, public: Way, swift: Way, registry: CollectorRegistry) -> None:
        """Take `swift`, whose answers cost less than a log line would, and so have none and count themselves."""
        self._api = api
        self._public = public
        self._swift = swift
        self._requests = Counter("indicia_http_requests", "Requests by status", ["kind", "status"], registry=registry)
        self._seconds = Histogram(
            "indicia_http_request_seconds",
            "Time to answer",
            ["kind"],
            buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 1.5, 5.0, 30.0),
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        names_one_host = _names_one_host(scope)
        if names_one_host and self._swift.is_for(scope):
            await self._answer_swiftly(scope, receive, send)
            return
        started = perf_counter()
        request_id = secrets.token_hex(8)
        kind = "public" if names_one_host and self._public.is_for(scope) else "api"
        status = 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *_response_headers(kind, request_id)]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                if names_one_host:
                    await (self._public.app if kind == "public" else self._api)(scope, receive, send_named)
                else:
                    await _answer_error(send_named, 400, _MANY_HOSTS)
            except Exception:
                log.exception("request.failed", method=scope["method"])
                if status == 0:
                    await _answer_error(send_named, 500, _INTERNAL_ERROR)
            elapsed = perf_counter() - started
            log.info("request.answered", method=scope["method"], status=status, ms=round(elapsed * 1000, 1), kind=kind)
        self._requests.labels(kind, status).inc()
        self._seconds.labels(kind).observe(elapsed)

    async def _answer_swiftly(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = secrets.token_hex(8)

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                named = _response_headers("public", request_id)
                message = {**message, "headers": [*message["headers"], *named]}
            await send(message)

        try:
            await self._swift.app(scope, receive, send_named)
        except Exception:
            # The server ends a connection whose application failed, which is the answer.
            log.exception("request.failed", method=scope["method"], request_id=request_id)


def _response_headers(kind: str, request_id: str) -> list[tuple[bytes, bytes]]:
    # A server's own name would say which weaknesses to try.
    named = [(b"server", b"indicia"), (b"x-request-id", request_id.encode())]
    if kind == "api":
        named += [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    return named


def _names_one_host(scope: Scope) -> bool:
    # Of two, a proxy in front may go by one and we by the other (RFC 9112 3.2). HTTP/1.0 may name none.
    return [name for name, _ in scope["headers"]].count(b"host") <= 1


async def _answer_error(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
