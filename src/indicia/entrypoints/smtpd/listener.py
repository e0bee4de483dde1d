"""Listens for mail that comes back: limits, time and TLS around each connection's dialogue."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NamedTuple, cast

from indicia.base.log import get_logger
from indicia.entrypoints.smtpd.dialogue import Acceptance, Close, Dialogue, Send, StartTls, Step, Take
from indicia.net.client_address import subscriber

log = get_logger()

# RFC 5321 4.5.3.2.7: a server waits five minutes for the next command at least.
IDLE_SECONDS = 300.0
MOST_CONNECTIONS = 200
MOST_PER_SUBSCRIBER = 20
LONGEST_CONNECTION_SECONDS = 1_800.0
_BUSY = b"421 4.7.0 Too many connections\r\n"


class InboundMail(NamedTuple):
    """What the listener is for: judging recipients, and storing messages (StorageError: not stored)."""

    accept: Callable[[str], Acceptance]
    take: Callable[[tuple[str, ...], bytes], Awaitable[bool]]


class Listener:
    """The inbound mail server."""

    def __init__(self, mail: InboundMail, *, name: str, tls: ssl.SSLContext | None) -> None:
        self._mail = mail
        self._name = name
        self._tls = tls
        self._open: Counter[str] = Counter()
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Begin to listen; answer the port, which the system chose where `port` is 0.

        Raises:
            OSError: The address cannot be had.
        """
        self._server = await asyncio.get_running_loop().create_server(self._connection, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no more; messages that are being stored are answered, everything else breaks off."""
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*(connection.end() for connection in list(self._connections)))

    def _connection(self) -> "Connection":
        return Connection(self, Dialogue(self._name, self._mail.accept, offers_tls=self._tls is not None))

    def admit(self, connection: "Connection", peer: str) -> bool:
        """Count a connection, or answer that there are too many."""
        caller = subscriber(peer)
        if len(self._connections) >= MOST_CONNECTIONS or self._open[caller] >= MOST_PER_SUBSCRIBER:
            return False
        self._open[caller] += 1
        self._connections.add(connection)
        return True

    def leave(self, connection: "Connection", peer: str) -> None:
        """Count a connection no more."""
        if connection in self._connections:
            self._connections.discard(connection)
            caller = subscriber(peer)
            self._open[caller] -= 1
            if not self._open[caller]:
                del self._open[caller]

    async def take(self, message: Take) -> bool:
        """Have a message stored; answer whether it is."""
        return await self._mail.take(message.recipients, message.content)

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What TLS begins with."""
        return self._tls


class Connection(asyncio.Protocol):
    """One client. What it sends while something is under way waits in the dialogue, and in the socket."""

    def __init__(self, listener: Listener, dialogue: Dialogue) -> None:
        self._listener = listener
        self._dialogue = dialogue
        self._transport: asyncio.Transport | None = None
        self._peer = ""
        self._work: asyncio.Task[None] | None = None
        self._is_securing = False
        self._idle: asyncio.TimerHandle | None = None
        self._longest: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client, or send it away."""
        # uvloop's transports are none by their class.
        transport = cast(asyncio.Transport, transport)
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if peer else ""
        if not self._listener.admit(self, self._peer):
            transport.write(_BUSY)
            transport.close()
            return
        loop = asyncio.get_running_loop()
        self._longest = loop.call_later(LONGEST_CONNECTION_SECONDS, transport.abort)
        self._stay()
        transport.write(self._dialogue.greeting())

    def data_received(self, data: bytes) -> None:
        """Go on with the dialogue."""
        assert self._transport is not None
        if self._is_securing:
            # Bytes in the clear after our answer to STARTTLS are nobody's who means well.
            self._transport.abort()
            return
        self._stay()
        self._follow(list(self._dialogue.receive(data)))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; a message that is being stored is stored all the same."""
        del exc
        for timer in (self._idle, self._longest):
            if timer is not None:
                timer.cancel()
        self._listener.leave(self, self._peer)

    async def end(self) -> None:
        """Let a message that is being stored be answered, then break off."""
        if self._work is not None:
            await asyncio.gather(self._work, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()

    def _follow(self, steps: list[Step]) -> None:
        assert self._transport is not None
        for step in steps:
            match step:
                case Send(content):
                    self._transport.write(content)
                case Close():
                    self._transport.close()
                case Take():
                    self._transport.pause_reading()
                    self._work = asyncio.create_task(self._take(step))
                case StartTls():
                    self._is_securing = True
                    self._work = asyncio.create_task(self._secure())

    async def _take(self, message: Take) -> None:
        is_stored = False
        try:
            is_stored = await self._listener.take(message)
        except Exception:
            log.exception("returned_mail.failed")
        assert self._transport is not None
        if self._transport.is_closing():
            return
        self._transport.write(self._dialogue.taken(is_stored=is_stored))
        self._transport.resume_reading()
        # The client may have sent more commands behind the message.
        self._follow(list(self._dialogue.receive(b"")))

    async def _secure(self) -> None:
        assert self._transport is not None
        assert self._listener.tls is not None
        loop = asyncio.get_running_loop()
        try:
            secured = await loop.start_tls(self._transport, self, self._listener.tls, server_side=True)
        except (OSError, ConnectionError):
            self._transport.abort()
            return
        if secured is None:
            return
        self._transport = secured
        self._is_securing = False
        self._dialogue.secured()
        self._stay()

    def _stay(self) -> None:
        """Give the client its time again."""
        assert self._transport is not None
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._transport.abort)
