"""Build what brings mail to its receivers."""

from typing import NamedTuple

from prometheus_client import CollectorRegistry

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.bootstrap.outside import Outside, hello_name
from indicia.bootstrap.work import Work, runner
from indicia.config import Settings
from indicia.delivery.errands import Errands
from indicia.delivery.expiry import Expiry
from indicia.delivery.letters import Letters
from indicia.delivery.metrics import DeliveryMetrics
from indicia.delivery.model import JOB_KIND, Compose
from indicia.delivery.pacing import Pacing
from indicia.delivery.policies import Policies
from indicia.delivery.pool import Pool
from indicia.delivery.recording import Recording
from indicia.delivery.routes import Routes
from indicia.delivery.sites import Sites
from indicia.delivery.terms import DomainTerms
from indicia.delivery.transport import Transport
from indicia.entrypoints.workers.deliveries import AT_ONCE, LEASE_SECONDS, Desk, MailDeliveries
from indicia.entrypoints.workers.runner import Pace
from indicia.messages.destinations import Destinations
from indicia.net.smtp.client import SmtpClient
from indicia.suppressions.guard import Suppressions
from indicia.tracking.return_paths import ReturnPaths


class MailTraffic(NamedTuple):
    """Where mail goes, how much at once, and the figures about it; one of each in a process."""

    hello_name: str
    policies: Policies
    routes: Routes
    sites: Sites
    metrics: DeliveryMetrics


def mail_traffic(settings: Settings, store: Store, outside: Outside, registry: CollectorRegistry) -> MailTraffic:
    """Build the routes, the shares of their sites, and the metrics."""
    own_name = hello_name(settings)
    policies = Policies(store.database, outside.resolver, outside.client, system_clock)
    routes = Routes(outside.resolver, policies, port=settings.smtp_port, own_name=own_name, relay=settings.relay_url)
    sites = Sites(routes.site_of, system_clock, most_in_flight=AT_ONCE)
    metrics = DeliveryMetrics(registry, store.jobs, sites=sites, clock=system_clock)
    return MailTraffic(own_name, policies, routes, sites, metrics)


def smtp_client(outside: Outside, traffic: MailTraffic) -> SmtpClient:
    """Build what opens SMTP connections."""
    return SmtpClient(outside.guard, hello_name=traffic.hello_name)


def mail_work(settings: Settings, store: Store, outside: Outside, traffic: MailTraffic, compose: Compose) -> Work:
    """Build the delivery of what is due, and the giving up of what expires."""
    suppressions = Suppressions(store.database, system_clock)
    errands = Errands(store.database, suppressions)
    pool = Pool(smtp_client(outside, traffic), outside.resolver, sources=settings.source_ips)
    traffic.metrics.watch(pool)
    recording = Recording(
        store.database,
        store.jobs,
        store.events,
        suppressions,
        system_clock,
        destinations=Destinations(),
        schedule=settings.retry_schedule,
    )
    desk = Desk(
        errands=errands,
        letters=Letters(compose, ReturnPaths(store.keyring.sealing).return_path),
        routes=traffic.routes,
        transport=Transport(pool),
        recording=recording,
        sites=traffic.sites,
        pacing=Pacing(),
        metrics=traffic.metrics,
        unseal_relay=DomainTerms(store.database, store.vault).relay,
    )
    deliveries = MailDeliveries(store.database, store.jobs, desk, system_clock)
    pace = Pace(AT_ONCE, LEASE_SECONDS, deliveries.rooms, most_claims=None, hurry=deliveries.hurry)
    expiry = Expiry(store.database, errands, recording, traffic.metrics, system_clock)
    return Work(
        (runner(store, JOB_KIND, deliveries.deliver, pace),), (deliveries.follow_holds(), expiry.run(), pool.run())
    )
