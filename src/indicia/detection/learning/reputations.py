"""Collects evidence about networks, user agents, recipients and their domains, per account, in bounded memory.

Three sources, and never the engine's own verdicts: hidden links that were followed, readers who came back to the same
network on another day, and what customers know of their recipients.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from indicia.detection.learning.distinct import with_thing
from indicia.detection.learning.tally import Kind, Tally, kept_after


class Thing(NamedTuple):
    """Something evidence is about, by its digest; `parent` is the digest of what surrounds it, 0 for nothing."""

    kind: Kind
    digest: int
    parent: int = 0


class TallyKey(NamedTuple):
    """Whose evidence about what."""

    account_id: int
    digest: int


class Event(NamedTuple):
    """One event that is certain: how much it counts, and when it was (unix seconds).

    `recipient` is the digest of the person it shows, `message` and `domain` those of the hidden link that was followed.
    `swept` counts mails that machines of a network swept for certain, `trapped` those of them whose hidden link they
    followed as well.
    """

    at: float
    machines: float = 0.0
    people: float = 0.0
    recipient: int | None = None
    message: int | None = None
    domain: int | None = None
    swept: float = 0.0
    trapped: float = 0.0


class Reputations:
    """The tallies that were used last, `capacity` of them."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        # In order of use, so that the first is the one to forget.
        self._tallies: dict[TallyKey, Tally] = {}
        self._changed: set[TallyKey] = set()

    def note(self, account_id: int, things: Iterable[Thing], event: Event) -> None:
        """Count an event for everything it is about."""
        for thing in things:
            key = TallyKey(account_id, thing.digest)
            known = self._tallies.pop(key, None) or Tally(thing.kind, thing.parent, at=event.at)
            self._keep(key, _counted(known.as_of(event.at), event))
            self._changed.add(key)

    def restore(self, tallies: Sequence[tuple[TallyKey, Tally]]) -> None:
        """Take back tallies that were stored, those used longest ago first."""
        for key, tally in tallies:
            self._keep(key, tally)

    def changed(self) -> list[tuple[TallyKey, Tally]]:
        """Answer the tallies that were not `saved` since they changed."""
        return [(key, tally) for key in self._changed if (tally := self._tallies.get(key))]

    def saved(self) -> None:
        """Take note that what `changed` answered is stored."""
        self._changed.clear()

    def get(self, account_id: int, digest: int) -> Tally | None:
        """Answer the tally about one thing."""
        return self._tallies.get(TallyKey(account_id, digest))

    def snapshot(self) -> dict[TallyKey, Tally]:
        """Copy all tallies."""
        return dict(self._tallies)

    def _keep(self, key: TallyKey, tally: Tally) -> None:
        if key not in self._tallies and len(self._tallies) >= self.capacity:
            del self._tallies[next(iter(self._tallies))]
        self._tallies[key] = tally


def _counted(tally: Tally, event: Event) -> Tally:
    # What happened before the last event that was counted has faded since.
    worth = 1.0 if event.at >= tally.at else kept_after(tally.kind, tally.at - event.at)
    return msgspec.structs.replace(
        tally,
        machines=tally.machines + worth * event.machines,
        people=tally.people + worth * event.people,
        swept=tally.swept + worth * event.swept,
        trapped=tally.trapped + worth * event.trapped,
        crowd=tally.crowd if event.recipient is None else with_thing(tally.crowd, event.recipient),
        messages=tally.messages if event.message is None else with_thing(tally.messages, event.message),
        domains=tally.domains if event.domain is None else with_thing(tally.domains, event.domain),
    )
