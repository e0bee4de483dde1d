"""Connections that only ever open to addresses the egress guard lets through."""

import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import AddrInfoType

from indicia.base.clock import Clock
from indicia.net.dns import Resolver
from indicia.net.egress import Destination, EgressGuard

# Node closes idle connections after 5 s; a request that crosses the close would be a failed attempt.
_IDLE_SECONDS = 4.0
# How long a connection may outlive a change of its name's addresses.
_SESSION_SECONDS = 60.0


class GuardedNames(AbstractResolver):
    """Resolves a name only if all of its addresses are let through: one bad address condemns the name."""

    def __init__(self, guard: EgressGuard, resolver: Resolver) -> None:
        self._guard = guard
        self._resolver = resolver

    async def check(self, destination: Destination) -> None:
        """Judge where `destination` leads right now.

        Raises:
            EgressRefusedError: At least one of its addresses is out of bounds.
            ResolutionError: Its name has no address.
        """
        if destination.address is None:
            await self.resolve(destination.host, destination.port)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Answer the addresses of `host` in the client's form; raises what `check` raises."""
        addresses = await self._resolver.addresses(host)
        for address in addresses:
            self._guard.check_address(address, port)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        """Do nothing: the resolver belongs to whoever built it."""


def guarded_connector(guard: EgressGuard, names: GuardedNames, tls: ssl.SSLContext) -> aiohttp.TCPConnector:
    """Make a pool of connections, none of which can open to an address that `guard` refuses."""

    def open_socket(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        guard.check_address(str(address[0]), int(address[1]))
        return socket.socket(family, kind, protocol)

    return aiohttp.TCPConnector(
        resolver=names,
        use_dns_cache=False,
        socket_factory=open_socket,
        ssl=tls,
        keepalive_timeout=_IDLE_SECONDS,
        # How much may be under way, in all and per URL, is decided before a request is begun; waiting for a
        # connection here would use up the request's deadline.
        limit=0,
    )


class RenewedSessions:
    """Lends a session that is at most a minute old; a replaced one closes after its last request."""

    def __init__(self, open_session: Callable[[], aiohttp.ClientSession], clock: Clock) -> None:
        self._open_session = open_session
        self._clock = clock
        self._current: aiohttp.ClientSession | None = None
        self._opened_at = 0.0
        self._requests: dict[aiohttp.ClientSession, int] = {}

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[aiohttp.ClientSession]:
        """Lend the current session for one request."""
        session = self._renewed()
        self._requests[session] += 1
        try:
            yield session
        finally:
            self._requests[session] -= 1
            await self._close_replaced()

    async def close(self) -> None:
        """Close all sessions, those in use included."""
        for session in self._requests:
            await session.close()

    def _renewed(self) -> aiohttp.ClientSession:
        now = self._clock()
        if self._current is None or not 0 <= now - self._opened_at < _SESSION_SECONDS:
            self._current, self._opened_at = self._open_session(), now
            self._requests[self._current] = 0
        return self._current

    async def _close_replaced(self) -> None:
        for session, requests in tuple(self._requests.items()):
            if requests == 0 and session is not self._current:
                del self._requests[session]
                await session.close()
