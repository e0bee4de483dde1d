"""Measure what answering tracking addresses costs: pixel, click and hidden link, durable before the answer.

`indicia api` runs as it does for operators. Beside it, in the same run, stand a bare ASGI handler in the same server,
which answers the same pixel and does nothing else; the same handler waiting for a timer once, as whoever answers after
a commit has to; and nginx, if it is installed, serving a pixel from memory. Load comes over kept connections. What
counts is requests per second of the server's processor time, because the load takes its share of the machine.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from indicia.base.clock import system_clock
from indicia.entrypoints.public.answers import PIXEL
from indicia.storage.sqlite import SqliteDatabase
from indicia.storage.vault import open_vault
from indicia.tracking.keys import Keyring
from indicia.tracking.links import CopyLinks
from indicia.tracking.recording import GROWING_SECONDS

DOMAIN = "news.example.com"
GOAL = 0.6
BARE, WAITING = "bare handler", "bare handler that waits once"
_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 "
    "Mobile/15E148 Safari/604.1"
)
# What waits does so for as long as a group of hits is given to grow.
_BARE = """
import asyncio

PIXEL = {pixel!r}
HEADERS = [(b"content-type", b"image/gif"), (b"content-length", str(len(PIXEL)).encode())]


waiting = []


async def nothing():
    pass


async def a_timer():
    loop = asyncio.get_running_loop()
    if not waiting:
        loop.call_later({growing_seconds}, wake)
    waiting.append(loop.create_future())
    await waiting[-1]


def wake():
    woken = waiting[:]
    waiting.clear()
    for future in woken:
        future.set_result(None)


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({{"type": "lifespan.startup.complete"}})
        await send({{"type": "lifespan.shutdown.complete"}})
        return
    await {wait}()
    await send({{"type": "http.response.start", "status": 200, "headers": HEADERS}})
    await send({{"type": "http.response.body", "body": PIXEL}})
"""
_SERVER = """
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
Granian("bare:app", address="127.0.0.1", port={port}, interface=Interfaces.ASGI, workers=1, loop=Loops.uvloop,
        http=HTTPModes.http1, websockets=False, log_enabled=False).serve()
"""
_NGINX = """
worker_processes 1;
daemon off;
pid {directory}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy; fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;
    keepalive_requests 1000000000;
    server {{ listen 127.0.0.1:{port}; location / {{ empty_gif; }} }}
}}
"""


class Measured(NamedTuple):
    """One kind of request at one server."""

    requests: int
    seconds: float
    cpu_seconds: float
    slowest_ms: float

    @property
    def per_cpu_second(self) -> float:
        """Requests for each second of the server's processor time."""
        return self.requests / self.cpu_seconds


class Client(asyncio.Protocol):
    """One kept connection that asks again as soon as it is answered."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Event, took: list[float]) -> None:
        self._requests = requests
        self._done = done
        self._took = took
        self._transport: asyncio.Transport | None = None
        self._answer = b""
        self._asked_at = 0.0
        self.count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Take an answer, and ask again."""
        self._answer += data
        head, separator, body = self._answer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 302")), head
        self._answer = b""
        self.count += 1
        self._took.append(time.perf_counter() - self._asked_at)
        if not self._done.is_set():
            self._ask()

    def _ask(self) -> None:
        assert self._transport is not None
        self._asked_at = time.perf_counter()
        self._transport.write(next(self._requests))


async def load(port: int, pid: int, requests: Iterator[bytes], seconds: float, connections: int) -> Measured:
    """Ask for `seconds` over so many connections, after a second to warm up."""
    loop = asyncio.get_running_loop()
    done, took = asyncio.Event(), []
    clients = []
    for _ in range(connections):
        _, client = await loop.create_connection(lambda: Client(requests, done, took), "127.0.0.1", port)
        clients.append(client)
    await asyncio.sleep(1.0)
    took.clear()
    before, cpu_before, began = sum(client.count for client in clients), cpu_seconds(pid), time.perf_counter()
    await asyncio.sleep(seconds)
    after, cpu_after, ended = sum(client.count for client in clients), cpu_seconds(pid), time.perf_counter()
    done.set()
    await asyncio.sleep(0.3)
    slowest = sorted(took)[int(len(took) * 0.99)]
    return Measured(after - before, ended - began, cpu_after - cpu_before, 1000 * slowest)


