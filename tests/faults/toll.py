"""A customer who posts without end while processes are killed, and what that cost in the end."""

import asyncio
import contextlib
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple, Self

import aiohttp
import msgspec

from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service, ServiceError
from tests.doubles.smtp_peer import Session, SmtpPeer, reply

DOMAIN = "news.example.com"
# The share of one site, see delivery/sites.py: no more sessions are open at once.
MOST_SESSIONS = 20
_CLIENTS = 8
# Long enough that some sessions are between the final dot and its reply whenever a process ends.
_DOT_SECONDS = 0.01
_PATIENCE_SECONDS = 120.0


class Toll(NamedTuple):
    """What a campaign cost.

    Attributes:
        kills: How many times something was killed.
        accepted: Recipients whose message was answered 200.
        lost: Those of them whose copy never came.
        duplicates: Copies beyond the first of each recipient.
        unflagged: Recipients with several copies of which no event says so.
        flagged: Recipients whose events say that there may be several.
        untold: Accepted recipients without exactly one `delivered` event.
    """

    kills: int
    accepted: int
    lost: set[str]
    duplicates: int
    unflagged: set[str]
    flagged: int
    untold: set[str]


class Customer:
    """Posts one message after another over a few connections, and writes down which were answered 200."""

    def __init__(self, service: Service, key: str, accepted: Path) -> None:
        self._service = service
        self._headers = {"ov-token": key}
        self._path = accepted
        self._number = 0
        self.accepted: list[str] = []

    async def __aenter__(self) -> Self:
        self._file = self._path.open("a", encoding="utf-8")
        self._session = aiohttp.ClientSession(headers=self._headers)
        self._posting = [asyncio.create_task(self._post_forever()) for _ in range(_CLIENTS)]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._posting:
            task.cancel()
        await asyncio.gather(*self._posting, return_exceptions=True)
        await self._session.close()
        self._file.close()

    async def until_accepted(self, count: int) -> None:
        """Wait until so many were accepted in all."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(self.accepted) < count:  # noqa: ASYNC110 - posting need not count for it.
                await asyncio.sleep(0.005)

    async def _post_forever(self) -> None:
        while True:
            self._number += 1
            to = f"r{self._number}@b.test"
            mail = {"from": f"news@{DOMAIN}", "to": to, "subject": f"To {to}", "text": "Hello."}
            # Of what is not answered nobody knows; a kill cuts some off.
            with contextlib.suppress(aiohttp.ClientError):
                async with self._session.post(f"{self._service.url}/{DOMAIN}/messages", json=mail) as answer:
                    await answer.read()
                    if answer.status == 200:
                        self.accepted.append(to)
                        self._file.write(f"{to}\n")
                        self._file.flush()
                        continue
            await asyncio.sleep(0.05)


async def campaign(
    directory: Path, *, rounds: int, messages: int, seed: int, after_round: Callable[[int, int], None] | None = None
) -> Toll:
    """Kill in `rounds` while `messages` are accepted, then wait until nothing is left to do, and count.

    In each round the whole service is killed, or only the process that serves, or only the one that delivers, or only
    the one that watches over them.
    """
    chance = Random(seed)
    async with DnsZone() as zone, SmtpPeer() as peer:
        peer.always["dot"] = _taken_slowly(peer)
        zone.answer("b.test", "MX", ["10 mx.b.test"])
        zone.answer("mx.b.test", "A", ["127.0.0.1"])
        service = Service(
            directory,
            DNS_SERVERS=zone.address,
            SMTP_PORT=str(peer.port),
            RETRY_SCHEDULE="0.2",
            RATE_LIMITS="off",
            LOG_LEVEL="warning",
        )
        with service:
            added = await asyncio.to_thread(service.cli, "domain", "add", DOMAIN, "--state", "active")
            async with Customer(service, added["sending_key"], directory / "accepted.txt") as customer:
                for number in range(rounds):
                    await customer.until_accepted(messages * (number + 1) // rounds)
                    await asyncio.sleep(chance.uniform(0, 0.2))
                    await asyncio.to_thread(_kill_some, service, chance)
                    if after_round is not None:
                        after_round(number + 1, len(customer.accepted))
                await customer.until_accepted(messages)
            await _until_idle(directory)
        delivered = _delivered(directory)
    return _counted(rounds, customer.accepted, Counter(letter.recipients[0] for letter in peer.taken), delivered)


def _kill_some(service: Service, chance: Random) -> None:
    victim = chance.choice(("all", "server", "watcher", "mail process"))
    if victim == "server":
        service.kill_server()
        # The watcher starts another one, or gives up where that one has lived for less than a second.
        with contextlib.suppress(ServiceError):
            service.wait_until_ready()
            return
    elif victim == "mail process":
        os.kill(service.mail_process, signal.SIGKILL)
        # The server starts another one.
        return
    elif victim == "watcher":
        service.kill_watcher()
    else:
        service.kill()
    service.start()


def _taken_slowly(peer: SmtpPeer):
    async def answer(session: Session) -> None:
        assert session.ending is not None
        peer.taken.append(session.ending)
        await asyncio.sleep(_DOT_SECONDS)
        await reply("250 2.0.0 Ok")(session)

    return answer


async def _until_idle(directory: Path) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while _rows(directory, "SELECT 1 FROM jobs WHERE kind = 'delivery' LIMIT 1"):  # noqa: ASYNC110 - a table has no event to wait for.
            await asyncio.sleep(0.1)


def _delivered(directory: Path) -> list[dict]:
    return [msgspec.json.decode(row[0]) for row in _rows(directory, "SELECT data FROM events WHERE type = 'delivered'")]


def _rows(directory: Path, sql: str) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(directory / "data" / "indicia.sqlite3")) as database:
        return database.execute(sql).fetchall()


def _counted(kills: int, accepted: list[str], copies: Counter[str], delivered: list[dict]) -> Toll:
    twice = {recipient for recipient, count in copies.items() if count > 1}
    flagged = {event["recipient"] for event in delivered if "is-possible-duplicate" in event["flags"]}
    told = Counter(event["recipient"] for event in delivered)
    return Toll(
        kills=kills,
        accepted=len(accepted),
        lost=set(accepted) - copies.keys(),
        duplicates=copies.total() - len(copies),
        unflagged=twice - flagged,
        flagged=len(flagged),
        untold={recipient for recipient in accepted if told[recipient] != 1},
    )
