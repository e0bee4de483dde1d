"""Build what accepts mail."""

from indicia.base.clock import system_clock
from indicia.base.ids import time_ordered_uuid
from indicia.bootstrap.opening import Store
from indicia.bootstrap.outside import Outside
from indicia.bootstrap.work import Work, Workshop
from indicia.config import Settings
from indicia.domains.organisation import Organisations
from indicia.messages.leftovers import Leftovers
from indicia.submissions.accepting import Policy, Submissions, Templating
from indicia.suppressions.guard import Suppressions


def submissions(settings: Settings, store: Store, outside: Outside) -> Submissions:
    """Build what turns requests into messages."""
    return Submissions(
        store.database,
        store.jobs,
        store.events,
        Suppressions(store.database, system_clock),
        templating=Templating(store.templates, store.renderer),
        policy=Policy(outside.guard, Organisations().of, settings.expire_hours * 3600),
        clock=system_clock,
        ids=time_ordered_uuid,
    )


def messages_work(workshop: Workshop) -> Work:
    """Build what deletes the large parts that nothing names."""
    return Work((), (Leftovers(workshop.store.database, workshop.store.blobs, system_clock).run(),))
