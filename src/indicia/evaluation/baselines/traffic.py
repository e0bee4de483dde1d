"""What published rules look at: all interactions at once, visits to hidden links, and public lists.

A rule sees the whole set, later interactions included, which is more than it would see live: it is given the benefit
of the doubt. A rule that needs a field which an interaction lacks takes it for a person's.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from indicia.detection.model import Action, Honeypot, Interaction
from indicia.evaluation.baselines.public_lists import PublicLists


class Traffic(NamedTuple):
    """Everything a rule may look at."""

    interactions: Sequence[Interaction]
    visits: Sequence[Honeypot]
    lists: PublicLists


Rule = Callable[[Traffic], list[bool]]
"""Says for each interaction whether a bot did it."""


def since_sending(interaction: Interaction) -> float:
    """Count the seconds from sending to the interaction; infinite where the times are not told."""
    if interaction.ts is None or interaction.message_ts is None:
        return float("inf")
    return interaction.ts - interaction.message_ts


def message_of(interaction: Interaction) -> Hashable | None:
    """Tell one recipient's copy of a message from all others; None where the interaction does not say."""
    if interaction.recipient_id is None or interaction.message_id is None or interaction.ts is None:
        return None
    return interaction.recipient_id, interaction.message_id


def hurried(
    traffic: Traffic, *, seconds: float, more_than: int, actions: Sequence[Action] = tuple(Action)
) -> list[bool]:
    """Flag interactions with one message of which more than so many different ones lie within `seconds`."""
    messages: dict[Hashable, list[int]] = defaultdict(list)
    for place, interaction in enumerate(traffic.interactions):
        message = message_of(interaction)
        if message is not None and interaction.action in actions:
            messages[message].append(place)
    flagged = [False] * len(traffic.interactions)
    for places in messages.values():
        for place in _crowded(traffic.interactions, places, seconds, more_than):
            flagged[place] = True
    return flagged


def trapped(traffic: Traffic) -> list[bool]:
    """Flag interactions of an address and user agent that visited a hidden link at any time."""
    visitors = {(visit.ip, visit.uas) for visit in traffic.visits}
    return [(interaction.ip, interaction.uas) in visitors for interaction in traffic.interactions]


def _crowded(interactions: Sequence[Interaction], places: list[int], seconds: float, more_than: int) -> set[int]:
    timed = sorted((interactions[place].ts or 0.0, place) for place in places)
    found: set[int] = set()
    first = 0
    for last, (at, _) in enumerate(timed):
        while at - timed[first][0] > seconds:
            first += 1
        together = [place for _, place in timed[first : last + 1]]
        if len({_activity(interactions[place]) for place in together}) > more_than:
            found.update(together)
    return found


def _activity(interaction: Interaction) -> Hashable:
    """Name what was done, so that repeats can be told; without a link every click is its own."""
    return interaction.action, interaction.link_id or interaction.url or interaction.event_id
