"""Find out before a start whether it would succeed, and make a first start something to try."""

from typing import NamedTuple

from indicia.accounts.model import DEMO_ACCOUNT
from indicia.accounts.store import has_accounts
from indicia.bootstrap.opening import open_store
from indicia.config import Settings
from indicia.datasets.registry import check_datasets
from indicia.domains.model import DomainState, Feature

_DEMO_DOMAIN = "demo.test"


class DemoAccount(NamedTuple):
    """What a first start makes for its user to try."""

    domain: str
    sending_key: str


async def prepare(settings: Settings, *, with_demo: bool) -> DemoAccount | None:
    """Find out whether a service could start; on an empty store make the demo account, if wanted.

    Raises:
        AppError: It could not; the message says why.
    """
    check_datasets(settings.datasets_path)
    async with open_store(settings) as store:
        if not with_demo or await has_accounts(store.database):
            return None
        added = await store.domains.add(
            _DEMO_DOMAIN,
            account=DEMO_ACCOUNT,
            state=DomainState.ACTIVE,
            features=frozenset({Feature.BOT_DETECTION}),
        )
        return DemoAccount(added.domain.name, added.sending_key)
