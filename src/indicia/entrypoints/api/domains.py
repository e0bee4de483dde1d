"""`GET /domains` and `GET /domains/{domain}`."""

from starlette.requests import Request
from starlette.responses import Response

from indicia.base.clock import http_date
from indicia.domains.model import Domain
from indicia.domains.registry import DomainRegistry
from indicia.entrypoints.api.caller import principal_of
from indicia.entrypoints.api.replies import json_reply

# The original names the hosting zone; here it is always the operator's own machines.
_DATA_LOCATION = "self-hosted"


class DomainsApi:
    """Lists and shows the caller's domains."""

    def __init__(self, domains: DomainRegistry) -> None:
        self._domains = domains

    async def list(self, request: Request) -> Response:
        """Answer every domain that the key opens, as a bare array."""
        domains = await self._domains.all_usable_by(principal_of(request))
        return json_reply([_in_list(domain) for domain in domains])

    async def show(self, request: Request) -> Response:
        """Answer one domain in detail."""
        domain = await self._domains.usable_by(principal_of(request), request.path_params["domain"])
        return json_reply({"domain": _in_detail(domain)})


def _in_list(domain: Domain) -> dict[str, object]:
    return {
        "cid": domain.account_id,
        "created_at": http_date(domain.created_at),
        "data_location": _DATA_LOCATION,
        "force_dkim_authority": False,
        "id": domain.id,
        "name": domain.name,
        "state": domain.state,
        "wildcard": False,
    }


def _in_detail(domain: Domain) -> dict[str, object]:
    return {
        "channel": "email",
        "created_at": http_date(domain.created_at),
        "data_location": _DATA_LOCATION,
        "dkim_auth": False,
        "limit": None,
        "name": domain.name,
        "seedmail": f"seed-{domain.seed_token}@{domain.name}",
        "state": domain.state,
        "transactional": True,
        "updated_at": http_date(domain.updated_at),
        "wildcard": False,
    }
