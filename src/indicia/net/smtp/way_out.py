"""Finds out whether our own network lets SMTP out.

Providers close port 25 for most machines they rent. Every question would then cost its whole deadline, and look as if
the other side's mail host were down. So before the first question, and seldom afterwards, the mail hosts of domains
that are never all down are connected to: where none of them answers, it is our own way out that is closed.
"""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.net.answers import Answer, AnswerCache
from indicia.net.dns import Resolver
from indicia.net.model import EgressRefusedError, MxHosts, ResolutionError
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import Peer, Security, SmtpConnectError, SmtpError

log = get_logger()

WELL_KNOWN = ("gmail.com", "outlook.com", "yahoo.com")
"""Of three operators in many places, whose hosts answer everybody who can reach them."""

# Nearby hosts answer within a tenth of a second; a firewall that drops never does. Short enough to leave something of
# the deadline of the question that waits for it.
_TRIAL_SECONDS = 4.0
_AGAIN_SECONDS = 300.0
# Whoever was connected to lately is proof enough.
_REACHED_SECONDS = 600.0
# One may be down, or dislike us.
_FEWEST_HOSTS = 2
# Where no well-known host can be tried, so many others that nobody answered at stand in for them.
_MISSED_HOSTS = 5


class WayOutState(StrEnum):
    """Whether SMTP gets out."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class Trial(NamedTuple):
    """What connecting to well-known hosts told.

    Attributes:
        hosts: The one that answered, or those of which none did.
    """

    state: WayOutState
    hosts: tuple[str, ...]

    @property
    def because(self) -> str:
        """Tell it in one sentence, for people."""
        names = ", ".join(self.hosts)
        if self.state is WayOutState.OPEN:
            return f"{names} answered"
        if self.state is WayOutState.CLOSED:
            return f"none of {names} could be reached; many providers open port 25 only on request"
        return "no well-known mail host could be tried"


_UNTRIED = Trial(WayOutState.UNKNOWN, ())


class WayOut:
    """Knows whether SMTP gets out, by what is told to it and by trying; to be closed with its event loop."""

    def __init__(
        self, client: SmtpClient, resolver: Resolver, clock: Clock, *, port: int, domains: Sequence[str] = WELL_KNOWN
    ) -> None:
        """Take the `domains` whose mail hosts are tried, and the `port` of all mail hosts."""
        self._client = client
        self._resolver = resolver
        self._clock = clock
        self._port = port
        self._domains = tuple(domains)
        self._trials = AnswerCache(self._learn, clock, max_names=1)
        self._open_until = 0.0
        self._missed: set[str] = set()
        self._given_up_until = 0.0

    @property
    def state(self) -> WayOutState:
        """What is known right now; asks nobody."""
        now = self._clock()
        if now < self._open_until:
            return WayOutState.OPEN
        state = (self._trials.peek("") or _UNTRIED).state
        return WayOutState.CLOSED if state is WayOutState.UNKNOWN and now < self._given_up_until else state

    @property
    def last(self) -> Trial:
        """What the last trial told, while that holds."""
        return self._trials.peek("") or _UNTRIED

    async def is_closed(self) -> bool:
        """Tell whether there is no sense in asking anybody, after a trial of up to four seconds where one is due."""
        if self._clock() >= self._open_until:
            await self._trials.get("")
        return self.state is WayOutState.CLOSED

    async def trial(self) -> Trial:
        """Try to reach well-known hosts, all at once and for four seconds at most."""
        unreached: list[str] = []
        tasks = [asyncio.create_task(self._reach(domain, unreached)) for domain in self._domains]
        try:
            async with asyncio.timeout(_TRIAL_SECONDS):
                for finished in asyncio.as_completed(tasks):
                    if host := await finished:
                        return Trial(WayOutState.OPEN, (host,))
        except TimeoutError:
            log.debug("smtp.way_out_silent", hosts=unreached)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        is_proof = len(unreached) >= min(_FEWEST_HOSTS, len(self._domains)) > 0
        return Trial(WayOutState.CLOSED, tuple(sorted(unreached))) if is_proof else _UNTRIED

    def reached(self) -> None:
        """Note that some host was connected to."""
        self._open_until = self._clock() + _REACHED_SECONDS
        self._missed.clear()
        self._given_up_until = 0.0

    def missed(self, host: str) -> None:
        """Note that nobody answered at `host`: what was known must be proved again."""
        self._open_until = 0.0
        self._missed.add(host)
        if len(self._missed) >= _MISSED_HOSTS:
            self._given_up_until = self._clock() + _AGAIN_SECONDS
            # The next one that is missed after the pause gives up again.
            self._missed.pop()

    async def close(self) -> None:
        """Stop trying."""
        await self._trials.close()

    async def _learn(self, _: str) -> Answer[Trial]:
        trial = await self.trial()
        if trial.state is WayOutState.CLOSED:
            log.warning("smtp.way_out_closed", hosts=trial.hosts, again_in_seconds=_AGAIN_SECONDS)
        else:
            log.info("smtp.way_out_tried", state=trial.state, hosts=trial.hosts)
        return Answer(trial, _AGAIN_SECONDS)

    async def _reach(self, domain: str, unreached: list[str]) -> str | None:
        """Answer the mail host of `domain` that was reached; one that is not, or not yet, stands in `unreached`."""
        peer = await self._host_of(domain)
        if peer is None:
            return None
        unreached.append(peer.host)
        try:
            connection = await self._client.connect(peer, Security.NONE, Dialogue())
        except SmtpConnectError:
            return None
        except EgressRefusedError:
            # What DNS calls a well-known host here is somebody else.
            unreached.remove(peer.host)
            return None
        except SmtpError:
            # It turned us away, and that came back through the port.
            return peer.host
        await connection.quit()
        return peer.host

    async def _host_of(self, domain: str) -> Peer | None:
        found = await self._resolver.mx(domain)
        if not isinstance(found, MxHosts):
            return None
        host = found.hosts[0].host
        try:
            addresses = await self._resolver.addresses(host)
        except ResolutionError:
            return None
        # Many machines of ours have no way out by IPv6, which says nothing about the port.
        return Peer(host, next((ip for ip in addresses if ":" not in ip), addresses[0]), self._port)
