"""A webhook receiver on loopback that records what it is sent and answers as a script says, well or badly."""

import asyncio
import contextlib
import gzip
import json
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came over the wire; header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    """Loop time, in seconds."""
    connection: int
    """Counts the connections of this receiver from 1."""

    def json(self) -> Any:
        return json.loads(self.body)


Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Writes an answer; the connection is kept open afterwards unless the reply closes it."""


def status(code: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
    """Answer properly."""
    lines = [f"HTTP/1.1 {code} Scripted", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def raw(data: bytes) -> Reply:
    """Answer with these very bytes."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return reply


def cut_off(data: bytes) -> Reply:
    """Answer with these very bytes and close the connection."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        writer.close()
        await writer.wait_closed()

    return reply


def redirect(location: str, code: int = 302) -> Reply:
    """Point elsewhere."""
    return status(code, headers={"Location": location})


def delayed(seconds: float, reply: Reply) -> Reply:
    """Think first."""

    async def late(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await reply(writer)

    return late


async def hang(writer: asyncio.StreamWriter) -> None:
    """Take the request and never say a word."""
    await asyncio.Event().wait()


async def reset(writer: asyncio.StreamWriter) -> None:
    """Cut the connection instead of answering."""
    writer.transport.abort()


def drip(head: bytes, seconds: float = 0.05) -> Reply:
    """Send `head` at once and then a byte at a time, for ever."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(seconds)

    return reply


def endless(head: bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") -> Reply:
    """Send chunks as fast as they are read, for ever."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            await writer.drain()

    return reply


def gzip_bomb(megabytes: int = 64) -> Reply:
    """Answer with a small body that would unpack to a large one."""
    return status(200, gzip.compress(bytes(megabytes << 20)), {"Content-Encoding": "gzip"})


class WebhookReceiver:
    """Serves on `host` while entered, at a free port unless one is given.

    Requests take the replies of `script` in turn, and `default` when it is empty.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None) -> None:
        self.host = host
        self.requests: list[Received] = []
        self.connections = 0
        self.script: deque[Reply] = deque()
        self.default: Reply = status(200)
        self._wanted_port = port
        self._tls = tls
        self._arrived = asyncio.Condition()
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def allow(self) -> str:
        """What INDICIA_EGRESS_ALLOW needs to let requests through."""
        return f"{self.host}:{self.port}"

    def url(self, path: str = "/hook") -> str:
        return f"{'https' if self._tls else 'http'}://{self.host}:{self.port}{path}"

    async def wait_for(self, count: int, seconds: float = 10) -> list[Received]:
        """Wait until `count` requests have come in all."""
        async with asyncio.timeout(seconds), self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= count)
        return self.requests

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, self.host, self._wanted_port, ssl=self._tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in tuple(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.ensure_future(self._serve(reader, writer, self.connections))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                while not writer.is_closing():
                    await self._answer(reader, writer, connection)
        finally:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request_line, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        method, target, _ = request_line.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        at = asyncio.get_running_loop().time()
        self.requests.append(Received(method, target, headers, body, at, connection))
        async with self._arrived:
            self._arrived.notify_all()
        reply = self.script.popleft() if self.script else self.default
        await reply(writer)
