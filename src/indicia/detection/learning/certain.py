"""Events about which there is no doubt, found among interactions: sweeps of links, and readers who came back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from indicia.datasets.model import Network
from indicia.detection.learning.trails import HOMES, Visit
from indicia.detection.model import Action, Interaction

# Another day: who sleeps in between is back, whatever the time zone.
_ANOTHER_DAY_SECONDS = 20 * 3600
# Machines that copy a person's click do so within minutes.
_LATE_SECONDS = 1800

# Three links of one message in a second are no person's, nor are five clicks on links unknown.
_SWEEP_LINKS = 3
_SWEEP_CLICKS = 5
_SWEEP_SECONDS = 1.0


class Sweep(NamedTuple):
    """A message whose links a network's machines followed at once.

    `mail_domain` is the recipient's. `delay` is in seconds since `mailed_at`, the time that the sender stated for
    handing the mail over; both are None where delivery or nothing was stated.
    """

    message_id: str
    mail_domain: str | None
    network: Network
    delay: float | None
    mailed_at: float | None


def sweeps(interactions: Iterable[tuple[Interaction, Network]]) -> Iterator[Sweep]:
    """Find the messages that were swept, once for each network; people's networks are left out."""
    clicks: defaultdict[tuple[str, str | None, int | None], list[tuple[Interaction, Network]]] = defaultdict(list)
    for interaction, network in interactions:
        is_click = interaction.action is Action.CLICK and interaction.ts is not None
        if is_click and interaction.message_id is not None and network.network_class not in HOMES:
            clicks[interaction.message_id, interaction.recipient_id, network.asn].append((interaction, network))
    for (message_id, _, _), followed in clicks.items():
        if len(followed) >= _SWEEP_LINKS and _is_sweep([interaction for interaction, _ in followed]):
            first, network = followed[0]
            mailed_at = None if first.delivered_ts is not None else first.message_ts
            delay = None if mailed_at is None or first.ts is None else first.ts - mailed_at
            yield Sweep(message_id, first.domain, network, delay, mailed_at)


def came_back(visit: Visit, earlier: Iterable[Visit]) -> bool:
    """Tell whether a reader returned, late, to a network of theirs on another day."""
    if visit.delay < _LATE_SECONDS:
        return False
    return any(visit.block == known.block and visit.at - known.at >= _ANOTHER_DAY_SECONDS for known in earlier)


def _is_sweep(clicks: list[Interaction]) -> bool:
    """Look for enough different links, or clicks where links are unknown, within a second."""
    timed = sorted((click.ts or 0.0, click.link_id or click.url or "") for click in clicks)
    for start, (first, _) in enumerate(timed):
        links = [link for at, link in timed[start:] if at - first <= _SWEEP_SECONDS]
        if len({link for link in links if link}) >= _SWEEP_LINKS or links.count("") >= _SWEEP_CLICKS:
            return True
    return False
