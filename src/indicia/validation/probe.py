"""Asks a domain's mail host about a mailbox, as a server that is about to send would, and leaves before any message.

The address itself is asked for first. A made-up one follows on a connection of its own, because some hosts (Outlook)
refuse every second recipient of a connection, and a refusal of the made-up one must not spoil the real answer.
"""

import secrets
from collections.abc import Iterator
from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.mail.address import Address
from indicia.mail.replies import Reply
from indicia.net.dns import Resolver
from indicia.net.model import EgressRefusedError, ResolutionError
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import (
    MalformedLetterError,
    Peer,
    Security,
    SmtpConnectError,
    SmtpError,
    SmtpGarbledError,
    SmtpLackingError,
    SmtpLostError,
    SmtpRefusedError,
    SmtpTimeoutError,
    SmtpTlsError,
    Timeouts,
    Verb,
)
from indicia.net.smtp.way_out import WayOut
from indicia.validation.mail_hosts import Hosts
from indicia.validation.model import AcceptAll, Finding, Origin, Reason
from indicia.validation.replies import before_recipient, of_recipient

log = get_logger()

PROBE_TIMEOUTS = Timeouts(connect=5.0, banner=30.0, command=30.0, quit=0.5, opening=30.0, sending=30.0)
"""A question is not worth the minutes that RFC 5321 grants a message; the caller's deadline cuts these short."""

# The most preferred host and one more: whoever answers at neither will not at the fifth.
_MOST_HOSTS = 3
_ADDRESSES_OF_HOST = 2
# Long enough to be nobody's, short enough to look like a local part.
_MADE_UP_BYTES = 8

_INSIDE = "Its mail host has no public address"


class ProbeOptions(NamedTuple):
    """How probes present themselves.

    Attributes:
        sender: MAIL FROM; a mailbox of ours that exists, or empty for the null return path.
        port: Where mail hosts listen.
    """

    sender: str
    port: int


class Probe:
    """Asks mail hosts; one connection a question."""

    def __init__(
        self, client: SmtpClient, resolver: Resolver, way_out: WayOut, options: ProbeOptions, clock: Clock
    ) -> None:
        self._client = client
        self._way_out = way_out
        self._resolver = resolver
        self._options = options
        self._clock = clock

    async def mailbox(self, address: Address, hosts: Hosts) -> Finding:
        """Ask the first host that answers whether it takes `address`; never raises for what a host does."""
        finding = Finding(Reason.NO_CONNECT, Origin.PROBE, detail="No mail host could be reached")
        for name in hosts.names[:_MOST_HOSTS]:
            finding = await self._at_host(address, name)
            if finding.reason not in {Reason.NO_CONNECT, Reason.TIMEOUT}:
                return finding
        return finding

    async def accepts_all(self, domain: str, hosts: Hosts) -> AcceptAll:
        """Ask for a mailbox that nobody has; only a clear yes or no counts."""
        made_up = Address("", secrets.token_hex(_MADE_UP_BYTES), domain)
        finding = await self.mailbox(made_up, hosts)
        if finding.reason is Reason.ACCEPTED_EMAIL:
            return AcceptAll.YES
        return AcceptAll.NO if finding.reason is Reason.REJECTED_EMAIL else AcceptAll.UNKNOWN

    async def _at_host(self, address: Address, name: str) -> Finding:
        try:
            found = await self._resolver.addresses(name)
        except ResolutionError:
            return Finding(Reason.NO_CONNECT, Origin.PROBE, detail=f"The mail host {name} has no address")
        finding = Finding(Reason.NO_CONNECT, Origin.PROBE)
        for ip in _some_of_each_family(found):
            finding = await self._ask(address, Peer(name, ip, self._options.port))
            if finding.reason is not Reason.NO_CONNECT or finding.detail == _INSIDE:
                return finding
        return finding

    async def _ask(self, address: Address, peer: Peer) -> Finding:
        dialogue = Dialogue()
        try:
            return await self._talk(address, peer, dialogue)
        except EgressRefusedError:
            return Finding(Reason.NO_CONNECT, Origin.PROBE, detail=_INSIDE)
        except SmtpTlsError as error:
            # Its TLS is broken, which says nothing about the mailbox; others would send in clear as well.
            log.debug("probe.tls_failed", host=peer.host, reason=error.detail)
            return await self._ask_in_clear(address, peer)
        except (SmtpError, MalformedLetterError) as error:
            return self._failed(error)
        finally:
            log.debug("probe.asked", host=peer.host, dialogue=str(dialogue))

    async def _ask_in_clear(self, address: Address, peer: Peer) -> Finding:
        try:
            return await self._talk(address, peer, Dialogue(), Security.NONE)
        except (SmtpError, MalformedLetterError) as error:
            return self._failed(error)

    async def _talk(
        self, address: Address, peer: Peer, dialogue: Dialogue, security: Security = Security.OPPORTUNISTIC
    ) -> Finding:
        try:
            connection = await self._client.connect(peer, security, dialogue)
        except SmtpConnectError:
            self._way_out.missed(peer.host)
            raise
        self._way_out.reached()
        try:
            if address.needs_smtputf8 and "SMTPUTF8" not in connection.offers:
                detail = "The mail host takes no addresses beyond ASCII"
                return Finding(Reason.REJECTED_EMAIL, Origin.PROBE, detail=detail)
            reply = await connection.mail(self._options.sender, dialogue, needs_utf8=address.needs_smtputf8)
            if not reply.is_positive:
                return before_recipient(reply, self._clock())
            finding = of_recipient(await connection.rcpt(address.envelope), self._clock())
            await connection.quit()
            return finding
        finally:
            connection.abort()

    def _failed(self, error: SmtpError | MalformedLetterError) -> Finding:
        if isinstance(error, SmtpRefusedError):
            return self._refused(error.reply, error.verb)
        reason = next((reason for kind, reason in _FAILURES.items() if isinstance(error, kind)), None)
        return Finding(reason or Reason.UNEXPECTED_ERROR, Origin.PROBE, detail=str(error)[:300])

    def _refused(self, reply: Reply, verb: Verb) -> Finding:
        now = self._clock()
        return of_recipient(reply, now) if verb is Verb.RCPT else before_recipient(reply, now)


_FAILURES: dict[type[Exception], Reason] = {
    SmtpConnectError: Reason.NO_CONNECT,
    SmtpTimeoutError: Reason.TIMEOUT,
    SmtpLostError: Reason.UNAVAILABLE_SMTP,
    SmtpGarbledError: Reason.INVALID_SMTP,
    SmtpLackingError: Reason.UNAVAILABLE_SMTP,
    SmtpTlsError: Reason.UNAVAILABLE_SMTP,
    MalformedLetterError: Reason.INVALID_EMAIL,
}


def _some_of_each_family(addresses: tuple[str, ...]) -> Iterator[str]:
    """Take the first of each family: many machines of ours have no way out by IPv6."""
    families = ([ip for ip in addresses if ":" not in ip], [ip for ip in addresses if ":" in ip])
    for family in families:
        yield from family[: _ADDRESSES_OF_HOST // 2]
