"""Which domains there are, and which of them a caller may use."""

import secrets

import msgspec

from indicia.accounts.keys import Keys
from indicia.accounts.model import DEFAULT_ACCOUNT, Account, Principal, Role
from indicia.accounts.signing_key import SigningKeys
from indicia.accounts.store import find_or_add_account
from indicia.base.clock import Clock
from indicia.domains import store
from indicia.domains.dkim_keys import DkimKeys
from indicia.domains.model import (
    Domain,
    DomainNotFoundError,
    DomainState,
    DomainTakenError,
    Feature,
    InvalidDomainError,
)
from indicia.domains.names import canonical_domain
from indicia.mail.dkim import PrivateKey
from indicia.storage.database import Database, Steps


class AddedDomain(msgspec.Struct, frozen=True):
    """A domain just added, with keys that are shown this once; `primary_key` only for a new account."""

    domain: Domain
    sending_key: str
    signing_key: str | None
    primary_key: str | None


class DomainRegistry:
    """The sending domains of all accounts."""

    def __init__(
        self, database: Database, keys: Keys, signing_keys: SigningKeys, dkim_keys: DkimKeys, clock: Clock
    ) -> None:
        self._database = database
        self._keys = keys
        self._signing_keys = signing_keys
        self._dkim_keys = dkim_keys
        self._clock = clock

    async def add(
        self,
        name: str,
        *,
        account: str | None = None,
        state: DomainState | None = None,
        features: frozenset[Feature] = frozenset(),
        without: frozenset[Feature] = frozenset(),
        tracking: bool | None = None,
    ) -> AddedDomain:
        """Add a domain, or change its settings where the account has it already, and issue a sending key for it.

        What is not said stays as it is; a new domain is unverified and tracked, and has the features that are named.
        The account is made at its first use; without a name it is the first one besides the demo.

        Raises:
            InvalidDomainError: `name` is no domain name; nothing is stored.
            DomainTakenError: Another account has it; nothing is stored.
        """
        canonical = canonical_domain(name)
        first = await self._first_account_name() if account is None else account
        # Where another account has it, nothing of it is stored again.
        known = await store.domain_named(self._database, canonical) or self._fresh(canonical)
        domain = msgspec.structs.replace(
            known,
            state=known.state if state is None else state,
            features=(known.features | features) - without,
            tracking=known.tracking if tracking is None else tracking,
            updated_at=self._clock(),
        )
        dkim_keys = await self._dkim_keys.fresh() if await self._lacks_dkim_keys(domain.name) else []
        added = await self._database.run(self._add(domain, first, dkim_keys))
        if added.signing_key is not None:
            return added
        live = await self._signing_keys.live(added.domain.account_id)
        return msgspec.structs.replace(added, signing_key=live[0])

    async def usable_by(self, principal: Principal, name: str) -> Domain:
        """Answer the domain of that name if `principal` may use it.

        Raises:
            DomainNotFoundError: There is none, or it is not for this caller.
        """
        try:
            domain = await store.domain_named(self._database, canonical_domain(name))
        except InvalidDomainError:
            domain = None
        if domain is None or not _may_use(principal, domain):
            raise DomainNotFoundError(name)
        return domain

    async def all_usable_by(self, principal: Principal) -> list[Domain]:
        """Answer every domain that `principal` may use, by name."""
        domains = await store.domains_of_account(self._database, principal.account_id)
        return [domain for domain in domains if _may_use(principal, domain)]

    async def all_owned(self) -> list[tuple[str, Domain]]:
        """Answer all domains by name, each with the name of its account."""
        return await store.owned_domains(self._database)

    async def named(self, name: str) -> Domain | None:
        """Answer the domain of that name, whoever's it is: for visitors without a key."""
        try:
            return await store.domain_named(self._database, canonical_domain(name))
        except InvalidDomainError:
            return None

    async def of_id(self, domain_id: int) -> Domain | None:
        """Answer the domain of that id."""
        return await store.domain_of_id(self._database, domain_id)

    def _fresh(self, name: str) -> Domain:
        now = self._clock()
        return Domain(
            id=0,
            account_id=0,
            name=name,
            state=DomainState.UNVERIFIED,
            features=frozenset(),
            tracking=True,
            seed_token=secrets.token_hex(16),
            created_at=now,
            updated_at=now,
        )

    async def _lacks_dkim_keys(self, name: str) -> bool:
        domain = await store.domain_named(self._database, name)
        return domain is None or not await store.dkim_keys_of(self._database, domain.id)

    async def limit_of(self, domain_id: int) -> tuple[int, int]:
        """Answer how many messages in how many seconds a domain may send; zeros are no limit."""
        return await store.limit_of_domain(self._database, domain_id)

    async def _first_account_name(self) -> str:
        try:
            return (await self._keys.account(None)).name
        except LookupError:
            return DEFAULT_ACCOUNT

    def _add(self, domain: Domain, account_name: str, dkim_keys: list[PrivateKey]) -> Steps[AddedDomain]:
        account, is_new = yield from find_or_add_account(account_name, self._clock())
        stored = yield from store.save_domain(msgspec.structs.replace(domain, account_id=account.id))
        if stored is None:
            raise DomainTakenError(domain.name)
        if dkim_keys:
            yield from self._dkim_keys.add_first(stored.id, dkim_keys)
        _, sending_key = yield from self._keys.issue(account.id, Role.SENDING, domain_id=stored.id)
        signing_key, primary_key = (yield from self._open_account(account)) if is_new else (None, None)
        return AddedDomain(stored, sending_key, signing_key, primary_key)

    def _open_account(self, account: Account) -> Steps[tuple[str, str]]:
        signing_key = yield from self._signing_keys.rotate(account.id)
        _, primary_key = yield from self._keys.issue(account.id, Role.PRIMARY)
        return signing_key, primary_key


def _may_use(principal: Principal, domain: Domain) -> bool:
    if domain.account_id != principal.account_id:
        return False
    return principal.domain_id is None or principal.domain_id == domain.id
