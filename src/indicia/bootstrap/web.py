"""Build what answers HTTP requests."""

from collections.abc import Sequence
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Gauge
from starlette.types import ASGIApp

from indicia.aggregates.rate_limits import RateLimits
from indicia.base.clock import system_clock
from indicia.base.ids import time_ordered_uuid
from indicia.bootstrap.domains import verification
from indicia.bootstrap.opening import Store
from indicia.bootstrap.outside import Outside
from indicia.bootstrap.submissions import submissions
from indicia.bootstrap.suppressions import suppressions_apis
from indicia.bootstrap.tracking import public_pages, tracking_pages
from indicia.bootstrap.validation import batches
from indicia.bootstrap.webhooks import events_apis
from indicia.config import Settings
from indicia.delivery.model import JOB_KIND as DELIVERY_JOBS
from indicia.detection.handover import Handover
from indicia.detection.labels import Labels
from indicia.detection.requests import JOB_KIND as DETECTION_JOBS
from indicia.detection.requests import DetectionRequests
from indicia.entrypoints.api.address import AddressApi
from indicia.entrypoints.api.admission import Admission, BotAdmission, ValidationAdmission
from indicia.entrypoints.api.app import Endpoints, api_app
from indicia.entrypoints.api.bot import BotApi
from indicia.entrypoints.api.domains import DomainsApi
from indicia.entrypoints.api.health import HealthApi, MeasuredElsewhere, RefreshGauges
from indicia.entrypoints.api.labels import LabelsApi
from indicia.entrypoints.api.messages import MessagesApi
from indicia.entrypoints.api.stats import StatsApi
from indicia.entrypoints.api.templates import TemplatesApi
from indicia.entrypoints.api.validate import ValidateApi
from indicia.entrypoints.api.whoami import WhoAmI
from indicia.entrypoints.front import Front, SwiftWay, Way
from indicia.queue.jobs import Jobs
from indicia.tracking.statistics.report import Statistics
from indicia.validation.batches import JOB_KIND as VALIDATION_JOBS
from indicia.validation.verify import Verifier
from indicia.webhooks.outbox import JOB_KIND as WEBHOOK_JOBS


async def _nothing() -> bytes:
    return b""


class Measured(NamedTuple):
    """What is measured in this process and beside it.

    Attributes:
        registry: What is counted here.
        refreshed: Measure what is not counted, whenever somebody wants the metrics.
        elsewhere: Answers the metrics of the process that delivers mail, where that is another one.
    """

    registry: CollectorRegistry
    refreshed: Sequence[RefreshGauges]
    elsewhere: MeasuredElsewhere = _nothing


def web(
    settings: Settings,
    store: Store,
    outside: Outside,
    verifier: Verifier,
    measured: Measured,
    handover: Handover,
) -> ASGIApp:
    """Build the API and the public pages."""
    limits = RateLimits(system_clock) if settings.rate_limits else None
    requests = DetectionRequests(
        store.database,
        store.jobs,
        guard=outside.guard,
        clock=system_clock,
        ids=time_ordered_uuid,
        handover=handover,
    )
    admission = Admission(store.domains, limits=limits)
    of_bots = BotAdmission(store.domains, limits=limits, contact=settings.contact)
    endpoints = Endpoints(
        address=AddressApi(),
        bot=BotApi(requests, of_bots),
        **events_apis(settings, store, outside, admission)._asdict(),
        **suppressions_apis(settings, store, admission)._asdict(),
        domains=DomainsApi(
            store.domains,
            verification(settings, store, outside.resolver),
            admission,
        ),
        health=HealthApi(store.database, measured.registry, _gauges(store.jobs, measured), measured.elsewhere),
        labels=LabelsApi(Labels(store.database, system_clock), of_bots),
        stats=StatsApi(Statistics(store.database, system_clock), admission),
        messages=MessagesApi(submissions(settings, store, outside), store.blobs, admission, system_clock),
        templates=TemplatesApi(store.templates, admission),
        validate=ValidateApi(
            verifier,
            batches(store, outside),
            ValidationAdmission(store.domains, limits=limits, contact=settings.contact),
        ),
        whoami=WhoAmI(store.domains),
    )
    pages, tracking = public_pages(settings, store, limits), tracking_pages(settings, store, measured.registry)
    api = api_app(endpoints, store.keys, failures=limits, trusted_proxies=settings.trusted_proxies)
    return Front(
        api,
        public=Way(pages.is_for, pages),
        swift=SwiftWay(tracking.is_for, tracking.answer),
        registry=measured.registry,
    )


def _gauges(jobs: Jobs, measured: Measured) -> RefreshGauges:
    gauge = Gauge("indicia_jobs", "Jobs waiting or running", ["kind"], registry=measured.registry)

    async def refresh() -> None:
        counts = await jobs.counts()
        for kind in (DETECTION_JOBS, WEBHOOK_JOBS, DELIVERY_JOBS, VALIDATION_JOBS):
            gauge.labels(kind).set(counts.get(kind, 0))
        for measure in measured.refreshed:
            await measure()

    return refresh
