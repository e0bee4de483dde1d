"""An SMTP server on loopback that keeps what it is sent and answers as a script says, well or badly."""

import asyncio
import base64
import contextlib
import re
import ssl
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

ALL_EXTENSIONS = ("PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")

_ADDRESS = re.compile(r"(?:FROM|TO):<(.*?)>(?: (.*))?", re.IGNORECASE)


@dataclass(slots=True)
class Taken:
    """One message as it came over the wire."""

    sender: str
    parameters: str
    recipients: list[str]
    connection: int
    """Counts the connections of this peer from 1."""
    is_encrypted: bool
    login: str | None
    raw: bytes = b""
    """With doubled dots, without the final one."""

    @property
    def content(self) -> bytes:
        return b"\r\n".join(line[1:] if line[:1] == b"." else line for line in self.raw.split(b"\r\n"))


@dataclass(slots=True)
class Session:
    """What a script's answer may use."""

    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_encrypted: bool = False
    login: str | None = None
    letter: Taken | None = None
    """What is being received."""
    ending: Taken | None = None
    """What was received, and waits for the answer to its end."""


Answer = Callable[[Session], Awaitable[None]]
"""Answers one command; the next is read afterwards unless the connection is closed by it."""


def reply(*lines: str) -> Answer:
    """Answer with these lines, such as `250-one`, `250 two`."""
    return raw("".join(f"{line}\r\n" for line in lines).encode())


def raw(data: bytes) -> Answer:
    """Answer with these very bytes."""

    async def answer(session: Session) -> None:
        session.writer.write(data)
        await session.writer.drain()

    return answer


async def drop(session: Session) -> None:
    """Cut the connection instead of answering."""
    session.writer.transport.abort()


async def silence(session: Session) -> None:
    """Never answer."""
    await asyncio.Event().wait()


def delayed(seconds: float, answer: Answer) -> Answer:
    """Think first."""

    async def late(session: Session) -> None:
        await asyncio.sleep(seconds)
        await answer(session)

    return late


def after(event: asyncio.Event, answer: Answer) -> Answer:
    """Answer once `event` is set."""

    async def late(session: Session) -> None:
        await event.wait()
        await answer(session)

    return late


def closing(*lines: str) -> Answer:
    """Answer and close the connection."""

    async def answer(session: Session) -> None:
        await reply(*lines)(session)
        session.writer.close()

    return answer


def drip(data: bytes = b"220-", seconds: float = 0.01) -> Answer:
    """Send `data` and then a byte at a time, for ever."""

    async def answer(session: Session) -> None:
        session.writer.write(data)
        while True:
            session.writer.write(b"x")
            await session.writer.drain()
            await asyncio.sleep(seconds)

    return answer


async def garbage_for_tls(session: Session) -> None:
    """Agree to STARTTLS, and answer the handshake with what none begins with."""
    await reply("220 go ahead")(session)
    await session.reader.read(1)
    await raw(bytes(range(256)) * 8)(session)


