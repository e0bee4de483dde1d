"""A mail host on loopback that takes every letter and keeps it."""

import asyncio
import email
import email.policy
from email.message import EmailMessage
from typing import NamedTuple, Self, cast


class Letter(NamedTuple):
    """A letter as it came, and for whom."""

    recipient: str
    message: EmailMessage


class Mailbox:
    """Serves on a free port while entered."""

    def __init__(self) -> None:
        self._letters: list[Letter] = []
        self._news = asyncio.Condition()
        self.port = 0

    async def letters(self, count: int, timeout_seconds: float) -> list[Letter]:
        """Wait until so many letters have come, and answer them."""
        async with asyncio.timeout(timeout_seconds), self._news:
            await self._news.wait_for(lambda: len(self._letters) >= count)
            return list(self._letters)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mailbox.test\r\n")
        recipient = ""
        while line := (await reader.readline()).decode().strip():
            verb = line.partition(" ")[0].upper()
            if verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                await self._keep(recipient, await reader.readuntil(b"\r\n.\r\n"))
            writer.write(
                {"EHLO": b"250-mailbox.test\r\n250 8BITMIME\r\n", "QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n")
            )
            if verb == "QUIT":
                break
        writer.close()

    async def _keep(self, recipient: str, raw: bytes) -> None:
        content = raw.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        message = cast(EmailMessage, email.message_from_bytes(content, policy=email.policy.default))
        async with self._news:
            self._letters.append(Letter(recipient, message))
            self._news.notify_all()
