"""Build the requests about whom a domain must not mail."""

from typing import NamedTuple

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.config import Settings
from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.mailgun_lists import BOUNCES, COMPLAINTS, UNSUBSCRIBES, MailgunListApi
from indicia.entrypoints.api.paging import Paging
from indicia.entrypoints.api.suppress import SuppressApi
from indicia.suppressions.guard import Suppressions


class SuppressionsApis(NamedTuple):
    """The handlers of all lists; three of them are in Mailgun's words."""

    suppress: SuppressApi
    bounces: MailgunListApi
    complaints: MailgunListApi
    unsubscribes: MailgunListApi


def suppressions_apis(settings: Settings, store: Store, admission: Admission) -> SuppressionsApis:
    """Build them."""
    suppressions = Suppressions(store.database, system_clock)
    paging = Paging("suppressions", store.vault, settings.trusted_proxies)
    bounces, complaints, unsubscribes = (
        MailgunListApi(words, suppressions, paging, admission, system_clock)
        for words in (BOUNCES, COMPLAINTS, UNSUBSCRIBES)
    )
    return SuppressionsApis(
        SuppressApi(suppressions, paging, admission, system_clock), bounces, complaints, unsubscribes
    )
