"""What one sending domain's mail is subject to: a relay of its own, and a limit."""

from functools import lru_cache

from indicia.delivery import store
from indicia.delivery.relays import Relay, parse_relay
from indicia.storage.database import Database
from indicia.storage.vault import Vault


class DomainTerms:
    """Sets and reads the terms of sending domains; relays' URLs hold passwords and are sealed."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._unsealed = lru_cache(maxsize=1000)(self._unseal)

    async def set_relay(self, domain_id: int, url: str | None) -> None:
        """Send a domain's mail through the relay at `url` from now on; None takes it away.

        Raises:
            RelayUrlError: It is no relay's URL; nothing is changed.
            StorageError: Nothing is changed.
        """
        if url is not None:
            parse_relay(url)
        sealed = None if url is None else self._vault.seal(url.encode())
        await self._database.run(store.set_relay(domain_id, sealed))

    async def set_limit(self, domain_id: int, messages: int, seconds: int) -> None:
        """Let a domain send so many messages in every so many seconds; 0 messages are no limit.

        Raises:
            StorageError: Nothing is changed.
        """
        await self._database.run(store.set_limit(domain_id, messages, seconds))

    def relay(self, sealed: bytes) -> Relay:
        """Answer the relay that a domain's sealed URL names.

        Raises:
            StorageError: It was sealed under another master secret.
        """
        return self._unsealed(sealed)

    def _unseal(self, sealed: bytes) -> Relay:
        return parse_relay(self._vault.unseal(sealed).decode())
