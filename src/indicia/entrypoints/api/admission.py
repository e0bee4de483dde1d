"""Let a request in: to a domain that its caller may use, with the feature it needs, within its rate."""

from typing import ClassVar

from starlette.requests import Request

from indicia.aggregates.rate_limits import Allowance, Limit, RateLimits
from indicia.domains.model import Domain, Feature
from indicia.domains.registry import DomainRegistry
from indicia.entrypoints.api.caller import principal_of
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.replies import too_many


class Admission:
    """Admits requests about a domain."""

    def __init__(self, domains: DomainRegistry, *, limits: RateLimits | None) -> None:
        self._domains = domains
        self._limits = limits

    async def domain_of(self, request: Request) -> Domain:
        """Answer the domain that the path names.

        Raises:
            DomainNotFoundError: There is none, or it is not the caller's.
        """
        return await self._domains.usable_by(principal_of(request), request.path_params["domain"])

    def take(self, request: Request, limit: Limit) -> Allowance | None:
        """Use one of the allowance of the caller's key; None where nothing is limited.

        Raises:
            ApiError: None is left (429).
        """
        return self._take(limit, str(principal_of(request).key_id))

    def take_of_account(self, request: Request, limit: Limit) -> Allowance | None:
        """Use one of the allowance that all keys of the caller's account share; None where nothing is limited.

        Raises:
            ApiError: None is left (429).
        """
        return self._take(limit, str(principal_of(request).account_id))

    def _take(self, limit: Limit, caller: str) -> Allowance | None:
        if self._limits is None:
            return None
        allowance = self._limits.take(limit, caller)
        if not allowance.allowed:
            raise too_many(allowance)
        return allowance


class FeatureAdmission(Admission):
    """Admits requests to an API that each domain has to enable; `contact` is named to who has not."""

    _API: ClassVar[str]
    _FEATURES: ClassVar[frozenset[Feature]]

    def __init__(self, domains: DomainRegistry, *, limits: RateLimits | None, contact: str) -> None:
        super().__init__(domains, limits=limits)
        self._contact = contact

    async def domain_of(self, request: Request) -> Domain:
        """Answer the domain that the path names.

        Raises:
            DomainNotFoundError: There is none, or it is not the caller's.
            ApiError: It lacks the feature (402).
        """
        domain = await super().domain_of(request)
        if not domain.features & self._FEATURES:
            raise ApiError(402, f"{self._API} not enabled for this domain. Contact {self._contact}.")
        return domain


class BotAdmission(FeatureAdmission):
    """Admits requests about bot detection."""

    _API = "BotDetection API"
    _FEATURES = frozenset({Feature.BOT_DETECTION})


class ValidationAdmission(FeatureAdmission):
    """Admits requests about validation; in test mode a domain validates too."""

    _API = "Email validation"
    _FEATURES = frozenset({Feature.VALIDATION, Feature.VALIDATION_SANDBOX})
