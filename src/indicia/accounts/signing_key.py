"""The key that signs an account's webhooks: `whsec_` and 32 random bytes in base64.

The form is that of Standard Webhooks 1.0.0, whose receivers know it.
"""

import base64
import secrets

from indicia.accounts import store
from indicia.base.clock import Clock
from indicia.storage.database import Database, Steps
from indicia.storage.vault import Vault

PREFIX = "whsec_"
SECRET_BYTES = 32
OVERLAP_SECONDS = 24 * 3600


class SigningKeys:
    """One signing key per account, with the one before it during the overlap."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def rotate(self, account_id: int) -> Steps[str]:
        """Give the account a new signing key in the caller's transaction; answer it.

        The one before it signs beside it for `OVERLAP_SECONDS`, so that receivers can change over.
        """
        now = self._clock()
        key = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        sealed = self._vault.seal(key.encode())
        yield from store.add_signing_key(account_id, sealed, now=now, overlap_until=now + OVERLAP_SECONDS)
        return key

    async def live(self, account_id: int) -> list[str]:
        """Answer the keys that sign now, the newest first; an account has one from its beginning."""
        sealed = await store.live_signing_keys(self._database, account_id, self._clock())
        return [self._vault.unseal(key).decode() for key in sealed]
