"""Build what writes copies."""

from indicia.aggregates.lately import Lately
from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.composition.composer import Composer, DomainOf
from indicia.composition.model import AdditionsFor

# A thousand copies a second ask for the same domain and its keys; the operator's change may wait for a second.
_A_MOMENT_SECONDS = 1.0


def composer(store: Store, additions: AdditionsFor, domain_of: DomainOf) -> Composer:
    """Build the composer; it keeps what the copies of a message have in common."""
    return Composer(
        store.database,
        domain_of=domain_of,
        keys=store.dkim_keys,
        renderer=store.renderer,
        read=store.blobs.read,
        additions=additions,
        clock=system_clock,
    )


def domain_lately(store: Store) -> DomainOf:
    """Build what answers domains as of a second ago."""
    return Lately(store.domains.of_id, system_clock, seconds=_A_MOMENT_SECONDS).get
