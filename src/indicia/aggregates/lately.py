"""Answers that may be a moment old: for what changes a few times a year and is asked for a thousand times a second."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from indicia.aggregates.recent import Recent
from indicia.base.clock import Clock

K = TypeVar("K")
V = TypeVar("V")


class Lately(Generic[K, V]):
    """Repeats what was answered less than `seconds` ago; a change is seen after that at the latest."""

    def __init__(
        self, ask: Callable[[K], Awaitable[V]], clock: Clock, *, seconds: float, capacity: int = 10_000
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._seconds = seconds
        self._answers: Recent[K, tuple[float, V]] = Recent(capacity)

    async def get(self, key: K) -> V:
        """Answer from memory, or ask; raises what asking raises, and remembers nothing then."""
        now = self._clock()
        known = self._answers.get(key)
        if known is not None and 0 <= now - known[0] < self._seconds:
            return known[1]
        value = await self._ask(key)
        self._answers.put(key, (now, value))
        return value
