"""Issue API keys and recognise them."""

from collections.abc import Sequence
from ipaddress import ip_address

from indicia.accounts import store
from indicia.accounts.key_format import is_well_formed, new_key
from indicia.accounts.model import (
    Account,
    ApiKey,
    KeyNotFoundError,
    KeyRefusedError,
    KnownKey,
    Network,
    Principal,
    Role,
    UnknownAccountError,
)
from indicia.base.clock import Clock
from indicia.storage.database import Database, Steps
from indicia.storage.vault import Vault

# Enough of a key to tell it from others in a list, too little to use it.
_HINT_LENGTH = 4


class Keys:
    """The API keys of all accounts."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def issue(
        self,
        account_id: int,
        role: Role,
        *,
        domain_id: int | None = None,
        networks: Sequence[Network] = (),
        expires_in: float | None = None,
    ) -> Steps[tuple[int, str]]:
        """Store a new key in the caller's transaction; answer its id and the key, which is never shown again.

        Args:
            account_id: Whose key it is.
            role: `sending` needs a `domain_id`, `primary` has none.
            domain_id: The one domain that a sending key opens.
            networks: From where it may be used; empty means from anywhere.
            expires_in: Seconds until it opens nothing; None means never.
        """
        now = self._clock()
        key = new_key()
        stored = ApiKey(
            id=0,
            account_id=account_id,
            domain_id=domain_id,
            role=role,
            networks=tuple(networks),
            expires_at=None if expires_in is None else now + expires_in,
        )
        key_id = yield from store.add_key(stored, digest=self._vault.digest(key), hint=key[-_HINT_LENGTH:], now=now)
        return key_id, key

    async def recognise(self, key: str, client_ip: str) -> Principal:
        """Answer who shows `key` from `client_ip`.

        Raises:
            KeyRefusedError: It is malformed, unknown, revoked, expired, or not allowed from there.
        """
        if not is_well_formed(key):
            raise KeyRefusedError
        found = await store.key_of_digest(self._database, self._vault.digest(key))
        if found is None or not _opens(found, client_ip, self._clock()):
            raise KeyRefusedError
        return Principal(found.id, found.account_id, found.domain_id, found.role)

    async def known(self) -> list[KnownKey]:
        """Answer all keys of all accounts, closed ones too, in the order in which they were made."""
        return await store.known_keys(self._database)

    async def revoke(self, key_id: int) -> None:
        """Close a key for good, from the next request on.

        Raises:
            KeyNotFoundError: There is no open key of that id.
        """
        if not await self._database.run(store.revoke_key(key_id, self._clock())):
            raise KeyNotFoundError(key_id)

    async def account(self, name: str | None) -> Account:
        """Answer the account named `name`, or where no name is given the first one, the demo aside.

        Raises:
            UnknownAccountError: There is none.
        """
        found = await (
            store.first_account(self._database) if name is None else store.account_named(self._database, name)
        )
        if found is None:
            raise UnknownAccountError(name or "the first account")
        return found


def _opens(key: ApiKey, client_ip: str, now: float) -> bool:
    if not key.is_open(now):
        return False
    return not key.networks or any(ip_address(client_ip) in network for network in key.networks)
