"""Bytes to replies and back: the asyncio protocol under an SMTP connection, with a limit for everything."""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Callable
from typing import cast

from indicia.mail.replies import Reply
from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import SmtpGarbledError, SmtpLostError, SmtpTimeoutError, SmtpTlsError, Verb

# RFC 5321 4.5.3.1.5 allows 512 octets; some servers write more.
_MAX_LINE_BYTES = 2048
_MAX_REPLY_LINES = 100
# More unread replies than commands were sent, whatever is pipelined.
_MAX_UNREAD = 8

_LINE = re.compile(r"([2-5][0-9]{2})(?:([ -])(.*))?", re.DOTALL)
# C0, DEL and C1: whatever a terminal or a log would act upon.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), "?")


class Wire(asyncio.Protocol):
    """Reads replies and writes bytes; every wait has an end, and whoever waited learns why there is no more.

    One caller at a time waits for it.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._dialogue = Dialogue()
        self._pending = b""
        self._lines: list[str] = []
        self._replies: deque[Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._fault: str | None = None
        self._is_lost = False
        self._is_paused = False
        self.source_ip = ""
        """Our end's address."""

    @property
    def is_idle(self) -> bool:
        """Whether the connection stands and the peer has said nothing that nobody asked for."""
        return not (self._is_lost or self._fault or self._replies or self._pending or self._lines)

    @property
    def is_open(self) -> bool:
        """Whether the peer was still there a moment ago."""
        return not self._is_lost

    @property
    def has_reply(self) -> bool:
        """Whether a reply can be had without waiting."""
        return bool(self._replies)

    def follow(self, dialogue: Dialogue) -> None:
        """Note what is heard from now on in `dialogue`."""
        self._dialogue = dialogue

    def write(self, data: bytes) -> None:
        """Send `data`, or nothing where the connection is lost, as the next wait will tell."""
        if not self._is_lost:
            cast(asyncio.Transport, self._transport).write(data)

    async def drain(self, verb: Verb, seconds: float) -> None:
        """Wait until the peer has read enough of what was written, or has answered already, or is gone.

        Raises:
            SmtpTimeoutError: It did nothing of that within `seconds`.
        """
        if not await self._until(self._may_go_on, seconds):
            raise SmtpTimeoutError(verb, "the peer does not read")

    async def reply(self, verb: Verb, seconds: float) -> Reply:
        """Answer the next reply.

        Raises:
            SmtpTimeoutError: It was not complete within `seconds`.
            SmtpLostError: The peer is gone.
            SmtpGarbledError: What it sends is no reply, or a monstrous one.
        """
        if not await self._until(self._has_news, seconds):
            raise SmtpTimeoutError(verb, "no answer in time")
        if self._fault is not None:
            raise SmtpGarbledError(verb, self._fault)
        if self._replies:
            return self._replies.popleft()
        raise SmtpLostError(verb, "the peer closed the connection")

    async def start_tls(self, context: ssl.SSLContext, host: str | None, verb: Verb, seconds: float) -> ssl.SSLObject:
        """Encrypt from here on, in the name of `host`; answer the session.

        Raises:
            SmtpTlsError: The handshake failed, or the peer had sent more than it was asked for.
        """
        # What came before the handshake came from anybody (CVE-2011-0411).
        if not self.is_idle:
            raise SmtpTlsError(verb, "the peer sent something between its reply and the handshake")
        transport = cast(asyncio.Transport, self._transport)
        try:
            async with asyncio.timeout(seconds):
                upgraded = await self._loop.start_tls(
                    transport, self, context, server_hostname=host, ssl_handshake_timeout=seconds
                )
        except TimeoutError as error:
            raise SmtpTlsError(verb, "the TLS handshake did not end in time") from error
        except (ssl.SSLError, OSError) as error:
            raise SmtpTlsError(verb, f"the TLS handshake failed: {_described(error)}") from error
        if upgraded is None:
            raise SmtpLostError(verb, "the peer closed the connection")
        self._transport = upgraded
        return cast(ssl.SSLObject, upgraded.get_extra_info("ssl_object"))

    def abort(self) -> None:
        """Close at once; whoever waits learns that the connection is lost."""
        self._is_lost = True
        if self._transport is not None:
            self._transport.abort()
        self._wake()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = cast(asyncio.Transport, transport)
        self.source_ip = (transport.get_extra_info("sockname") or ("",))[0]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio names it.
        """Tell whoever waits."""
        self._is_lost = True
        self._wake()

    def pause_writing(self) -> None:
        """Let nobody write more until the peer has read."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._is_paused = False
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Take lines from what came, and replies from lines."""
        if self._fault is not None:
            return
        *lines, self._pending = (self._pending + data).split(b"\n", _MAX_UNREAD * _MAX_REPLY_LINES)
        for line in lines:
            if self._fault is None:
                self._take(line)
        if len(self._pending) > _MAX_LINE_BYTES:
            self._fail("a reply line without an end")
        self._wake()

    def _take(self, raw: bytes) -> None:
        if len(raw) > _MAX_LINE_BYTES:
            self._fail("a reply line longer than any server's")
            return
        text = raw.removesuffix(b"\r").decode("utf-8", "replace")
        if not text.isprintable():
            text = text.translate(_CONTROLS)
        self._dialogue.heard(text)
        match = _LINE.fullmatch(text)
        if match is None:
            self._fail("a line that is no SMTP reply")
            return
        self._lines.append(match[3] or "")
        if match[2] != "-":
            self._replies.append(Reply(int(match[1]), tuple(self._lines)))
            self._lines.clear()
        if len(self._lines) > _MAX_REPLY_LINES or len(self._replies) > _MAX_UNREAD:
            self._fail("more reply lines than any server's")

    def _fail(self, fault: str) -> None:
        self._fault = fault
        self._pending = b""
        if self._transport is not None:
            self._transport.abort()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _has_news(self) -> bool:
        return bool(self._replies or self._fault or self._is_lost)

    def _may_go_on(self) -> bool:
        return not self._is_paused or self._has_news()

    async def _until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until `holds`, and answer whether it did in time; a peer that drips bytes gains no time by it."""
        if holds():
            return True
        deadline = self._loop.time() + seconds
        timer = self._loop.call_at(deadline, self._wake)
        try:
            while not holds():
                if self._loop.time() >= deadline:
                    return False
                self._waiter = self._loop.create_future()
                await self._waiter
        finally:
            timer.cancel()
            self._waiter = None
        return True


def _described(error: Exception) -> str:
    return getattr(error, "verify_message", "") or getattr(error, "reason", None) or str(error) or type(error).__name__
