"""Build what verifies addresses."""

from indicia.base.clock import system_clock
from indicia.bootstrap.opening import Store
from indicia.bootstrap.outside import Outside
from indicia.config import Settings
from indicia.datasets.address_lists import AddressLists
from indicia.net.smtp.client import SmtpClient
from indicia.suppressions.guard import Suppressions
from indicia.validation.deliveries import Deliveries
from indicia.validation.memory import Memory
from indicia.validation.pacing import Pacing, WayOut
from indicia.validation.probe import PROBE_TIMEOUTS, Probe, ProbeOptions
from indicia.validation.verify import Questions, Verifier


def verifier(
    settings: Settings, store: Store, outside: Outside, *, hello_name: str, lists: AddressLists | None
) -> Verifier:
    """Build the verifier of this process; `lists` are read from disk where they are not open yet."""
    return Verifier(
        lists or AddressLists.open(settings.datasets_path),
        Deliveries(store.database, Suppressions(store.database, system_clock)),
        Memory(store.database, system_clock),
        outside.resolver,
        _questions(settings, outside, hello_name),
        system_clock,
    )


def _questions(settings: Settings, outside: Outside, hello_name: str) -> Questions | None:
    # Who sends through a relay usually has no way out on port 25, and no name that mail hosts would believe.
    if settings.relay_url is not None or settings.probes_per_minute == 0:
        return None
    way_out = WayOut(system_clock)
    client = SmtpClient(outside.guard, hello_name=hello_name, timeouts=PROBE_TIMEOUTS)
    options = ProbeOptions(settings.probe_sender or f"postmaster@{hello_name}", settings.smtp_port)
    probe = Probe(client, outside.resolver, way_out, options, system_clock)
    return Questions(probe, Pacing(settings.probes_per_minute, system_clock), way_out)
