"""What else happened around one recipient's message: sweeps, companions on other networks, openings before."""

from bisect import bisect_left
from operator import attrgetter
from typing import NamedTuple

from indicia.detection.clients import Client
from indicia.detection.history import History, message_key
from indicia.detection.model import Action, Interaction, Scope
from indicia.detection.observations import Companion, Crowd, Missing, Sweep
from indicia.detection.sweeps import Touch

# Re-fetches by security software follow, or run ahead of, a person's click within seconds; field reports name 12 s.
COMPANION_SECONDS = 60.0

# People read for minutes; beyond half an hour an opening says nothing about this click.
OPENED_SECONDS = 1800.0

_at = attrgetter("at")


class Neighbours(NamedTuple):
    """What the other interactions with the same message say; see `Signals` for the three."""

    sweep: Sweep | Missing = Missing.NOT_GIVEN
    companion: Companion | Missing = Missing.NOT_GIVEN
    opened_before: float | Missing = Missing.NOT_GIVEN


_ALONE = Neighbours()


def neighbours_of(history: History, scope: Scope, interaction: Interaction, client: Client) -> Neighbours:
    """Observe what happened around an interaction; nothing for one that is alone, undated or forgotten."""
    if interaction.ts is None:
        return _ALONE
    message = message_key(scope, interaction, client)
    touches = None if message is None else history.messages.get(message)
    if touches is None or len(touches) < 2:
        return _ALONE
    own = _find(touches, interaction, interaction.ts, client)
    if own is None or not own.is_click:
        return _ALONE
    return Neighbours(_sweep(own), _companion(own, touches), _opened_before(own, touches))


def _find(touches: list[Touch], interaction: Interaction, at: float, client: Client) -> Touch | None:
    is_click = interaction.action is Action.CLICK
    for touch in touches[bisect_left(touches, at, key=_at) :]:
        if touch.at != at:
            break
        if touch.client == client.exact and touch.is_click is is_click:
            return touch
    return None


def _sweep(own: Touch) -> Sweep | Missing:
    if own.slow_clicks < 2:
        return Missing.NOT_GIVEN
    return Sweep(own.links, own.clicks, own.slow_links, own.slow_clicks)


def _companion(own: Touch, touches: list[Touch]) -> Companion | Missing:
    """Find the nearest click, on the same link where links are known, from the other kind of network."""
    if own.crowd is Crowd.MIXED:
        return Missing.NOT_GIVEN
    wanted = Crowd.PEOPLE if own.crowd is Crowd.MACHINES else Crowd.MACHINES
    others = [
        other
        for other in touches
        if other.crowd is wanted
        and other.is_click
        and abs(other.at - own.at) <= COMPANION_SECONDS
        and (not own.link or not other.link or own.link == other.link)
    ]
    if not others:
        return Missing.NOT_GIVEN
    nearest = min(others, key=lambda other: abs(other.at - own.at))
    return Companion(
        gap=abs(nearest.at - own.at),
        is_person=wanted is Crowd.PEOPLE,
        same_agent=nearest.agent == own.agent,
    )


def _opened_before(own: Touch, touches: list[Touch]) -> float | Missing:
    """Count the seconds since a person's mail program last loaded the message before this click."""
    openings = [other.at for other in touches if other.is_reader and not other.is_click and other.at <= own.at]
    if not openings or own.at - openings[-1] > OPENED_SECONDS:
        return Missing.NOT_GIVEN
    return own.at - openings[-1]
