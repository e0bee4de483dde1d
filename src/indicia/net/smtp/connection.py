"""One SMTP connection, from EHLO to QUIT, for any number of messages one after another."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from indicia.mail.replies import Reply
from indicia.net.smtp.commands import mail_command, needs_utf8, path, rcpt_command
from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import (
    Letter,
    Peer,
    SmtpError,
    SmtpGarbledError,
    SmtpLackingError,
    SmtpLostError,
    SmtpRefusedError,
    SmtpTimeoutError,
    Timeouts,
    Verb,
)
from indicia.net.smtp.stuffing import DotStuffing
from indicia.net.smtp.wire import Wire

BeforeDot = Callable[[], Awaitable[None]]
"""Awaited when all but the end of a message is with the peer: from here on it may have taken it."""


class Tls(NamedTuple):
    """How a connection is encrypted; `is_verified` tells whether the peer proved its name."""

    version: str
    cipher: str
    is_verified: bool


class SmtpConnection:
    """An open connection; made by `SmtpClient`. One caller at a time uses it.

    After any error but `SmtpRefusedError` and `SmtpLackingError` it is closed.
    """

    def __init__(
        self, wire: Wire, peer: Peer, *, offers: Mapping[str, str], tls: Tls | None, timeouts: Timeouts
    ) -> None:
        self.peer = peer
        self.tls = tls
        self.offers = frozenset(offers)
        self.letters = 0
        """How many messages were begun here."""
        self._wire = wire
        self._timeouts = timeouts
        self._most_bytes = _size_limit(offers)
        self._needs_reset = False
        self._deadline = 0.0
        self._loop = asyncio.get_running_loop()

    @property
    def source_ip(self) -> str:
        """Our address, as the peer sees it unless something between us changes it."""
        return self._wire.source_ip

    @property
    def is_usable(self) -> bool:
        """Whether a next message may be sent here, as far as can be known without asking."""
        return self._wire.is_idle

    async def send(self, letter: Letter, dialogue: Dialogue, before_dot: BeforeDot) -> Reply:
        """Send `letter`; answer the reply that takes it.

        `dialogue` has what was said, whatever comes of it.

        Raises:
            SmtpError: It was not taken, or that is not known (`is_uncertain`).
            MalformedLetterError: It must not be sent; the peer saw no more than its beginning.
            Exception: Whatever `before_dot` raised; the peer did not take it.
        """
        self._begin(dialogue)
        self._check_offers(letter)
        self.letters += 1
        try:
            await self._envelope(letter)
            await self._write_body(letter, before_dot)
            dialogue.said(".")
            reply = await self._reply(Verb.DOT, self._timeouts.dot)
        except SmtpRefusedError:
            raise
        except BaseException:
            self._wire.abort()
            raise
        # Whatever it was, the transaction is over: nothing is left to reset.
        self._needs_reset = False
        if not _is_accepted(Verb.DOT, reply):
            raise self._refusal(Verb.DOT, reply)
        return reply

    async def mail(self, sender: str, dialogue: Dialogue, *, needs_utf8: bool = False) -> Reply:
        """Begin a transaction of single commands; answer the reply, a refusal too.

        Args:
            sender: The return path.
            dialogue: Gets what is said.
            needs_utf8: The recipient's address is not ASCII; the server must have offered SMTPUTF8.

        Raises:
            SmtpError: There is none.
        """
        self._begin(dialogue)
        if self._needs_reset:
            await self._command(Verb.RSET, "RSET")
        self._needs_reset = True
        parameters = " SMTPUTF8" if needs_utf8 else ""
        return await self._command(Verb.MAIL, f"MAIL FROM:{path(sender)}{parameters}")

    async def rcpt(self, recipient: str) -> Reply:
        """Name a recipient in a transaction that `mail` began; answer the reply, a refusal too.

        Raises:
            SmtpError: There is none.
        """
        return await self._command(Verb.RCPT, f"RCPT TO:{path(recipient)}")

    async def quit(self) -> None:
        """Take leave, and close; a peer that does not answer soon is not waited for."""
        try:
            self._wire.write(b"QUIT\r\n")
            self._deadline = self._loop.time() + self._timeouts.quit
            await self._reply(Verb.QUIT, self._timeouts.quit)
        except SmtpError:
            pass
        finally:
            self._wire.abort()

    def abort(self) -> None:
        """Close at once."""
        self._wire.abort()

    def _begin(self, dialogue: Dialogue) -> None:
        self._wire.follow(dialogue)
        self._dialogue = dialogue
        self._deadline = self._loop.time() + self._timeouts.sending

    def _check_offers(self, letter: Letter) -> None:
        if needs_utf8(letter) and "SMTPUTF8" not in self.offers:
            raise SmtpLackingError(Verb.MAIL, "SMTPUTF8", "the server takes no international addresses")
        if self._most_bytes and letter.size_bytes > self._most_bytes:
            detail = f"the server takes at most {self._most_bytes} bytes; the message has {letter.size_bytes}"
            raise SmtpLackingError(Verb.MAIL, "SIZE", detail)

    async def _envelope(self, letter: Letter) -> None:
        """Say MAIL, RCPT and DATA: in one packet where the server can take that (RFC 2920)."""
        commands = [(Verb.MAIL, mail_command(letter, self.offers)), (Verb.RCPT, rcpt_command(letter))]
        commands.append((Verb.DATA, "DATA"))
        if self._needs_reset:
            commands.insert(0, (Verb.RSET, "RSET"))
        self._needs_reset = True
        if "PIPELINING" in self.offers:
            await self._pipelined(commands)
        else:
            for verb, command in commands:
                reply = await self._command(verb, command)
                if not _is_accepted(verb, reply):
                    raise self._refusal(verb, reply)

    async def _pipelined(self, commands: list[tuple[Verb, str]]) -> None:
        for _, command in commands:
            self._dialogue.said(command)
        self._wire.write("".join(f"{command}\r\n" for _, command in commands).encode())
        refusal: SmtpError | None = None
        for verb, _ in commands:
            try:
                reply = await self._reply(verb, self._seconds_for(verb))
            except SmtpError:
                # A server that says 421 need not answer the rest.
                if refusal is None:
                    raise
                self._wire.abort()
                break
            if refusal is None and not _is_accepted(verb, reply):
                refusal = self._refusal(verb, reply)
            elif refusal is not None and verb is Verb.DATA and reply.code == 354:
                # It waits for a message without a recipient. RFC 2920 3.1 would send it an empty one; leaving is as
                # clear, and nothing can be taken for a message.
                self._wire.abort()
        if refusal is not None:
            raise refusal

    async def _write_body(self, letter: Letter, before_dot: BeforeDot) -> None:
        """Write the message; its last chunk goes out together with the final dot, once `before_dot` has returned."""
        stuffing = DotStuffing()
        held = b""
        async for chunk in _chunks(letter.body):
            if held:
                await self._write(held)
            held = stuffing.feed(chunk)
        ending = stuffing.end()
        await before_dot()
        if not self._wire.is_open:
            raise SmtpLostError(Verb.DATA, "the peer closed the connection")
        self._wire.write(held + ending)

    async def _write(self, data: bytes) -> None:
        self._wire.write(data)
        await self._wire.drain(Verb.DATA, self._within(Verb.DATA, self._timeouts.block))
        if self._wire.has_reply:
            reply = await self._wire.reply(Verb.DATA, 0)
            # The rest of the message would be read as commands.
            self._wire.abort()
            if reply.is_positive:
                raise SmtpGarbledError(Verb.DATA, f"an answer in the middle of the message: {reply}")
            raise SmtpRefusedError(Verb.DATA, reply)
        if not self._wire.is_open:
            raise SmtpLostError(Verb.DATA, "the peer closed the connection")

    async def _command(self, verb: Verb, line: str) -> Reply:
        self._dialogue.said(line)
        self._wire.write(line.encode() + b"\r\n")
        try:
            return await self._reply(verb, self._seconds_for(verb))
        except BaseException:
            self._wire.abort()
            raise

    async def _reply(self, verb: Verb, seconds: float) -> Reply:
        reply = await self._wire.reply(verb, self._within(verb, seconds))
        if reply.code == 421:
            # RFC 5321 3.8: the server is about to close, whatever it was asked.
            self._wire.abort()
        return reply

    def _refusal(self, verb: Verb, reply: Reply) -> SmtpError:
        if not reply.is_positive:
            return SmtpRefusedError(verb, reply)
        self._wire.abort()
        return SmtpGarbledError(verb, f"an answer to something else: {reply}")

    def _seconds_for(self, verb: Verb) -> float:
        return self._timeouts.data if verb is Verb.DATA else self._timeouts.command

    def _within(self, verb: Verb, seconds: float) -> float:
        """Shorten `seconds` to what is left of the whole."""
        left = self._deadline - self._loop.time()
        if left <= 0:
            raise SmtpTimeoutError(verb, "the whole took too long")
        return min(seconds, left)


async def _chunks(body: AsyncIterable[bytes] | Sequence[bytes]) -> AsyncIterator[bytes]:
    if isinstance(body, AsyncIterable):
        async for chunk in body:
            yield chunk
    else:
        for chunk in body:
            yield chunk


def _is_accepted(verb: Verb, reply: Reply) -> bool:
    return reply.code == 354 if verb is Verb.DATA else 200 <= reply.code < 300


def _size_limit(offers: Mapping[str, str]) -> int:
    """Read the largest size that is announced (RFC 1870); 0 is none."""
    text = offers.get("SIZE", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
