"""Build what judges interactions, and what studies their history."""

from indicia.base.clock import system_clock
from indicia.bootstrap.work import Work, Workshop, runner
from indicia.detection.engine import Engine
from indicia.detection.handover import Handover
from indicia.detection.honeypot import HoneypotVisits
from indicia.detection.judging import Judging
from indicia.detection.learning.learner import Learner
from indicia.detection.listening import Listener
from indicia.detection.options import DetectionOptions
from indicia.detection.recipients import RecipientProviders
from indicia.detection.requests import JOB_KIND
from indicia.detection.revisions import Revisions
from indicia.detection.study import Study
from indicia.entrypoints.workers.patterns import Patterns
from indicia.entrypoints.workers.runner import Pace

# Judging is computation on one core: a few requests at once keep it busy while others wait for DNS or the disk.
_AT_ONCE = 8
_LEASE_SECONDS = 60.0


def detection_work(workshop: Workshop, handover: Handover, listener: Listener) -> Work:
    """Build the judging of requests and the study of what only shows over time; `listener` is told of verdicts."""
    store = workshop.store
    options = DetectionOptions(workshop.settings.settle_seconds)
    engine = Engine(workshop.datasets, options, system_clock)
    providers = RecipientProviders(workshop.resolver, workshop.datasets)
    judging = Judging(
        store.database,
        store.jobs,
        engine=engine,
        visits=HoneypotVisits(store.database, store.domains, system_clock),
        providers=providers,
        domains=store.domains,
        outbox=store.outbox,
        handover=handover,
        clock=system_clock,
    )
    judging.subscribe(listener)
    revisions = Revisions(
        store.database,
        engine,
        providers=providers,
        domains=store.domains,
        outbox=store.outbox,
        clock=system_clock,
    )
    revisions.subscribe(listener)
    study = Study(store.database, Learner(workshop.datasets, options.remembered_trails), engine, system_clock)
    patterns = Patterns(study, revisions)
    return Work(
        (runner(store, JOB_KIND, judging.judge, Pace(_AT_ONCE, _LEASE_SECONDS)),),
        (judging.recall(), patterns.run()),
    )
