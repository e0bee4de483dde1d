"""Somebody follows hidden links without end, each another one from another address: `make flood`.

Half of them are honeypots of the bot API, whose ids anybody can invent. Half are sealed links, as if every copy of a
huge mailing had been swept. Meanwhile one scanner and some people follow links of real mail.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
from yarl import URL

from tests.doubles.sent_mail import SentCopy, SentMail
from tests.doubles.service import Service

DOMAIN = "news.example.com"
PEOPLE = 40
_CONNECTIONS = 64
_PATIENCE_SECONDS = 120.0
_FIRST_UNKNOWN_RECIPIENT = 10_000_000
_SCANNER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36"
)
_PERSON = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 "
    "Mobile/15E148 Safari/604.1"
)
_SCANNER_IP = "51.15.20.30"


class Flooded(NamedTuple):
    """What a flood did.

    Attributes:
        visits: How many hidden links were followed, each once.
        early_mib: Resident memory of all processes after a fifth of them.
        late_mib: The same once everything of the flood was worked off.
        slowest_seconds: The longest that a person waited for a link during the flood.
        machine: The event of the scanner's click after the flood.
        people: The events of the people's clicks during it.
    """

    visits: int
    early_mib: float
    late_mib: float
    slowest_seconds: float
    machine: dict[str, Any]
    people: list[dict[str, Any]]


async def flood(directory: Path, visits: int) -> Flooded:
    """Run one against a service of its own."""
    settings = {"TRUSTED_PROXIES": "127.0.0.1/32", "LOG_LEVEL": "warning", "SETTLE_SECONDS": "1"}
    service = Service(directory, **settings)
    await asyncio.to_thread(service.start)
    try:
        add = ("domain", "add", DOMAIN, "--state", "active", "--enable", "bot-detection")
        await asyncio.to_thread(service.cli, *add)
        async with SentMail(directory / "data", service.url) as mail:
            return await _Flood(service, mail, visits).run()
    finally:
        await asyncio.to_thread(service.stop)


class _Flood:
    def __init__(self, service: Service, mail: SentMail, visits: int) -> None:
        self._service = service
        self._mail = mail
        self._visits = visits

    async def run(self) -> Flooded:
        (swept,) = await self._mail.send(DOMAIN, "swept@example.org", message_id="swept@x")
        read = await self._mail.send(DOMAIN, *[f"p{n}@example.org" for n in range(PEOPLE)], message_id="read@x")
        async with aiohttp.ClientSession() as session:
            await self._visit(session, swept.links.hidden_link(1, "https://x.example/"), _SCANNER_IP, _SCANNER)
            requests = self._requests(swept)
            await self._follow(requests, self._visits // 5)
            early = self._memory_mib()
            people = asyncio.create_task(self._read(session, read))
            await self._follow(requests, self._visits - self._visits // 5)
            slowest = await people
            await self._visit(session, swept.links.link(1, "https://x.example/"), _SCANNER_IP, _SCANNER)
        clicks = await self._clicks(1 + PEOPLE)
        (machine,) = [event for event in clicks if event["recipient"] == "swept@example.org"]
        persons = [event for event in clicks if event is not machine]
        return Flooded(self._visits, early, self._memory_mib(), slowest, machine, persons)

    def _requests(self, copy: SentCopy) -> Iterator[bytes]:
        """Write requests for ever other hidden links, each from another address and by another agent."""
        for number in range(self._visits):
            path = (
                f"/{DOMAIN}/flood-{number}/hclick"
                if number % 2
                else copy.links._replace(
                    base_url=f"/{DOMAIN}", recipient_id=_FIRST_UNKNOWN_RECIPIENT + number
                ).hidden_link(1, "https://x.example/")
            )
            address = f"45.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            yield (
                f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {address}\r\n"
                f"User-Agent: Agent/{number}\r\n\r\n"
            ).encode()

    async def _follow(self, requests: Iterator[bytes], count: int) -> None:
        left = iter(range(count))
        loop = asyncio.get_running_loop()
        done = [loop.create_future() for _ in range(_CONNECTIONS)]
        for each in done:
            await loop.create_connection(
                lambda each=each: _Follower(requests, left, each), "127.0.0.1", self._service.port
            )
        await asyncio.gather(*done)

    async def _read(self, session: aiohttp.ClientSession, copies: list[SentCopy]) -> float:
        """Have people click during the flood; answer how long one of them waited at most."""
        loop, slowest = asyncio.get_running_loop(), 0.0
        for number, copy in enumerate(copies):
            began = loop.time()
            await self._visit(session, copy.links.link(1, "https://x.example/"), f"156.17.{number}.170", _PERSON)
            slowest = max(slowest, loop.time() - began)
        return slowest

    @staticmethod
    async def _visit(session: aiohttp.ClientSession, url: str, ip: str, agent: str) -> None:
        headers = {"X-Forwarded-For": ip, "User-Agent": agent, "Accept-Language": "en"}
        async with session.get(URL(url, encoded=True), headers=headers, allow_redirects=False) as answer:
            assert answer.status == 302, answer.status

    async def _clicks(self, count: int) -> list[dict[str, Any]]:
        deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while len(found := await self._mail.events(DOMAIN, "clicked")) < count:
            assert asyncio.get_running_loop().time() < deadline, f"{len(found)} of {count} clicks were reported"
            await asyncio.sleep(0.2)
        return found

    def _memory_mib(self) -> float:
        kib = 0
        for process in (self._service.pid, *self._service.servers):
            lines = Path(f"/proc/{process}/status").read_text().splitlines()
            kib += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
        return kib / 1024


class _Follower(asyncio.Protocol):
    """One connection that asks again as soon as it is answered, while others leave something to ask."""

    def __init__(self, requests: Iterator[bytes], left: Iterator[int], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._left = left
        self._done = done
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("the service hung up"))

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, separator, body = self._answer.partition(b"\r\n\r\n")
        if separator and len(body) >= int(head.lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0]):
            assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 302")), head
            self._answer = b""
            self._ask()

    def _ask(self) -> None:
        if next(self._left, None) is None:
            self._done.set_result(None)
            self._transport.close()
        else:
            self._transport.write(next(self._requests))


def main() -> int:
    """Run a long one; answer 1 where memory grew with it, or somebody was taken for what they are not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=1_000_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="indicia-flood-") as directory:
        flooded = asyncio.run(flood(Path(directory), wanted.visits))
    misjudged = [event for event in flooded.people if event["client-info"]["suspected-bot"]]
    is_found = flooded.machine["client-info"]["suspected-bot"]
    print(
        f"{flooded.visits:,} hidden links followed; {flooded.early_mib:.0f} MiB after a fifth of them, "
        f"{flooded.late_mib:.0f} MiB at the end; people waited {flooded.slowest_seconds:.2f} s at most, "
        f"{len(misjudged)} of {PEOPLE} taken for machines; the scanner {'found' if is_found else 'NOT found'}"
    )
    return 0 if is_found and not misjudged and flooded.late_mib < 1.25 * flooded.early_mib else 1


if __name__ == "__main__":
    sys.exit(main())
