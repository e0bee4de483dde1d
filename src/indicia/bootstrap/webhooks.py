"""Build what subscribes URLs to events, and what brings webhooks to their receivers."""

from typing import NamedTuple

from prometheus_client import CollectorRegistry

from indicia.aggregates.rate_limits import RateLimits
from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.bootstrap.outside import Outside
from indicia.bootstrap.work import Work, Workshop, runner
from indicia.config import Settings
from indicia.entrypoints.api.admission import Admission
from indicia.entrypoints.api.events import EventsApi
from indicia.entrypoints.api.mailgun_events import in_mailgun_words
from indicia.entrypoints.api.paging import Paging
from indicia.entrypoints.api.replay import ReplayApi
from indicia.entrypoints.api.webhooks import WebhooksApi
from indicia.entrypoints.workers.runner import Pace
from indicia.entrypoints.workers.webhooks import AT_ONCE, LEASE_SECONDS, WebhookDeliveries
from indicia.events.reading import EventReading
from indicia.webhooks.attempt import Attempts
from indicia.webhooks.lanes import Lanes
from indicia.webhooks.metrics import WebhookMetrics
from indicia.webhooks.outbox import JOB_KIND
from indicia.webhooks.probe import Probe
from indicia.webhooks.resending import Resending


class WebhookTraffic(NamedTuple):
    """Who gets how much of the outbox's work, and the figures about it; one of each in a process."""

    lanes: Lanes
    metrics: WebhookMetrics


def webhook_traffic(settings: Settings, store: Store, registry: CollectorRegistry) -> WebhookTraffic:
    """Build the shares of receivers and their metrics."""
    lanes = Lanes(most_in_flight=AT_ONCE, hosts=RateLimits(system_clock) if settings.rate_limits else None)
    return WebhookTraffic(lanes, WebhookMetrics(registry, store.database, store.jobs, lanes=lanes, clock=system_clock))


def webhook_work(workshop: Workshop, traffic: WebhookTraffic) -> Work:
    """Build the working off of the outbox."""
    store = workshop.store
    attempts = Attempts(workshop.client, store.signing_keys, system_clock)
    deliveries = WebhookDeliveries(
        store.database, store.jobs, attempts, system_clock, lanes=traffic.lanes, metrics=traffic.metrics
    )
    pace = Pace(AT_ONCE, LEASE_SECONDS, deliveries.rooms, most_claims=None)
    return Work((runner(store, JOB_KIND, deliveries.deliver, pace),))


class EventsApis(NamedTuple):
    """The handlers of events, and of those who are told of them."""

    events: EventsApi
    mailgun_events: EventsApi
    replay: ReplayApi
    webhooks: WebhooksApi


def events_apis(settings: Settings, store: Store, outside: Outside, admission: Admission) -> EventsApis:
    """Build them."""
    probe = Probe(outside.client, store.signing_keys, system_clock)
    # One kind of cursor each: what was read in one order is not to be sent in another.
    pages, replays = (Paging(kind, store.vault, settings.trusted_proxies) for kind in ("events", "replays"))
    reading = EventReading(store.database)
    return EventsApis(
        EventsApi(reading, pages, admission),
        EventsApi(reading, pages, admission, in_mailgun_words),
        ReplayApi(resending(store), replays, admission, system_clock),
        WebhooksApi(store.subscriptions, probe, admission, system_clock),
    )


def resending(store: Store) -> Resending:
    """Build what sends the webhooks of stored events again."""
    return Resending(store.database, EventReading(store.database), store.subscriptions, store.outbox)
