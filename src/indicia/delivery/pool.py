"""Open connections, used again and again: a greeting and a handshake cost more than most messages."""

import asyncio
import random
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import NamedTuple

from indicia.delivery.routes import Route
from indicia.net.dns import Resolver
from indicia.net.model import EgressRefusedError, NetError, ResolutionError
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.connection import SmtpConnection
from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import Login, Peer, Security, SmtpConnectError, SmtpError, Verb

# Large receivers ask for a new connection after about this many (Yahoo's 421 comes after some 100).
_MOST_LETTERS = 100
_OLDEST_SECONDS = 300.0
_IDLE_SECONDS = 5.0
# Postfix' smtp_mx_address_limit.
_MOST_ADDRESSES = 5
# No further address is tried after this long; the next attempt begins with others.
_TRYING_SECONDS = 600.0
# An address that did not answer is tried after all others for so long.
_SICK_SECONDS = 120.0
_MOST_SICK = 10_000

# What goes wrong before the first MAIL is about one server, and the next may be better (RFC 5321 5.1).
_ABOUT_ONE_SERVER = frozenset({Verb.CONNECT, Verb.BANNER, Verb.EHLO, Verb.STARTTLS, Verb.AUTH})


class _Key(NamedTuple):
    """What connections must have in common to stand in for one another."""

    site: str
    security: Security
    login: Login | None


class _Idle(NamedTuple):
    connection: SmtpConnection
    since: float
    opened_at: float
    closing: asyncio.TimerHandle


class Loan(NamedTuple):
    """A connection to be given back; `was_used` tells whether another message went over it before."""

    key: _Key
    connection: SmtpConnection
    opened_at: float
    was_used: bool


