"""Opens SMTP connections: to vetted addresses, with the encryption that is asked for, and a name to be known by."""

import asyncio
import ssl
from contextlib import suppress
from ipaddress import ip_address

from indicia.mail.replies import Reply
from indicia.net.addresses import is_public
from indicia.net.egress import EgressGuard
from indicia.net.smtp.commands import auth_login, auth_plain
from indicia.net.smtp.connection import SmtpConnection, Tls
from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import (
    Login,
    Peer,
    Security,
    SmtpConnectError,
    SmtpError,
    SmtpLackingError,
    SmtpRefusedError,
    SmtpTimeoutError,
    SmtpTlsError,
    Timeouts,
    Verb,
)
from indicia.net.smtp.wire import Wire

# A server that cannot do EHLO says so with one of these (RFC 5321 4.1.4); others mean what they say.
_NO_EHLO = frozenset({500, 502, 504})


class SmtpClient:
    """Opens connections; holds what all of them need."""

    def __init__(
        self,
        guard: EgressGuard,
        *,
        hello_name: str,
        timeouts: Timeouts | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Take the name to greet with, and whom to trust where a certificate is asked for (default: the system's)."""
        self._guard = guard
        self._hello_name = hello_name
        self._timeouts = timeouts or Timeouts()
        self._verifying = trust or ssl.create_default_context()
        self._trusting = _anybody()

    async def connect(
        self, peer: Peer, security: Security, dialogue: Dialogue, *, login: Login | None = None
    ) -> SmtpConnection:
        """Connect, greet, encrypt as `security` asks, and log in.

        Raises:
            EgressRefusedError: No packet may go to that address; none was sent.
            SmtpError: It came to nothing; the connection is closed.
        """
        if not peer.is_ours:
            self._guard.check_address(peer.address, peer.port)
        opening = _Opening(peer, security, dialogue, hello_name=self._hello_name, timeouts=self._timeouts)
        context = self._verifying if security is Security.VERIFIED else self._trusting
        try:
            return await opening.open(context, login)
        except SmtpError as error:
            dialogue.noted(str(error))
            error.peer = peer
            opening.wire.abort()
            raise
        except BaseException:
            opening.wire.abort()
            raise


class _Opening:
    """The way to one connection."""

    def __init__(
        self, peer: Peer, security: Security, dialogue: Dialogue, *, hello_name: str, timeouts: Timeouts
    ) -> None:
        self._peer = peer
        self._security = security
        self._dialogue = dialogue
        self._hello_name = hello_name
        self._timeouts = timeouts
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + timeouts.opening
        self.wire = Wire()
        self.wire.follow(dialogue)

    async def open(self, context: ssl.SSLContext, login: Login | None) -> SmtpConnection:
        await self._connect()
        tls = await self._encrypt(context, Verb.CONNECT) if self._peer.speaks_tls_first else None
        await self._positive(Verb.BANNER, self._timeouts.banner)
        offers = await self._hello()
        if tls is None and self._security is not Security.NONE:
            tls = await self._start_tls(context, offers)
            if tls is not None:
                # RFC 3207 4.2: what was said in clear is forgotten.
                offers = await self._hello()
        if login is not None:
            await self._log_in(login, offers, tls)
        return SmtpConnection(self.wire, self._peer, offers=offers, tls=tls, timeouts=self._timeouts)

    async def _connect(self) -> None:
        peer = self._peer
        self._dialogue.noted(f"connecting to {peer.host} [{peer.address}]:{peer.port}")
        source = None if peer.source is None else (peer.source, 0)
        try:
            async with asyncio.timeout(self._within(Verb.CONNECT, self._timeouts.connect)):
                await self._loop.create_connection(lambda: self.wire, peer.address, peer.port, local_addr=source)
        except TimeoutError as error:
            raise SmtpConnectError("no connection in time") from error
        except OSError as error:
            raise SmtpConnectError(error.strerror or str(error)) from error

    async def _hello(self) -> dict[str, str]:
        reply = await self._ask(Verb.EHLO, f"EHLO {self._hello_name}")
        if reply.code in _NO_EHLO:
            reply = await self._ask(Verb.EHLO, f"HELO {self._hello_name}")
        if not reply.is_positive:
            raise SmtpRefusedError(Verb.EHLO, reply)
        return _offers(reply)

    async def _start_tls(self, context: ssl.SSLContext, offers: dict[str, str]) -> Tls | None:
        is_needed = self._security is not Security.OPPORTUNISTIC
        if "STARTTLS" not in offers:
            if is_needed:
                raise SmtpTlsError(Verb.STARTTLS, "the server offers no STARTTLS, and TLS is required")
            return None
        reply = await self._ask(Verb.STARTTLS, "STARTTLS")
        if reply.is_positive:
            return await self._encrypt(context, Verb.STARTTLS)
        if is_needed:
            raise SmtpTlsError(Verb.STARTTLS, f"TLS is required, and the server answered {reply}")
        return None

    async def _encrypt(self, context: ssl.SSLContext, verb: Verb) -> Tls:
        is_verified = self._security is Security.VERIFIED
        seconds = self._within(verb, self._timeouts.command)
        session = await self.wire.start_tls(context, _server_name(self._peer, is_verified=is_verified), verb, seconds)
        cipher = session.cipher()
        tls = Tls(session.version() or "", cipher[0] if cipher else "", is_verified)
        self._dialogue.noted(f"{tls.version} {tls.cipher}, {'verified' if is_verified else 'not verified'}")
        return tls

    async def _log_in(self, login: Login, offers: dict[str, str], tls: Tls | None) -> None:
        if tls is None and is_public(ip_address(self._peer.address)):
            raise SmtpTlsError(Verb.AUTH, "a password goes through the Internet only with TLS")
        mechanisms = offers.get("AUTH", "").upper().split()
        if "PLAIN" in mechanisms:
            reply = await self._ask(Verb.AUTH, auth_plain(login), shown="AUTH PLAIN ***")
        elif "LOGIN" in mechanisms:
            reply = await self._answer_challenges(auth_login(login))
        else:
            raise SmtpLackingError(Verb.AUTH, "AUTH", "the server offers neither AUTH PLAIN nor AUTH LOGIN")
        if reply.code != 235:
            raise SmtpRefusedError(Verb.AUTH, reply)

    async def _answer_challenges(self, lines: tuple[str, str, str]) -> Reply:
        command, *secrets = lines
        reply = await self._ask(Verb.AUTH, command)
        for secret in secrets:
            if reply.code != 334:
                raise SmtpRefusedError(Verb.AUTH, reply)
            reply = await self._ask(Verb.AUTH, secret, shown="***")
        return reply

    async def _ask(self, verb: Verb, line: str, *, shown: str | None = None) -> Reply:
        self._dialogue.said(shown or line)
        self.wire.write(line.encode() + b"\r\n")
        return await self._reply(verb, self._timeouts.command)

    async def _positive(self, verb: Verb, seconds: float) -> None:
        reply = await self._reply(verb, seconds)
        if not reply.is_positive:
            raise SmtpRefusedError(verb, reply)

    async def _reply(self, verb: Verb, seconds: float) -> Reply:
        return await self.wire.reply(verb, self._within(verb, seconds))

    def _within(self, verb: Verb, seconds: float) -> float:
        left = self._deadline - self._loop.time()
        if left <= 0:
            raise SmtpTimeoutError(verb, "the greeting took too long")
        return min(seconds, left)


def _offers(reply: Reply) -> dict[str, str]:
    """Read the extensions of an EHLO reply, each with its parameters; the first line is the server's name."""
    offers: dict[str, str] = {}
    for line in reply.lines[1:]:
        # Old servers write AUTH=LOGIN beside AUTH LOGIN.
        keyword, _, parameters = line.replace("AUTH=", "AUTH ", 1).partition(" ")
        offers[keyword.upper()] = f"{offers.get(keyword.upper(), '')} {parameters}".strip()
    return offers


def _server_name(peer: Peer, *, is_verified: bool) -> str | None:
    """Answer what the server is told, and its certificate held against; an address is no name to be told."""
    with suppress(ValueError):
        ip_address(peer.host)
        return peer.host if is_verified else None
    return peer.host


def _anybody() -> ssl.SSLContext:
    """Make what encrypts with whoever answers: protection against those who only listen (RFC 7435)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