def cpu_seconds(pid: int) -> float:
    """Sum user and system time of a process and its children."""
    total = 0
    for number in [pid, *_children(pid)]:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    children = [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [descendant for child in children for descendant in _children(child)]


@contextlib.contextmanager
def process(command: list[str], directory: Path, port: int, **environment: str) -> Iterator[int]:
    """Run a server until it has answered once and its load is over."""
    server = subprocess.Popen(
        command, cwd=directory, env={"PATH": os.environ["PATH"], **environment}, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(400):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def request(path: str) -> bytes:
    """Write a request with the headers that a telephone sends."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: email.{DOMAIN}\r\nUser-Agent: {_AGENT}\r\nAccept: */*\r\n"
        "Accept-Language: en-GB,en;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n"
    ).encode()


def addresses(links: CopyLinks, kind: str) -> Iterator[bytes]:
    """Write requests for the addresses of ever new copies."""
    recipient = 1_000_000
    while True:
        recipient += 1
        copy = links._replace(recipient_id=recipient)
        if kind == "pixel":
            yield request(copy.pixel())
        elif kind == "click":
            yield request(copy.link(1 + recipient % 20, f"https://shop.example.com/p/{recipient % 50}?utm_source=news"))
        else:
            yield request(copy.hidden_link(1, "https://shop.example.com/p/1?utm_source=news"))


async def open_keyring(data_dir: Path) -> Keyring:
    database = SqliteDatabase(data_dir / "indicia.sqlite3")
    try:
        return await Keyring.open(database, open_vault(data_dir / "secret.key"), system_clock)
    finally:
        await database.close()


class Server(NamedTuple):
    """A running server and the kinds of requests that it is asked."""

    port: int
    pid: int
    kinds: dict[str, Iterator[bytes]]


def bare(directory: Path, running: contextlib.ExitStack, kind: str, wait: str) -> Server:
    """Start the bare handler, which waits for `nothing` or for `a_timer`."""
    port = free_port()
    place = directory / wait
    place.mkdir()
    (place / "bare.py").write_text(_BARE.format(pixel=PIXEL, wait=wait, growing_seconds=GROWING_SECONDS))
    (place / "serve.py").write_text(_SERVER.format(port=port))
    pid = running.enter_context(process([sys.executable, "serve.py"], place, port))
    return Server(port, pid, {kind: itertools.repeat(request("/o/x"))})


def nginx(directory: Path, running: contextlib.ExitStack) -> list[Server]:
    """Start nginx, if it is installed."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        return []
    port = free_port()
    (directory / "nginx.conf").write_text(_NGINX.format(port=port, directory=directory))
    command = [program, "-p", str(directory), "-c", str(directory / "nginx.conf")]
    pid = running.enter_context(process(command, directory, port))
    return [Server(port, pid, {"nginx empty_gif": itertools.repeat(request("/o/x"))})]


def indicia(directory: Path, running: contextlib.ExitStack) -> Server:
    """Start Indicia's API on an empty store, with one domain."""
    port = free_port()
    environment = {
        "INDICIA_DATA_DIR": str(directory / "data"),
        "INDICIA_LISTEN": f"127.0.0.1:{port}",
        "INDICIA_RATE_LIMITS": "off",
        "INDICIA_DNS_SERVERS": "127.0.0.1:9",
        "INDICIA_LOG_LEVEL": "warning",
    }
    add = [sys.executable, "-m", "indicia", "domain", "add", DOMAIN, "--state", "active"]
    subprocess.run(add, check=True, cwd=directory, env={"PATH": os.environ["PATH"], **environment}, capture_output=True)
    keyring = asyncio.run(open_keyring(directory / "data"))
    links = CopyLinks(keyring.sealing, "", DOMAIN, 1, "ann@example.org")
    pid = running.enter_context(process([sys.executable, "-m", "indicia", "api"], directory, port, **environment))
    return Server(port, pid, {name: addresses(links, name) for name in ("pixel", "click", "hidden link")})


def main() -> None:
    """Ask all servers in turns, so that whatever else the machine does disturbs them alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each kind is asked for in each round")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--connections", type=int, default=256)
    options = parser.parse_args()
    measured: dict[str, list[Measured]] = {}
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as running:
        directory = Path(name)
        servers = [
            bare(directory, running, BARE, "nothing"),
            bare(directory, running, WAITING, "a_timer"),
            indicia(directory, running),
            *nginx(directory, running),
        ]
        for _ in range(options.rounds):
            for server in servers:
                for kind, requests in server.kinds.items():
                    one = asyncio.run(load(server.port, server.pid, requests, options.seconds, options.connections))
                    measured.setdefault(kind, []).append(one)
    show({kind: together(rounds) for kind, rounds in measured.items()})


def together(rounds: list[Measured]) -> Measured:
    """Add up the rounds; of the slowest, the median."""
    slowest = sorted(one.slowest_ms for one in rounds)[len(rounds) // 2]
    return Measured(
        sum(one.requests for one in rounds),
        sum(one.seconds for one in rounds),
        sum(one.cpu_seconds for one in rounds),
        slowest,
    )


def show(measured: dict[str, Measured]) -> None:
    """Print the table, and what was aimed at."""
    yardstick = measured[BARE].per_cpu_second
    print("| | requests/s | per CPU second | to the bare handler | p99 ms |\n|---|---|---|---|---|")
    for kind, one in measured.items():
        ratio, rate = one.per_cpu_second / yardstick, one.requests / one.seconds
        print(f"| {kind} | {rate:,.0f} | {one.per_cpu_second:,.0f} | {ratio:.2f} | {one.slowest_ms:.1f} |")
    for kind in ("pixel", "click", "hidden link"):
        is_reached = measured[kind].per_cpu_second >= GOAL * yardstick
        print(f"{'✓' if is_reached else '✗'} {kind}: at least {GOAL} of the bare handler")


if __name__ == "__main__":
    main()
