"""A customer who submits over a few connections that stay open, written to cost as little as it can."""

import asyncio
import time
from collections.abc import Iterator
from typing import NamedTuple, cast

AT_ONCE = 20
_BOUNDARY = b"----a-boundary-of-this-benchmark"
_LINE = b"The quick brown fox jumps over the lazy dog, and then it writes an email.\r\n"


class Endpoint(NamedTuple):
    """Where messages are posted, and as whom."""

    port: int
    path: str
    key: str


class Refused(Exception):  # noqa: N818 - it is the answer's, not ours.
    """An answer was not 200."""


def text_of(size: int) -> bytes:
    """Write a text of that many bytes in lines such as people's."""
    return (_LINE * (size // len(_LINE) + 1))[: size - 2] + b"\r\n"


def request(endpoint: Endpoint, fields: dict[str, bytes]) -> bytes:
    """Write a request with these fields as multipart/form-data."""
    parts = b"".join(
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (_BOUNDARY, name.encode(), value)
        for name, value in fields.items()
    )
    body = parts + b"--" + _BOUNDARY + b"--\r\n"
    head = (
        f"POST {endpoint.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nov-token: {endpoint.key}\r\n"
        f"Content-Type: multipart/form-data; boundary={_BOUNDARY.decode()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def submit(port: int, requests: Iterator[bytes], *, at_once: int = AT_ONCE) -> list[float]:
    """Send all `requests`, so many at once; answer how many seconds each took to its 200.

    Raises:
        Refused: An answer was another.
    """
    took: list[float] = []
    loop = asyncio.get_running_loop()
    connections = [_Connection(requests, took, loop.create_future()) for _ in range(at_once)]
    for connection in connections:
        await loop.create_connection(lambda connection=connection: connection, "127.0.0.1", port)
    try:
        await asyncio.gather(*(connection.done for connection in connections))
    finally:
        for connection in connections:
            connection.close()
    return took


class _Connection(asyncio.Protocol):
    """Sends the next request as soon as the last one is answered."""

    def __init__(self, requests: Iterator[bytes], took: list[float], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._took = took
        self._answer = b""
        self.done = done

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is none by type.
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, end, body = self._answer.partition(b"\r\n\r\n")
        # Every answer ends with its JSON object.
        if not end or not body.endswith(b"}"):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._fail(Refused(self._answer.decode()))
            return
        self._took.append(time.perf_counter() - self._began)
        self._answer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionError("the service closed a connection"))

    def close(self) -> None:
        self._transport.close()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self.done.done():
                self.done.set_result(None)
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def _fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)
