"""Where a copy goes: the mail exchangers of the recipient's domain in their order, or the operator's relay."""

from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address
from itertools import groupby
from typing import NamedTuple

from indicia.delivery.model import Bounced, Deferred, Status
from indicia.delivery.policies import Policies
from indicia.delivery.relays import Relay
from indicia.mail.bounces import BounceClass
from indicia.net.dns import Resolver
from indicia.net.model import MxHosts, NoMx
from indicia.net.smtp.model import Login, Security

# A name for a receiver appears in metrics and on the command line.
_LONGEST_SITE = 120


class Route(NamedTuple):
    """Servers that take mail for a domain.

    Attributes:
        site: What stands for these servers together: domains that share them share a site.
        hosts: Names, or addresses; the most preferred together first.
        security: The least that is asked of a connection.
        is_ours: The operator named the servers, so that the egress guard has no say.
    """

    site: str
    hosts: tuple[tuple[str, ...], ...]
    port: int
    security: Security = Security.OPPORTUNISTIC
    login: Login | None = None
    speaks_tls_first: bool = False
    is_ours: bool = False


_NO_ROUTE: dict[NoMx, Deferred | Bounced] = {
    NoMx.NULL_MX: Bounced(Status(556, "the domain takes no mail (null MX)", "5.1.10"), BounceClass.BAD_DOMAIN),
    NoMx.NO_SUCH_DOMAIN: Bounced(Status(550, "the domain does not exist", "5.1.2"), BounceClass.BAD_DOMAIN),
    NoMx.UNAVAILABLE: Deferred(Status(451, "DNS did not tell where the domain takes mail", "4.4.3"), BounceClass.DNS),
}


class Routes:
    """Finds routes; remembers nothing that the resolver does not."""

    def __init__(
        self, resolver: Resolver, policies: Policies, *, port: int, own_name: str, relay: Relay | None = None
    ) -> None:
        self._resolver = resolver
        self._policies = policies
        self._port = port
        self._own_name = own_name
        self._relay = relay

    def site_of(self, domain: str) -> str:
        """Answer what stands for the servers of `domain` as far as is known right now; asks nobody."""
        if self._relay is not None:
            return self._relay.site
        known = self._resolver.cached_mx(domain)
        return _site(known) if isinstance(known, MxHosts) else domain

    async def find(self, domain: str, relay: Relay | None = None) -> Route | Deferred | Bounced:
        """Answer where mail for `domain` goes, or what that comes to where it goes nowhere.

        Args:
            domain: A recipient's, in A-labels.
            relay: The sending domain's own relay, before the installation's.
        """
        chosen = relay or self._relay
        if chosen is not None:
            return _to_relay(chosen)
        if domain.startswith("["):
            return self._to_literal(domain)
        found = await self._resolver.mx(domain)
        if isinstance(found, MxHosts):
            return await self._to_exchangers(domain, found)
        if found is NoMx.NO_RECORD:
            # RFC 5321 5.1: the domain itself is its only exchanger.
            return Route(domain, ((domain,),), self._port)
        return _NO_ROUTE[found]

    async def _to_exchangers(self, domain: str, found: MxHosts) -> Route | Deferred | Bounced:
        groups = [tuple(mx.host for mx in group) for _, group in groupby(found.hosts, key=lambda mx: mx.preference)]
        # RFC 5321 5.1: whoever finds itself in the list sends to nobody less preferred, or mail would go in circles.
        own = next((place for place, hosts in enumerate(groups) if self._own_name in hosts), len(groups))
        groups = groups[:own]
        if not groups:
            return Bounced(Status(554, "mail for the domain loops back to this server", "5.4.6"), BounceClass.LOOP)
        policy = await self._policies.enforced(domain)
        if policy is None:
            return Route(_site(found), tuple(groups), self._port)
        allowed = tuple(hosts for group in groups if (hosts := tuple(host for host in group if policy.allows(host))))
        if not allowed:
            description = "no mail exchanger of the domain fits its MTA-STS policy"
            return Deferred(Status(454, description, "4.7.5"), BounceClass.TLS)
        return Route(_site(found), allowed, self._port, Security.VERIFIED)

    def _to_literal(self, domain: str) -> Route | Bounced:
        """Send to `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 4.1.3)."""
        with suppress(ValueError):
            address = str(ip_address(domain.strip("[]").lower().removeprefix("ipv6:")))
            return Route(domain, ((address,),), self._port)
        return Bounced(Status(550, "the recipient's domain is no address", "5.1.2"), BounceClass.BAD_DOMAIN)


def _to_relay(relay: Relay) -> Route:
    return Route(
        relay.site,
        ((relay.host,),),
        relay.port,
        relay.security,
        relay.login,
        speaks_tls_first=relay.speaks_tls_first,
        is_ours=True,
    )


@lru_cache(maxsize=10_000)
def _site(found: MxHosts) -> str:
    """Name the exchangers together: thousands of domains share those of a large provider."""
    site = ",".join(sorted({mx.host for mx in found.hosts}))
    return site if len(site) <= _LONGEST_SITE else f"{site[:_LONGEST_SITE]}...{sha256(site.encode()).hexdigest()[:8]}"
