"""Remembered answers of DNS: bounded in number, kept for as long as they live, asked for once at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Generic, NamedTuple, TypeVar

from indicia.base.clock import Clock

T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    """What was learnt about a name, and for how many seconds it may be repeated."""

    value: T
    lifetime_seconds: float


class AnswerCache(Generic[T]):
    """Answers by name; the least recently used name is forgotten first."""

    def __init__(self, ask: Callable[[str], Awaitable[Answer[T]]], clock: Clock, *, max_names: int) -> None:
        self._ask = ask
        self._clock = clock
        self._max_names = max_names
        self._kept: OrderedDict[str, tuple[T, float]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[T]] = {}

    def peek(self, name: str) -> T | None:
        """Answer what is known about `name` right now, or None; asks nobody."""
        kept = self._kept.get(name)
        if kept is None or kept[1] <= self._clock():
            return None
        self._kept.move_to_end(name)
        return kept[0]

    async def get(self, name: str) -> T:
        """Answer from memory, or ask; callers who come meanwhile wait for the same answer."""
        known = self.peek(name)
        if known is not None:
            return known
        asking = self._asking.get(name)
        if asking is None:
            asking = asyncio.create_task(self._learn(name))
            self._asking[name] = asking
            asking.add_done_callback(lambda _: self._asking.pop(name))
        # A caller who gives up must not take the answer away from the others.
        return await asyncio.shield(asking)

    async def close(self) -> None:
        """Stop asking; whoever waits is cancelled."""
        asking = tuple(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _learn(self, name: str) -> T:
        value, lifetime_seconds = await self._ask(name)
        self._kept[name] = value, self._clock() + lifetime_seconds
        self._kept.move_to_end(name)
        if len(self._kept) > self._max_names:
            self._kept.popitem(last=False)
        return value
