"""Let a request in: to a domain that its caller may use, with the feature it needs, within its rate."""

from starlette.requests import Request

from indicia.aggregates.rate_limits import Allowance, Limit, RateLimits
from indicia.domains.model import Domain, Feature
from indicia.domains.registry import DomainRegistry
from indicia.entrypoints.api.caller import principal_of
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.replies import too_many


class BotAdmission:
    """Admits requests about bot detection; `contact` is named to who has not enabled it."""

    def __init__(self, domains: DomainRegistry, *, limits: RateLimits | None, contact: str) -> None:
        self._domains = domains
        self._limits = limits
        self._contact = contact

    async def domain_of(self, request: Request) -> Domain:
        """Answer the domain that the path names.

        Raises:
            DomainNotFoundError: There is none, or it is not the caller's.
            ApiError: It lacks the feature (402).
        """
        domain = await self._domains.usable_by(principal_of(request), request.path_params["domain"])
        if Feature.BOT_DETECTION not in domain.features:
            raise ApiError(402, f"BotDetection API not enabled for this domain. Contact {self._contact}.")
        return domain

    def take(self, request: Request, limit: Limit) -> Allowance | None:
        """Use one of the caller's allowance; None where nothing is limited.

        Raises:
            ApiError: None is left (429).
        """
        if self._limits is None:
            return None
        allowance = self._limits.take(limit, str(principal_of(request).key_id))
        if not allowance.allowed:
            raise too_many(allowance)
        return allowance
