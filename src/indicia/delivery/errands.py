"""What a job is about: read from the store, each message once however many recipients it has."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from indicia.delivery import store
from indicia.delivery.model import Errand, Terms
from indicia.delivery.store import PastAttempts
from indicia.messages.model import Message, Recipient, RecipientState
from indicia.messages.store import message_of_row, recipients_of_rows
from indicia.queue.model import Job
from indicia.storage.database import Database

# Messages to many recipients come due together, and what is common to their copies is some kilobytes.
_MOST_KEPT = 1000

_FIRST = PastAttempts(0, was_uncertain=False, interrupted=None)


class Found(NamedTuple):
    """An errand with what it takes to run it.

    Attributes:
        interrupted: The row of an earlier attempt whose process ended before its outcome was stored.
    """

    errand: Errand
    terms: Terms
    interrupted: int | None


class Errands:
    """Finds errands."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[int, Message] = OrderedDict()

    async def find(self, job: Job) -> Found | None:
        """Answer what `job` is about; None where nothing is left to do.

        Raises:
            StorageError: The store cannot be read.
        """
        rows = await recipients_of_rows(self._database, [recipient_of(job)])
        recipient = next(iter(rows), None)
        if recipient is None or recipient.state is not RecipientState.QUEUED:
            return None
        message = await self._message(recipient.message_row)
        terms = None if message is None else await store.terms_of(self._database, message.domain_id)
        if message is None or terms is None:
            return None
        # Nobody has tried before the first claim; that spares most copies a look.
        past = _FIRST if job.attempts == 1 else await store.past_attempts(self._database, recipient.id)
        errand = Errand(message, recipient, terms.domain, past.made + 1, past.was_uncertain)
        return Found(errand, terms, past.interrupted)

    async def of_recipients(self, rows: Sequence[int]) -> list[Errand]:
        """Answer errands for recipients that nobody attempts, without what they are sent.

        Raises:
            StorageError: The store cannot be read.
        """
        return [errand for row in rows if (errand := await self._unattempted(row)) is not None]

    async def _unattempted(self, row: int) -> Errand | None:
        recipient: Recipient | None = next(iter(await recipients_of_rows(self._database, [row])), None)
        message = None if recipient is None else await self._message(recipient.message_row)
        terms = None if message is None else await store.terms_of(self._database, message.domain_id)
        if recipient is None or message is None or terms is None:
            return None
        past = await store.past_attempts(self._database, row)
        return Errand(message, recipient, terms.domain, past.made + 1, past.was_uncertain)

    async def _message(self, row: int) -> Message | None:
        kept = self._kept.get(row)
        if kept is not None:
            self._kept.move_to_end(row)
            return kept
        message = await message_of_row(self._database, row)
        if message is not None:
            self._kept[row] = message
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return message


def recipient_of(job: Job) -> int:
    """Read which recipient a job is about."""
    return int(job.payload)
