"""The keys that sign a domain's mail: two of them, an RSA and an Ed25519 key, changed with an overlap."""

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime

from indicia.aggregates.lately import Lately
from indicia.base.clock import Clock
from indicia.domains import store
from indicia.domains.model import DkimKey, DkimKeyState
from indicia.mail.dkim import Algorithm, PrivateKey, Signer, loaded_key, new_key, private_bytes, public_tag
from indicia.storage.database import Database, Steps
from indicia.storage.vault import Vault

# Time to publish new records, and for caches to forget that there were none.
DEFAULT_OVERLAP_SECONDS = 48 * 3600
# A thousand copies a second ask for the same keys.
_A_MOMENT_SECONDS = 1.0
# A loaded key is some kilobytes.
_MOST_LOADED = 4096

# RSA first: a receiver that looks at one signature only knows that one.
_PREFIXES = {Algorithm.RSA: "rsa", Algorithm.ED25519: "ed"}


class DkimKeys:
    """The signing keys of all domains, sealed where they are stored and loaded once."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._loaded: OrderedDict[int, PrivateKey] = OrderedDict()
        self._stored = Lately(self._read, clock, seconds=_A_MOMENT_SECONDS)

    async def fresh(self) -> list[PrivateKey]:
        """Make a key of each kind, elsewhere than in the event loop: an RSA key takes some hundred milliseconds."""
        return await asyncio.to_thread(lambda: [new_key(algorithm) for algorithm in _PREFIXES])

    def add_first(self, domain_id: int, keys: list[PrivateKey]) -> Steps[None]:
        """Give a domain its first keys, which sign from now on; one that has keys keeps those."""
        if not (yield from store.dkim_keys(domain_id)):
            yield from self._add(domain_id, keys, signs_from=self._clock())

    async def rotate(self, domain_id: int, overlap_seconds: float = DEFAULT_OVERLAP_SECONDS) -> None:
        """Give a domain new keys, which sign in place of those before them once the overlap is over.

        Until then their DNS records are to be published. A rotation that was begun and is not over is replaced.
        Where no key signs, the new ones do at once.
        """
        keys = await self.fresh()
        await self._database.run(self._rotate(domain_id, keys, overlap_seconds))

    async def all_of(self, domain_id: int) -> list[DkimKey]:
        """Answer a domain's keys whose DNS records are needed, those that sign now first."""
        now = self._clock()
        keys = await store.dkim_keys_of(self._database, domain_id)
        needed = [key for key in keys if key.record_needed_at(now)]
        return sorted(needed, key=lambda key: (_ORDER[key.state(now)], key.id))

    async def signers(self, domain_id: int, domain_name: str) -> list[Signer]:
        """Answer the keys that sign a domain's mail, RSA first; a change is followed within a second."""
        now = self._clock()
        keys = await self._stored.get(domain_id)
        signing = [key for key in keys if key.state(now) is DkimKeyState.SIGNING]
        return [Signer(domain_name, key.selector, key.algorithm, self._load(key)) for key in signing]

    async def _read(self, domain_id: int) -> list[DkimKey]:
        return await store.dkim_keys_of(self._database, domain_id)

    def _load(self, key: DkimKey) -> PrivateKey:
        loaded = self._loaded.get(key.id)
        if loaded is None:
            loaded = self._loaded[key.id] = loaded_key(self._vault.unseal(key.sealed))
            while len(self._loaded) > _MOST_LOADED:
                self._loaded.popitem(last=False)
        return loaded

    def _rotate(self, domain_id: int, keys: list[PrivateKey], overlap_seconds: float) -> Steps[None]:
        now = self._clock()
        existing = yield from store.dkim_keys(domain_id)
        if not any(key.state(now) is DkimKeyState.SIGNING for key in existing):
            overlap_seconds = 0
        yield from store.cancel_dkim_keys(domain_id, now)
        yield from store.retire_dkim_keys(domain_id, now, at=now + overlap_seconds)
        yield from self._add(domain_id, keys, signs_from=now + overlap_seconds)

    def _add(self, domain_id: int, keys: list[PrivateKey], *, signs_from: float) -> Steps[None]:
        now = self._clock()
        taken = {key.selector for key in (yield from store.dkim_keys(domain_id))}
        for algorithm, key in zip(_PREFIXES, keys, strict=True):
            yield from store.add_dkim_key(
                DkimKey(
                    id=0,
                    domain_id=domain_id,
                    algorithm=algorithm,
                    selector=_selector(algorithm, now, taken),
                    sealed=self._vault.seal(private_bytes(key)),
                    public=public_tag(key),
                    created_at=now,
                    signs_from=signs_from,
                    retired_at=None,
                )
            )


_ORDER = {DkimKeyState.SIGNING: 0, DkimKeyState.WAITING: 1, DkimKeyState.RETIRED: 2}


def _selector(algorithm: Algorithm, now: float, taken: set[str]) -> str:
    """Name a key for its kind and day; a name is never used for two keys."""
    base = f"{_PREFIXES[algorithm]}{datetime.fromtimestamp(now, UTC):%Y%m%d}"
    selector = base
    number = 1
    while selector in taken:
        number += 1
        selector = f"{base}-{number}"
    return selector
