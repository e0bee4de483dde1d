"""The keys of tracking links and return paths: one is made at the first start, and old ones keep old mail alive."""

import secrets

from indicia.base.clock import Clock
from indicia.storage.database import Database
from indicia.storage.vault import Vault
from indicia.tracking import store
from indicia.tracking.model import KeysUsedUpError
from indicia.tracking.sealing import SECRET_BYTES, Sealing, SealingKey


class Keyring:
    """All live keys, and the sealing that works with them."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, sealing: Sealing) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self.sealing = sealing

    @classmethod
    async def open(cls, database: Database, vault: Vault, clock: Clock) -> "Keyring":
        """Read the keys, the first one made now if there is none.

        Raises:
            StorageError: They cannot be read, or were sealed under another master secret.
        """
        await database.run(store.add_key(_fresh(vault), only_first=True, now=clock()))
        return cls(database, vault, clock, Sealing(await _read(database, vault)))

    async def rotate(self) -> int:
        """Make a new key and seal with it from now on; answer its number.

        Tokens of older keys open as before. Other processes find the new key when they next refresh.

        Raises:
            KeysUsedUpError: There were 255 already; nothing is stored.
        """
        number = await self._database.run(store.add_key(_fresh(self._vault), only_first=False, now=self._clock()))
        if number is None:
            raise KeysUsedUpError
        await self.refresh()
        return number

    async def refresh(self) -> None:
        """Take up keys that another process has made."""
        self.sealing.use(await _read(self._database, self._vault))

    async def open_token(self, purpose: str, domain: str, token: bytes) -> bytes | None:
        """Answer a token's content as `Sealing.open` does, also if its key was made by another process just now."""
        if token and not self.sealing.knows_key_of(token):
            await self.look_for_key_of(token)
        return self.sealing.open(purpose, domain, token)

    async def look_for_key_of(self, token: bytes) -> None:
        """Take up the key that a token names, if another process made it just now."""
        if any(token[0] == number for number, _ in await store.keys(self._database)):
            await self.refresh()


def _fresh(vault: Vault) -> bytes:
    return vault.seal(secrets.token_bytes(SECRET_BYTES))


async def _read(database: Database, vault: Vault) -> list[SealingKey]:
    return [SealingKey(number, vault.unseal(sealed)) for number, sealed in await store.keys(database)]
