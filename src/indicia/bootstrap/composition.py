"""Build what writes copies."""

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.composition.composer import Composer
from indicia.composition.model import AdditionsFor


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
