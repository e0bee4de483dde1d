"""What was given up: to be looked at, and to be owed anew once the receiver is well."""

from indicia.base.clock import Clock
from indicia.storage.database import Database
from indicia.webhooks import store
from indicia.webhooks.model import DeadLetter, DeadLetterFilter
from indicia.webhooks.outbox import Outbox

KEPT_SECONDS = 30 * 24 * 3600.0

# The store has one writer, and requests wait for it.
_REPLAYED_AT_ONCE = 100


class DeadLetters:
    """The dead letters of all accounts."""

    def __init__(self, database: Database, outbox: Outbox, clock: Clock) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock

    async def find(self, wanted: DeadLetterFilter, limit: int) -> list[DeadLetter]:
        """Answer up to `limit` dead letters, the last buried first.

        Raises:
            StorageError: The store cannot be read.
        """
        return await store.dead_letters(self._database, wanted, limit)

    async def replay(self, wanted: DeadLetterFilter) -> list[int]:
        """Owe dead letters anew, with their old `webhook-id`; answer their ids.

        Those to disabled endpoints stay, and so does what is buried from now on, even if it was replayed by this.

        Raises:
            StorageError: Some may be owed anew, the rest are dead letters as before.
        """
        now = self._clock()
        bounded = wanted._replace(buried_before=min(now, wanted.buried_before or now))
        replayed: list[int] = []
        while group := await self._database.run(self._outbox.replay(bounded, _REPLAYED_AT_ONCE)):
            replayed += group
        return replayed
