"""Keep and answer who must not be mailed; addresses are compared in their one form, whatever their spelling."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.mail.address import Address
from indicia.storage.database import Database, Steps
from indicia.suppressions import store
from indicia.suppressions.model import NotSuppressedError, Suppression, SuppressionType
from indicia.suppressions.store import START, Position

LONGEST_ERROR = 1024

_RANKS = {kind: rank for rank, kind in enumerate(SuppressionType)}


class Page(NamedTuple):
    """Some of a list; `after` is where the next page begins, None on the last."""

    items: list[Suppression]
    after: Position | None


class Suppressions:
    """The suppressions of all domains."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, domain_id: int, address: Address, kind: SuppressionType, error: str) -> Steps[None]:
        """Suppress an address from the caller's transaction on, whether or not it already is."""
        yield from store.upsert(domain_id, [suppression(address, kind, error, self._clock())])

    def add_new(self, domain_id: int, address: Address, kind: SuppressionType, error: str) -> Steps[bool]:
        """Suppress an address as `add` does, unless it is for that reason already; answer whether it was not."""
        known = yield from store.types_among(domain_id, [address.canonical])
        if (address.canonical, kind) in known:
            return False
        yield from self.add(domain_id, address, kind, error)
        return True

    def among(self, domain_id: int, canonicals: Sequence[str]) -> Steps[dict[str, SuppressionType]]:
        """Answer which of `canonicals` must not be mailed and the gravest reason, in the caller's transaction."""
        return _gravest((yield from store.types_among(domain_id, canonicals)))

    async def already_among(self, domain_id: int, canonicals: Sequence[str]) -> dict[str, SuppressionType]:
        """Answer the same as of the last commit.

        Raises:
            StorageError: The store cannot be read.
        """
        return _gravest(await store.committed_types_among(self._database, domain_id, canonicals))

    async def put(self, domain_id: int, suppressions: Sequence[Suppression]) -> None:
        """Suppress addresses.

        Raises:
            StorageError: None of them is stored.
        """
        await self._database.run(store.upsert(domain_id, suppressions))

    async def gravest(self, domain_id: int, address: Address, kind: SuppressionType | None = None) -> Suppression:
        """Answer the gravest reason not to mail an address, or that of type `kind`.

        Raises:
            NotSuppressedError: There is none.
            StorageError: The store cannot be read.
        """
        found = await store.of_address(self._database, domain_id, address.canonical)
        meant = [each for each in found if kind in {None, each.type}]
        if not meant:
            raise NotSuppressedError(address.addr_spec)
        return min(meant, key=lambda each: _RANKS[each.type])

    async def remove(self, domain_id: int, address: Address, kind: SuppressionType | None = None) -> None:
        """Let an address be mailed again, for all reasons or for that of type `kind`.

        Raises:
            NotSuppressedError: It was not suppressed.
            StorageError: It stays as it was.
        """
        if not await self._database.run(store.delete(domain_id, address.canonical, kind)):
            raise NotSuppressedError(address.addr_spec)

    async def page(
        self, domain_id: int, *, kind: SuppressionType | None = None, after: Position = START, limit: int = 100
    ) -> Page:
        """Answer up to `limit` suppressions by address, beginning after `after`.

        Raises:
            StorageError: The store cannot be read.
        """
        found = await store.page(self._database, domain_id, kind, after=after, limit=limit + 1)
        items = found[:limit]
        is_last = len(found) <= limit
        return Page(items, None if is_last else Position(items[-1].canonical, items[-1].type))


def suppression(address: Address, kind: SuppressionType, error: str, now: float) -> Suppression:
    """Build the suppression of an address as of `now`; of a very long `error` the beginning is kept."""
    # No database but SQLite stores a NUL in a text.
    kept = error.replace("\0", "")[:LONGEST_ERROR]
    return Suppression(address.canonical, kind, address.addr_spec, kept, now)


def _gravest(found: Iterable[tuple[str, SuppressionType]]) -> dict[str, SuppressionType]:
    gravest: dict[str, SuppressionType] = {}
    for canonical, kind in sorted(found, key=lambda each: _RANKS[each[1]]):
        gravest.setdefault(canonical, kind)
    return gravest
