"""`GET /tracking-hosts?domain=email.news.example.com`: a proxy asks whether it should get a certificate for a host.

Only a proxy may ask, itself: others would learn who sends mail from here.
"""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import parse_qs

from starlette.types import Receive, Scope, Send

from indicia.domains.registry import DomainRegistry
from indicia.entrypoints.public.addresses import tracking_domain
from indicia.entrypoints.public.answers import NOT_FOUND, page, send_answer
from indicia.net.client_address import Network

_PATH = "/tracking-hosts"
_YES = page(200, b"yes\n")


class TrackingHosts:
    """Answers proxies that get certificates on demand, such as Caddy's `on_demand_tls`."""

    def __init__(self, domains: DomainRegistry, trusted_proxies: Sequence[Network]) -> None:
        self._domains = domains
        self._trusted_proxies = trusted_proxies

    def is_for(self, scope: Scope) -> bool:
        """Tell whether a request asks about a host."""
        return bool(scope["path"] == _PATH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Answer 200 for the tracking host of a domain that is here, 404 for everything else and to everybody else."""
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("domain", [""])[0]
        domain = tracking_domain(asked)
        if self._may_ask(scope) and domain is not None and await self._domains.named(domain) is not None:
            await send_answer(send, _YES)
        else:
            await send_answer(send, NOT_FOUND)

    def _may_ask(self, scope: Scope) -> bool:
        # A request that a proxy passes on says for whom.
        if scope["client"] is None or any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
            return False
        try:
            peer = ip_address(scope["client"][0])
        except ValueError:
            return False
        return peer.is_loopback or any(peer in network for network in self._trusted_proxies)
