"""Collect what each capability wants forgotten."""

from indicia.base.clock import system_clock
from indicia.bootstrap.work import Workshop
from indicia.delivery.store import forget_attempts
from indicia.detection.honeypot import VISIT_SECONDS
from indicia.detection.requests import RESULT_SECONDS
from indicia.detection.store import forget as forget_detection
from indicia.entrypoints.workers.housekeeping import DEAD_JOB_SECONDS, Chore, Housekeeping
from indicia.events.log import KEPT_SECONDS as EVENT_SECONDS
from indicia.events.store import forget_events
from indicia.messages.destinations import KEPT_SECONDS as DESTINATION_SECONDS
from indicia.messages.store import forget_content, forget_destinations, forget_messages
from indicia.queue.store import forget_dead_jobs
from indicia.repeats.store import forget_repeats
from indicia.storage.database import Steps
from indicia.tracking.statistics.results import DAY_SECONDS
from indicia.tracking.statistics.results import KEPT_SECONDS as RESULTS_SECONDS
from indicia.tracking.statistics.store import forget_results
from indicia.tracking.store import forget_hits
from indicia.validation.pacing import PERIOD_SECONDS
from indicia.validation.store import forget_batches, forget_findings, forget_questions
from indicia.webhooks.dead_letters import KEPT_SECONDS as DEAD_LETTER_SECONDS
from indicia.webhooks.store import forget as forget_webhooks

# From the submission. A message whose recipients are settled is never sent again; its content is kept to look into.
CONTENT_SECONDS = 3 * 24 * 3600.0
ATTEMPT_SECONDS = 30 * 24 * 3600.0
# Results of a batch are addresses of people; whoever asked for them has a week to fetch them.
BATCH_SECONDS = 7 * 24 * 3600.0
# How long opens and clicks of a message are still told; its links lead where they should for ever.
MESSAGE_SECONDS = 90 * 24 * 3600.0
# More than a minute's mail at the pace at which one machine sends, and some hundred milliseconds of the writer.
_MESSAGES_AT_ONCE = 10_000


def housekeeping(workshop: Workshop) -> Housekeeping:
    """Build what runs once a minute."""
    return Housekeeping(
        workshop.store.database, _CHORES, follow_datasets=workshop.datasets.reload_if_changed, clock=system_clock
    )


def _detection(now: float) -> Steps[None]:
    return forget_detection(requests_before=now - RESULT_SECONDS, visits_before=now - VISIT_SECONDS)


_CHORES: tuple[Chore, ...] = (
    _detection,
    forget_repeats,
    lambda now: forget_dead_jobs(now - DEAD_JOB_SECONDS),
    lambda now: forget_webhooks(now - DEAD_LETTER_SECONDS),
    lambda now: forget_events(now - EVENT_SECONDS),
    lambda now: forget_content(now - CONTENT_SECONDS, _MESSAGES_AT_ONCE),
    lambda now: forget_attempts(now - ATTEMPT_SECONDS),
    lambda now: forget_destinations(now - DESTINATION_SECONDS),
    lambda now: forget_messages(now - MESSAGE_SECONDS, _MESSAGES_AT_ONCE),
    forget_findings,
    lambda now: forget_questions(now - PERIOD_SECONDS),
    lambda now: forget_batches(now - BATCH_SECONDS),
    lambda now: forget_hits(now - EVENT_SECONDS),
    lambda now: forget_results(int((now - RESULTS_SECONDS) // DAY_SECONDS)),
)
