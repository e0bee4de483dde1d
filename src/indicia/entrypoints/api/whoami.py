"""`GET /test`: what the shown key is."""

from starlette.requests import Request
from starlette.responses import Response

from indicia.domains.registry import DomainRegistry
from indicia.entrypoints.api.caller import principal_of
from indicia.entrypoints.api.replies import json_reply


class WhoAmI:
    """Tells a caller which key they hold."""

    def __init__(self, domains: DomainRegistry) -> None:
        self._domains = domains

    async def show(self, request: Request) -> Response:
        """Answer the ids of customer, domain and token, and the key's role."""
        principal = principal_of(request)
        domain = None if principal.domain_id is None else await self._domains.of_id(principal.domain_id)
        return json_reply(
            {
                "auth": {
                    "cid": principal.account_id,
                    "did": principal.domain_id,
                    "domain": None if domain is None else domain.name,
                    "role": principal.role,
                    "tid": principal.key_id,
                }
            }
        )
