"""The event log as rows."""

from collections.abc import Sequence

from indicia.events.model import Event
from indicia.storage.database import Statement, StatementForEach, Steps


def insert_events(events: Sequence[Event]) -> Steps[None]:
    """Append `events` in their order."""
    yield StatementForEach(
        """
        INSERT INTO events
            (uid, account_id, domain_id, type, severity, happened_at, recipient, message_id, callback_url, data)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        [
            (
                event.uid,
                event.account_id,
                event.domain_id,
                event.type.value,
                event.severity.value,
                event.happened_at,
                event.recipient,
                event.message_id,
                event.callback_url,
                event.data,
            )
            for event in events
        ],
    )


def forget_events(before: float) -> Steps[None]:
    """Delete what happened before `before`."""
    yield Statement("DELETE FROM events WHERE happened_at < $1", (before,))
