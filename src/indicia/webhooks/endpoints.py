"""Which endpoints are disabled: by their receivers, or after days of nothing but failures."""

from indicia.storage.database import Database, Steps
from indicia.webhooks import store
from indicia.webhooks.model import DisabledEndpoint, Endpoint
from indicia.webhooks.store import Trouble

# Longer than any one delivery is retried, so a weekend's outage disables nothing.
FAILING_SECONDS = 5 * 24 * 3600.0
FAILED_ATTEMPTS = 20

_GIVEN_UP = f"{FAILED_ATTEMPTS} attempts or more failed in {FAILING_SECONDS / 86_400:.0f} days, and none succeeded"


class Endpoints:
    """Follows how endpoints cope, in the store, so that a restart forgets nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def succeeded(self, endpoint: Endpoint) -> Steps[None]:
        """Forget the endpoint's failures."""
        return store.note_success(endpoint)

    def failed(self, endpoint: Endpoint, now: float) -> Steps[bool]:
        """Count a failed attempt, and disable the endpoint if that was one too many; answer whether it was."""
        trouble = yield from store.note_failure(endpoint, now)
        if not is_given_up(trouble, now):
            return False
        return (yield from store.disable_endpoint(endpoint, _GIVEN_UP, now))

    def disable(self, endpoint: Endpoint, reason: str, now: float) -> Steps[bool]:
        """Attempt nothing more at `endpoint`, for `reason`, a text for customers; answer whether it was enabled."""
        return store.disable_endpoint(endpoint, reason, now)

    async def is_disabled(self, endpoint: Endpoint) -> bool:
        """Tell whether nothing may be attempted at `endpoint`.

        Raises:
            StorageError: The store cannot be read.
        """
        return await store.is_disabled(self._database, endpoint)

    async def disabled(self) -> list[DisabledEndpoint]:
        """Answer all disabled endpoints, the last disabled first.

        Raises:
            StorageError: The store cannot be read.
        """
        return await store.disabled_endpoints(self._database)

    async def enable(self, url: str, account_id: int | None = None) -> bool:
        """Attempt deliveries to `url` again, one account's or all; answer whether any was disabled.

        Its failures are forgotten. What was owed meanwhile are dead letters.

        Raises:
            StorageError: It stays as it was.
        """
        return await self._database.run(store.enable_endpoints(url, account_id))


def is_given_up(trouble: Trouble, now: float) -> bool:
    """Tell whether an endpoint has failed for so long and so often that it is not worth another attempt."""
    return trouble.failures >= FAILED_ATTEMPTS and now - trouble.since >= FAILING_SECONDS
