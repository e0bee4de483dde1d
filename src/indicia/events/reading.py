"""Read a domain's log by pages that stay where they are while events are appended."""

import asyncio
from typing import NamedTuple

import msgspec

from indicia.events import store
from indicia.events.model import Event, EventFilter, Position
from indicia.storage.database import Database

# The store is read in the event loop, which everybody shares: one look takes some 10 ms at most.
_LOOKED_AT_ONCE = 2000
# A page that would need more ends early; the one after it goes on from there.
_MOST_LOOKS = 250


class Leaf(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Which page is meant.

    Attributes:
        is_ascending: Whether the list begins with the oldest event.
        is_backward: Whether the page ends before `edge` rather than beginning after it.
        edge: The event at which the page begins or ends; None for the list's own beginning or end.
        limit: How many events it has at most.
    """

    wanted: EventFilter
    is_ascending: bool
    is_backward: bool = False
    edge: Position | None = None
    limit: int


class EventPage(NamedTuple):
    """Some events in the list's order, and the pages around them. There always are some: events may come."""

    events: list[Event]
    next: Leaf
    previous: Leaf
    first: Leaf
    last: Leaf


class EventReading:
    """The logs of all domains, to read."""

    def __init__(
        self, database: Database, *, looked_at_once: int = _LOOKED_AT_ONCE, most_looks: int = _MOST_LOOKS
    ) -> None:
        self._database = database
        self._looked_at_once = looked_at_once
        self._most_looks = most_looks

    async def page(self, domain_id: int, leaf: Leaf) -> EventPage:
        """Answer one page of a domain's log.

        Raises:
            StorageError: The store cannot be read.
        """
        found, reached = await self._found(domain_id, leaf, is_ascending=leaf.is_ascending != leaf.is_backward)
        if leaf.is_backward:
            found.reverse()
        start, end = (found[0][0], found[-1][0]) if found else (leaf.edge, leaf.edge)
        if reached is not None:
            start, end = (reached, end) if leaf.is_backward else (start, reached)
        turn = msgspec.structs.replace
        return EventPage(
            [event for _, event in found],
            next=turn(leaf, is_backward=False, edge=end),
            previous=turn(leaf, is_backward=True, edge=start),
            first=turn(leaf, is_backward=False, edge=None),
            last=turn(leaf, is_backward=True, edge=None),
        )

    async def _found(
        self, domain_id: int, leaf: Leaf, *, is_ascending: bool
    ) -> tuple[list[tuple[Position, Event]], Position | None]:
        """Answer the events of a page, and up to where was looked if that was not to the end."""
        wanted, edge = leaf.wanted, leaf.edge
        found: list[tuple[Position, Event]] = []
        for _ in range(self._most_looks):
            until = None
            if wanted.is_sought:
                until = await store.position_after(
                    self._database,
                    domain_id,
                    wanted,
                    after=edge,
                    is_ascending=is_ascending,
                    count=self._looked_at_once,
                )
            found += await store.events_in_order(
                self._database,
                domain_id,
                wanted,
                after=edge,
                until=until,
                is_ascending=is_ascending,
                limit=leaf.limit - len(found),
            )
            if until is None or len(found) == leaf.limit:
                return found, None
            edge = until
            await asyncio.sleep(0)
        return found, edge
