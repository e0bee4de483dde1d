"""The outermost layer of every request: its id, its log line, its metrics, and its last safety net."""

import secrets
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from time import perf_counter
from typing import NamedTuple

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indicia.base.log import get_logger

log = get_logger()

Headers = list[tuple[bytes, bytes]]
_INTERNAL_ERROR = b'{"message":"Internal error; the log has it under this X-Request-Id","status":500}'
_MANY_HOSTS = b'{"message":"A request must name one host","status":400}'
# A server's own name would say which weaknesses to try.
_SERVER = (b"server", b"indicia")


class Way(NamedTuple):
    """An application, and what tells by path whether it answers a request, before any routing."""

    is_for: Callable[[Scope], bool]
    app: ASGIApp


class SwiftWay(NamedTuple):
    """The same for answers that cost less than a log line: they have none, count themselves, and come whole.

    `answer` makes of a request its status, headers and body.
    """

    is_for: Callable[[Scope], bool]
    answer: Callable[[Scope], Awaitable[tuple[int, Headers, bytes]]]


class Front:
    """Sends a request to the public pages or to the API, and answers for both."""

    def __init__(self, api: ASGIApp, *, public: Way, swift: SwiftWay, registry: CollectorRegistry) -> None:
        self._api = api
        self._public = public
        self._swift = swift
        self._swift_ids = _swift_ids()
        self._requests = Counter("indicia_http_requests", "Requests by status", ["kind", "status"], registry=registry)
        self._seconds = Histogram(
            "indicia_http_request_seconds",
            "Time to answer",
            ["kind"],
            buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 1.5, 5.0, 30.0),
            registry=registry,
        )

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request."""
        names_one_host = _names_one_host(scope)
        if names_one_host and self._swift.is_for(scope):
            return self._answer_swiftly(scope, send)
        return self._answer(scope, receive, send, names_one_host=names_one_host)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, *, names_one_host: bool) -> None:
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

    async def _answer_swiftly(self, scope: Scope, send: Send) -> None:
        request_id = next(self._swift_ids)
        try:
            status, headers, body = await self._swift.answer(scope)
        except Exception:
            log.exception("request.failed", method=scope["method"], request_id=request_id.decode())
            status, headers, body = 500, _error_headers(_INTERNAL_ERROR), _INTERNAL_ERROR
        named = [*headers, _SERVER, (b"x-request-id", request_id)]
        await send({"type": "http.response.start", "status": status, "headers": named})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _swift_ids() -> Iterator[bytes]:
    # Numbered, because random ones cost a call of the system each; the start keeps those of another process apart.
    start = secrets.token_hex(4).encode()
    return (b"%s%08x" % (start, number) for number in count())


def _response_headers(kind: str, request_id: str) -> Headers:
    named = [_SERVER, (b"x-request-id", request_id.encode())]
    if kind == "api":
        named += [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
    return named


def _names_one_host(scope: Scope) -> bool:
    # Of two, a proxy in front may go by one and we by the other (RFC 9112 3.2). HTTP/1.0 may name none.
    return [name for name, _ in scope["headers"]].count(b"host") <= 1


def _error_headers(body: bytes) -> Headers:
    return [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]


async def _answer_error(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _error_headers(body)})
    await send({"type": "http.response.body", "body": body})