class SmtpPeer:
    """Serves on `host` while entered, at a free port unless one is given.

    Answers come from `script`: per verb (`banner`, `EHLO`, `STARTTLS`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `dot`, `RSET`,
    `QUIT`) the next in its queue; without one, from `always`; without one there, properly.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        extensions: tuple[str, ...] = ALL_EXTENSIONS,
        tls: ssl.SSLContext | None = None,
        speaks_tls_first: bool = False,
        users: dict[str, str] | None = None,
        mechanisms: str = "PLAIN LOGIN",
    ) -> None:
        self.host = host
        self.extensions = extensions
        self.taken: list[Taken] = []
        self.commands: list[str] = []
        self.connections = 0
        self.open_now = 0
        self.most_open = 0
        self.sources: list[str] = []
        """From which address each connection came."""
        self.script: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self.always: dict[str, Answer] = {}
        self._wanted_port = port
        self._tls = tls
        self._speaks_tls_first = speaks_tls_first
        self._users = users
        self._mechanisms = mechanisms
        self._changed = asyncio.Condition()
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def allow(self) -> str:
        """What INDICIA_EGRESS_ALLOW needs to let mail through."""
        return f"{self.host}:{self.port}"

    async def wait_for(self, count: int, seconds: float = 10) -> list[Taken]:
        """Wait until `count` messages were taken in all."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: len(self.taken) >= count)
        return self.taken

    async def wait_for_command(self, verb: str, count: int = 1, seconds: float = 10) -> None:
        """Wait until `verb` was said `count` times in all."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: self.said(verb) >= count)

    def said(self, verb: str) -> int:
        """How often clients said `verb`."""
        return sum(command.split(" ")[0].upper() == verb for command in self.commands)

    async def __aenter__(self) -> Self:
        implicit = self._tls if self._speaks_tls_first else None
        self._server = await asyncio.start_server(
            self._accept, self.host, self._wanted_port, ssl=implicit, limit=2**26, backlog=1024
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in tuple(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        self.sources.append(writer.get_extra_info("peername")[0])
        session = Session(self.connections, reader, writer, is_encrypted=self._speaks_tls_first)
        task = asyncio.ensure_future(self._serve(session))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, session: Session) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._answer("banner", session, reply("220 peer.test ESMTP"))
                while not session.writer.is_closing():
                    line = (await session.reader.readuntil(b"\r\n"))[:-2].decode()
                    await self._note(line)
                    await self._obey(session, line)
        finally:
            self.open_now -= 1
            session.writer.transport.abort()

    async def _note(self, line: str) -> None:
        self.commands.append(line)
        async with self._changed:
            self._changed.notify_all()

    async def _answer(self, verb: str, session: Session, default: Answer) -> None:
        queue = self.script[verb]
        answer = queue.popleft() if queue else self.always.get(verb, default)
        await answer(session)

    async def _obey(self, session: Session, line: str) -> None:
        verb = line.split(" ", maxsplit=1)[0].upper()
        match verb:
            case "EHLO" | "HELO":
                await self._answer("EHLO", session, reply(*self._hello(session)))
            case "STARTTLS":
                await self._answer("STARTTLS", session, self._start_tls)
            case "AUTH":
                await self._answer("AUTH", session, lambda session: self._log_in(session, line))
            case "MAIL":
                await self._answer("MAIL", session, lambda session: self._mail(session, line))
            case "RCPT":
                await self._answer("RCPT", session, lambda session: self._rcpt(session, line))
            case "DATA":
                await self._answer("DATA", session, self._data)
            case "RSET":
                session.letter = None
                await self._answer("RSET", session, reply("250 2.0.0 forgotten"))
            case "QUIT":
                await self._answer("QUIT", session, closing("221 2.0.0 bye"))
            case _:
                await reply("500 5.5.1 what?")(session)

    def _hello(self, session: Session) -> list[str]:
        offers = list(self.extensions)
        if self._tls is not None and not session.is_encrypted:
            offers.append("STARTTLS")
        if self._users is not None:
            offers.append(f"AUTH {self._mechanisms}")
        return [*(f"250-{line}" for line in ("peer.test", *offers[:-1])), f"250 {(offers or ['HELP'])[-1]}"]

    async def _start_tls(self, session: Session) -> None:
        await reply("220 2.0.0 go ahead")(session)
        assert self._tls is not None
        await session.writer.start_tls(self._tls)
        session.is_encrypted = True

    async def _log_in(self, session: Session, line: str) -> None:
        _, mechanism, *initial = line.split(" ")
        if mechanism.upper() == "PLAIN":
            _, user, password = base64.b64decode(initial[0]).decode().split("\0")
        else:
            user = await self._challenge(session, "VXNlcm5hbWU6")
            password = await self._challenge(session, "UGFzc3dvcmQ6")
        if (self._users or {}).get(user) != password:
            await reply("535 5.7.8 wrong")(session)
            return
        session.login = user
        await reply("235 2.7.0 welcome")(session)

    async def _challenge(self, session: Session, text: str) -> str:
        await reply(f"334 {text}")(session)
        return base64.b64decode(await session.reader.readuntil(b"\r\n")).decode()

    async def _mail(self, session: Session, line: str) -> None:
        match = _ADDRESS.search(line)
        if match is None or session.letter is not None:
            await reply("503 5.5.1 not now")(session)
            return
        session.letter = Taken(match[1], match[2] or "", [], session.number, session.is_encrypted, session.login)
        await reply("250 2.1.0 ok")(session)

    async def _rcpt(self, session: Session, line: str) -> None:
        match = _ADDRESS.search(line)
        if match is None or session.letter is None:
            await reply("503 5.5.1 not now")(session)
            return
        session.letter.recipients.append(match[1])
        await reply("250 2.1.5 ok")(session)

    async def _data(self, session: Session) -> None:
        if session.letter is None or not session.letter.recipients:
            await reply("554 5.5.1 no recipients")(session)
            return
        await reply("354 go ahead")(session)
        text = await session.reader.readuntil(b"\r\n.\r\n")
        letter, session.letter = session.letter, None
        letter.raw = text[:-3]
        session.ending = letter
        await self._answer("dot", session, lambda session: self._take(session, letter))

    async def _take(self, session: Session, letter: Taken) -> None:
        self.taken.append(letter)
        async with self._changed:
            self._changed.notify_all()
        await reply(f"250 2.0.0 Ok: queued as {len(self.taken)}")(session)
