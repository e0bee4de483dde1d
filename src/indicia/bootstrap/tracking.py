"""Build what brings opens, clicks and unsubscribes back."""

import asyncio
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry

from indicia.aggregates.rate_limits import RateLimits
from indicia.base.clock import system_clock
from indicia.base.ids import time_ordered_uuid
from indicia.bootstrap.opening import Store
from indicia.bootstrap.work import Work, Workshop
from indicia.config import Settings
from indicia.datasets.email_domains import MailProviders
from indicia.detection.honeypot import HoneypotVisits
from indicia.entrypoints.public.addresses import tracking_domain
from indicia.entrypoints.public.honeypot import HoneypotPage
from indicia.entrypoints.public.pages import Page, PublicPages
from indicia.entrypoints.public.tracking import TrackingPages
from indicia.entrypoints.public.tracking_hosts import TrackingHosts
from indicia.entrypoints.public.unsubscribe import UnsubscribePage
from indicia.suppressions.guard import Suppressions
from indicia.tracking.additions import Additions, DomainOf
from indicia.tracking.handing_over import HandingOver
from indicia.tracking.keys import Keyring
from indicia.tracking.opt_outs import OptOuts
from indicia.tracking.recording import HitRecorder
from indicia.tracking.reporting import Reporting
from indicia.tracking.statistics.results import Results

# A new key makes tokens from then on; those of the old one open for ever.
_KEYS_SECONDS = 60.0


def public_pages(settings: Settings, store: Store, limits: RateLimits | None) -> PublicPages:
    """Build the pages of unsubscribe and honeypot links."""
    proxies = settings.trusted_proxies
    visits = HoneypotVisits(store.database, store.domains, system_clock)
    honeypot = HoneypotPage(visits, proxies, limits)
    hosts = TrackingHosts(store.domains, proxies)
    unsubscribe = UnsubscribePage(store.keyring, opt_outs(store), proxies, shared=_shared(settings))
    return PublicPages([Page(page.is_for, page) for page in (unsubscribe, hosts, honeypot)])


def tracking_pages(settings: Settings, store: Store, registry: CollectorRegistry) -> TrackingPages:
    """Build what answers pixels and links."""
    recorder = HitRecorder(store.database)
    return TrackingPages(
        store.keyring, recorder, settings.trusted_proxies, system_clock, registry, shared=_shared(settings)
    )


def _shared(settings: Settings) -> str | None:
    return tracking_domain(urlsplit(settings.public_url).netloc)


def opt_outs(store: Store) -> OptOuts:
    """Build what ends mail to recipients who asked for it."""
    suppressions = Suppressions(store.database, system_clock)
    return OptOuts(store.database, store.domains, suppressions, store.events, system_clock)


def tracking_work(workshop: Workshop) -> Work:
    """Build what hands hits to detection."""
    store = workshop.store
    handing_over = HandingOver(store.database, store.jobs, system_clock, time_ordered_uuid)
    return Work((), (handing_over.run(),))


def reporting(workshop: Workshop) -> Reporting:
    """Build what turns verdicts on our own mail into events."""
    return Reporting(workshop.store.database, workshop.store.events, workshop.datasets)


def follow_results(store: Store, providers: MailProviders | None) -> None:
    """Have statistics follow the event log; without `providers` these are named by the process that delivers."""

    def provider_of(domain: str, mx_host: str) -> str | None:
        assert providers is not None
        known = providers.of_domain(domain)
        if known is None and mx_host:
            known = providers.of_mx([mx_host])
        return known.name if known is not None else None

    results = Results(provider_of if providers is not None else None)
    store.events.subscribe(results.follow, lambda: None)


async def follow_keys(keyring: Keyring) -> None:
    """Take up keys that other processes make, until cancelled."""
    while True:
        await asyncio.sleep(_KEYS_SECONDS)
        await keyring.refresh()


def additions(settings: Settings, store: Store, domain_of: DomainOf) -> Additions:
    """Build what tracking adds to copies."""
    takes_complaints = settings.smtpd_listen is not None
    sealing = store.keyring.sealing
    return Additions(store.database, sealing, domain_of, settings.public_url, takes_complaints=takes_complaints)
