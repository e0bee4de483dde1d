"""Build what writes copies."""

from typing import NamedTuple

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.composition.composer import Composer
from indicia.composition.model import AdditionsFor
from indicia.messages.model import Message, Recipient


class NothingAdded(NamedTuple):
    """A copy as it was submitted."""

    fields: tuple[tuple[str, str], ...] = ()

    def html(self, document: str) -> str:
        """Answer `document`."""
        return document

    def text(self, document: str) -> str:
        """Answer `document`."""
        return document


async def nothing_added(message: Message, recipient: Recipient) -> NothingAdded:  # noqa: ARG001 - as any `AdditionsFor`.
    """Add nothing to a copy."""
    return NothingAdded()


def composer(store: Store, additions: AdditionsFor) -> Composer:
    """Build the composer; it keeps what the copies of a message have in common."""
    return Composer(
        store.database,
        domain_of=store.domains.of_id,
        keys=store.dkim_keys,
        renderer=store.renderer,
        read=store.blobs.read,
        additions=additions,
        clock=system_clock,
    )
