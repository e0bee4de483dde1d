"""What else happened to one recipient's message: sweeps, companions on other networks, openings before."""

import math
from itertools import pairwise
from typing import NamedTuple

from indicia.detection.clients import Client
from indicia.detection.history import History
from indicia.detection.model import Action, Interaction
from indicia.detection.observations import SHORTEST_BEAT_SECONDS, Companion, Crowd, Missing, Raid, Rhythm, Sweep
from indicia.detection.sweeps import Touch

# Re-fetches by security software follow a person's click, or run ahead of it, within seconds; field reports name 12 s,
# and more than an hour for some.
COMPANION_SECONDS = 3600.0

# With fewer clicks even gaps are chance.
FEWEST_BEATS = 5

# People read for minutes; beyond half an hour an opening says nothing about this click.
OPENED_SECONDS = 1800.0


class Neighbours(NamedTuple):
    """What the other interactions with the same message say; see `Signals`."""

    sweep: Sweep | Missing = Missing.NOT_GIVEN
    raid: Raid | Missing = Missing.NOT_GIVEN
    rhythm: Rhythm | Missing = Missing.NOT_GIVEN
    companion: Companion | Missing = Missing.NOT_GIVEN
    opened_before: float | Missing = Missing.NOT_GIVEN
    rush: float | Missing = Missing.NOT_GIVEN


_ALONE = Neighbours()


def neighbours_of(history: History, interaction: Interaction, client: Client, message: int | None) -> Neighbours:
    """Observe what happened around an interaction; nothing for one that is alone, undated or forgotten."""
    if interaction.ts is None or message is None:
        return _ALONE
    touches = history.messages.get(message)
    if touches is None or len(touches) < 2:
        return _ALONE
    own = _find(touches, interaction, interaction.ts, client)
    if own is None:
        return _ALONE
    if not own.is_click:
        return Neighbours(raid=_raid(own, touches), rush=own.rush)
    return Neighbours(
        sweep=_sweep(own),
        raid=_raid(own, touches),
        rhythm=_rhythm(own, touches),
        companion=_companion(own, touches),
        opened_before=_opened_before(own, touches),
        rush=own.rush,
    )


def _find(touches: list[Touch], interaction: Interaction, at: float, client: Client) -> Touch | None:
    is_click = interaction.action is Action.CLICK
    for touch in touches:
        if touch.at == at and touch.client == client.exact and touch.is_click is is_click:
            return touch
    return None


def _sweep(own: Touch) -> Sweep | Missing:
    if own.slow_clicks < 2:
        return Missing.NOT_GIVEN
    return Sweep(own.links, own.clicks, own.slow_links, own.slow_clicks, own.is_twin, own.is_probed)


def _rhythm(own: Touch, touches: list[Touch]) -> Rhythm | Missing:
    if len(touches) < FEWEST_BEATS:
        return Missing.NOT_GIVEN
    beats = [touch.at for touch in touches if touch.is_click and touch.client == own.client]
    if len(beats) < FEWEST_BEATS:
        return Missing.NOT_GIVEN
    gap = (beats[-1] - beats[0]) / (len(beats) - 1)
    if gap < SHORTEST_BEAT_SECONDS:
        return Missing.NOT_GIVEN
    deviation = math.sqrt(sum([(later - earlier - gap) ** 2 for earlier, later in pairwise(beats)]) / (len(beats) - 1))
    return Rhythm(len(beats), gap, deviation / gap)


def _raid(own: Touch, touches: list[Touch]) -> Raid | Missing:
    """Find the nearest sweep from outside people's networks, and best one by the same host."""
    if own.crowd is Crowd.PEOPLE or own.is_reader or own.is_caught:
        return Missing.NOT_GIVEN
    raids = [
        (touch.address != own.address, abs(touch.at - own.at))
        for touch in touches
        if touch.is_caught and touch.crowd is not Crowd.PEOPLE
    ]
    if not raids:
        return Missing.NOT_GIVEN
    is_other_host, gap = min(raids)
    return Raid(gap, is_same_host=not is_other_host)


def _companion(own: Touch, touches: list[Touch]) -> Companion | Missing:
    """Find the nearest click on the same link from another kind of network, if one of the two is of machines."""
    others = [
        other
        for other in touches
        if other.crowd is not own.crowd
        and other.is_click
        and abs(other.at - own.at) <= COMPANION_SECONDS
        and Crowd.MACHINES in (own.crowd, other.crowd)
        and not other.is_caught
        and own.is_same_link(other)
    ]
    if not others:
        return Missing.NOT_GIVEN
    nearest = min(others, key=lambda other: abs(other.at - own.at))
    return Companion(
        gap=abs(nearest.at - own.at),
        is_person=own.crowd is Crowd.MACHINES,
        same_agent=nearest.agent == own.agent,
        is_certain=Crowd.PEOPLE in (own.crowd, nearest.crowd),
    )


def _opened_before(own: Touch, touches: list[Touch]) -> float | Missing:
    """Count the seconds since a person's mail program last loaded the message before this click."""
    openings = [other.at for other in touches if other.is_reader and not other.is_click and other.at <= own.at]
    if not openings or own.at - openings[-1] > OPENED_SECONDS:
        return Missing.NOT_GIVEN
    return own.at - openings[-1]
