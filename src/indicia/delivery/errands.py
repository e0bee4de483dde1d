"""What jobs are about: read from the store, for all that are claimed together at once."""

from collections.abc import Sequence
from typing import NamedTuple

from indicia.aggregates.together import Together
from indicia.delivery import store
from indicia.delivery.model import Errand, Terms
from indicia.delivery.store import PastAttempts
from indicia.messages.model import Message, Recipient, RecipientState
from indicia.messages.store import messages_of_rows, recipients_of_rows
from indicia.queue.model import Job
from indicia.storage.database import Database
from indicia.suppressions.guard import Suppressions
from indicia.suppressions.model import SuppressionType

_FIRST = PastAttempts(0, was_uncertain=False, interrupted=None)


class Due(NamedTuple):
    """A copy that waits, as it was read together with others; `suppressed` is why it must not be sent."""

    message: Message
    recipient: Recipient
    terms: Terms
    suppressed: SuppressionType | None


class Found(NamedTuple):
    """An errand with what it takes to run it.

    Attributes:
        suppressed: Why it must not be run; None where it may.
        interrupted: The row of an earlier attempt whose process ended before its outcome was stored.
    """

    errand: Errand
    terms: Terms
    suppressed: SuppressionType | None
    interrupted: int | None


class Errands:
    """Finds errands."""

    def __init__(self, database: Database, suppressions: Suppressions) -> None:
        self._database = database
        self._suppressions = suppressions
        # Jobs that are claimed together ask within one turn of the event loop.
        self._due = Together(self._read)

    async def find(self, job: Job) -> Found | None:
        """Answer what `job` is about; None where nothing is left to do.

        Raises:
            StorageError: The store cannot be read.
        """
        due = await self._due.get(recipient_of(job))
        if due is None:
            return None
        # Nobody has tried before the first claim; that spares most copies a look.
        past = _FIRST if job.attempts == 1 else await store.past_attempts(self._database, due.recipient.id)
        errand = Errand(due.message, due.recipient, due.terms.domain, past.made + 1, past.was_uncertain)
        return Found(errand, due.terms, due.suppressed, past.interrupted)

    async def of_recipients(self, rows: Sequence[int]) -> list[Errand]:
        """Answer the errands of these recipients who still wait.

        Raises:
            StorageError: The store cannot be read.
        """
        errands = []
        for due in (await self._read(rows)).values():
            past = await store.past_attempts(self._database, due.recipient.id)
            errands.append(Errand(due.message, due.recipient, due.terms.domain, past.made + 1, past.was_uncertain))
        return errands

    async def _read(self, rows: Sequence[int]) -> dict[int, Due]:
        recipients = [
            recipient
            for recipient in await recipients_of_rows(self._database, rows)
            if recipient.state is RecipientState.QUEUED
        ]
        messages = await messages_of_rows(self._database, [*{recipient.message_row for recipient in recipients}])
        found: dict[int, Due] = {}
        for domain_id in {recipient.domain_id for recipient in recipients}:
            terms = await store.terms_of(self._database, domain_id)
            theirs = [recipient for recipient in recipients if recipient.domain_id == domain_id]
            canonicals = [recipient.canonical for recipient in theirs]
            suppressed = await self._suppressions.already_among(domain_id, canonicals)
            for recipient in theirs:
                message = messages.get(recipient.message_row)
                if message is not None and terms is not None:
                    found[recipient.id] = Due(message, recipient, terms, suppressed.get(recipient.canonical))
        return found


def recipient_of(job: Job) -> int:
    """Read which recipient a job is about."""
    return int(job.payload)
