"""Build what verifies addresses."""

from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, Gauge

from indicia.base.clock import system_clock
from indicia.base.ids import time_ordered_uuid
from indicia.bootstrap.opening import Store
from indicia.bootstrap.outside import Outside, hello_name, open_way_out
from indicia.bootstrap.work import Work, Workshop, runner
from indicia.config import Settings
from indicia.datasets.address_lists import AddressLists
from indicia.entrypoints.workers.runner import Pace
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.way_out import WayOutState
from indicia.suppressions.guard import Suppressions
from indicia.validation.batches import JOB_KIND, LEASE_SECONDS, Batches, BatchWork
from indicia.validation.deliveries import Deliveries
from indicia.validation.memory import Memory
from indicia.validation.pacing import Pacing
from indicia.validation.probe import PROBE_TIMEOUTS, Probe, ProbeOptions
from indicia.validation.verify import Questions, Verifier

# Each has dozens of addresses under way; more would only share the same limits of the same hosts.
_BATCHES_AT_ONCE = 4


def verifier(settings: Settings, store: Store, outside: Outside, lists: AddressLists | None) -> Verifier:
    """Build the verifier of this process; `lists` are read from disk where they are not open yet."""
    return Verifier(
        lists or AddressLists.open(settings.datasets_path),
        Deliveries(store.database, Suppressions(store.database, system_clock), system_clock),
        Memory(store.database, system_clock),
        outside.resolver,
        _questions(settings, store, outside),
        system_clock,
    )


def batches(store: Store, outside: Outside) -> Batches:
    """Build what accepts and shows batches."""
    return Batches(store.database, store.jobs, guard=outside.guard, clock=system_clock, ids=time_ordered_uuid)


def validation_work(workshop: Workshop, verifier: Verifier) -> Work:
    """Build the verification of batches."""
    store = workshop.store
    work = BatchWork(store.database, store.jobs, verifier, store.domains, store.outbox, system_clock)
    return Work((runner(store, JOB_KIND, work.work, Pace(_BATCHES_AT_ONCE, LEASE_SECONDS, hurry=work.hurry)),))


def way_out_gauge(registry: CollectorRegistry, verifier: Verifier) -> Callable[[], Awaitable[None]]:
    """Build the gauge that tells whether port 25 is open; answer what sets it."""
    way_out = verifier.way_out
    gauge = Gauge("indicia_smtp_way_out", "Whether mail hosts can be reached at all", ["state"], registry=registry)

    async def refresh() -> None:
        for state in WayOutState:
            gauge.labels(state.value).set(way_out is not None and way_out.state is state)

    return refresh


def _questions(settings: Settings, store: Store, outside: Outside) -> Questions | None:
    # Who sends through a relay usually has no way out on port 25, and no name that mail hosts would believe.
    if settings.relay_url is not None or settings.probes_per_minute == 0:
        return None
    own_name = hello_name(settings)
    client = SmtpClient(outside.guard, hello_name=own_name, timeouts=PROBE_TIMEOUTS)
    way_out = open_way_out(settings, outside)
    options = ProbeOptions(settings.probe_sender or f"postmaster@{own_name}", settings.smtp_port)
    probe = Probe(client, outside.resolver, way_out, options, system_clock)
    return Questions(probe, Pacing(store.database, settings.probes_per_minute, system_clock), way_out)