class Pool:
    """Lends connections; how many are open at once is for whoever borrows them."""

    def __init__(self, client: SmtpClient, resolver: Resolver, *, sources: Sequence[str] = ()) -> None:
        """Take `sources`, our addresses to send from; without any of a family, the system chooses."""
        self._client = client
        self._resolver = resolver
        self._sources = {version: [s for s in sources if ip_address(s).version == version] for version in (4, 6)}
        self._idle: dict[_Key, list[_Idle]] = defaultdict(list)
        self._leaving: set[asyncio.Task[None]] = set()
        self._sick: OrderedDict[str, float] = OrderedDict()
        self.opened = 0
        """How many connections were opened."""
        self.lent = 0
        """How many are with borrowers."""

    @property
    def idle(self) -> int:
        """How many connections wait for a next message."""
        return sum(map(len, self._idle.values()))

    async def borrow(self, route: Route, security: Security, dialogue: Dialogue, *, fresh: bool = False) -> Loan:
        """Lend a connection for one message: one that is open, unless `fresh`, or a new one.

        Raises:
            EgressRefusedError: No packet may go to any of the servers.
            ResolutionError: None of them has an address that could be found.
            SmtpError: None of those that were tried can be used.
        """
        key = _Key(route.site, security, route.login)
        loan = None if fresh else self._take(key, dialogue)
        if loan is None:
            connection = await self._open(route, security, dialogue)
            self.opened += 1
            loan = Loan(key, connection, asyncio.get_running_loop().time(), was_used=False)
        self.lent += 1
        return loan

    def give_back(self, loan: Loan) -> None:
        """Keep a connection for the next message, if it is good for one, or take leave of the server."""
        self.lent -= 1
        connection = loan.connection
        loop = asyncio.get_running_loop()
        now = loop.time()
        if not connection.is_usable:
            connection.abort()
        elif connection.letters >= _MOST_LETTERS or now - loan.opened_at > _OLDEST_SECONDS:
            self._leave(connection)
        else:
            timer = loop.call_later(_IDLE_SECONDS, self._drop_oldest, loan.key)
            self._idle[loan.key].append(_Idle(connection, now, loan.opened_at, timer))

    async def run(self) -> None:
        """Take leave of all servers once this is cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            await self.close()

    async def close(self) -> None:
        """Take leave of all servers."""
        for entries in self._idle.values():
            for entry in entries:
                entry.closing.cancel()
                self._leave(entry.connection)
        self._idle.clear()
        if self._leaving:
            await asyncio.wait(self._leaving)

    def _take(self, key: _Key, dialogue: Dialogue) -> Loan | None:
        entries = self._idle.get(key)
        while entries:
            # The one that was used last is the most likely to be open still.
            entry = entries.pop()
            entry.closing.cancel()
            if entry.connection.is_usable:
                peer = entry.connection.peer
                dialogue.noted(
                    f"message {entry.connection.letters + 1} on the connection to {peer.host} [{peer.address}]"
                )
                return Loan(key, entry.connection, entry.opened_at, was_used=True)
            entry.connection.abort()
        self._idle.pop(key, None)
        return None

    def _drop_oldest(self, key: _Key) -> None:
        entries = self._idle[key]
        if entries:
            self._leave(entries.pop(0).connection)
        if not entries:
            del self._idle[key]

    def _leave(self, connection: SmtpConnection) -> None:
        task = asyncio.ensure_future(connection.quit())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _open(self, route: Route, security: Security, dialogue: Dialogue) -> SmtpConnection:
        """Try the servers in their order, a few at most; the last error tells why none will do."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + _TRYING_SECONDS
        tried = 0
        errors: list[NetError] = []
        for group in route.hosts:
            for host in random.sample(group, len(group)):
                try:
                    addresses = await self._addresses(host)
                except ResolutionError as error:
                    errors.append(error)
                    dialogue.noted(f"no address of {host}")
                    continue
                for address in addresses:
                    if tried >= _MOST_ADDRESSES or (tried and loop.time() >= give_up_at):
                        raise _worst(errors)
                    try:
                        return await self._connect(route, host, address, security, dialogue)
                    except EgressRefusedError as error:
                        errors.append(error)
                        continue
                    except SmtpError as error:
                        if error.verb not in _ABOUT_ONE_SERVER:
                            raise
                        tried += 1
                        errors.append(error)
        raise _worst(errors)

    async def _connect(
        self, route: Route, host: str, address: str, security: Security, dialogue: Dialogue
    ) -> SmtpConnection:
        ours = self._sources[ip_address(address).version]
        source = random.choice(ours) if ours else None  # noqa: S311 - nobody gains by guessing it.
        peer = Peer(host, address, route.port, source, route.speaks_tls_first, route.is_ours)
        try:
            return await self._client.connect(peer, security, dialogue, login=route.login)
        except SmtpError as error:
            # RFC 7435 4: a handshake that fails is no worse than none where none is asked for.
            if error.verb is Verb.STARTTLS and security is Security.OPPORTUNISTIC and route.login is None:
                dialogue.noted("trying without TLS, which is not required")
                return await self._client.connect(peer, Security.NONE, dialogue)
            if isinstance(error, SmtpConnectError):
                self._note_sick(address)
            raise

    async def _addresses(self, host: str) -> list[str]:
        """List a server's addresses: IPv6 and IPv4 in turn, those that did not answer lately at the end."""
        with suppress(ValueError):
            return [str(ip_address(host))]
        found = list(_in_turn(await self._resolver.addresses(host)))
        now = asyncio.get_running_loop().time()
        return sorted(found, key=lambda address: self._sick.get(address, 0.0) > now)

    def _note_sick(self, address: str) -> None:
        self._sick[address] = asyncio.get_running_loop().time() + _SICK_SECONDS
        self._sick.move_to_end(address)
        if len(self._sick) > _MOST_SICK:
            self._sick.popitem(last=False)


def _in_turn(addresses: Sequence[str]) -> Iterator[str]:
    six = [address for address in addresses if ":" in address]
    four = [address for address in addresses if ":" not in address]
    random.shuffle(six)
    random.shuffle(four)
    while six or four:
        if six:
            yield six.pop()
        if four:
            yield four.pop()


def _worst(errors: Sequence[NetError]) -> NetError:
    """Choose what to report: what may change before what will not, what a server said before what DNS said."""

    def rank(error: NetError) -> int:
        if isinstance(error, SmtpError):
            return 3
        if isinstance(error, ResolutionError):
            return 1 if error.is_permanent else 2
        return 0

    return max(reversed(errors), key=rank)
