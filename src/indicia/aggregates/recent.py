"""A map that keeps what was used lately and forgets the rest, in bounded memory.

Two plain dicts take turns: when the young one is full it becomes the old one, and what is still used moves back.
That forgets almost like an exact least-recently-used order, at the price of a dict look-up and without its links.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Remembers at most `capacity` values, and never fewer than the last half of them that were used."""

    __slots__ = ("_half", "_old", "_young")

    def __init__(self, capacity: int) -> None:
        if capacity < 2:
            raise ValueError("capacity must be at least 2")
        self._half = capacity // 2
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """Find the value of `key` and count it as used; None when it was never put or is forgotten."""
        value = self._young.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def obtain(self, key: K, make: Callable[[], V]) -> V:
        """Find the value of `key`, making and remembering it when there is none."""
        value = self._young.get(key)
        if value is None:
            value = self._old.get(key)
            if value is None:
                value = make()
            self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Remember `value`, at the cost of the least used half when there is no room."""
        if len(self._young) >= self._half and key not in self._young:
            self._old = self._young
            self._young = {}
        self._young[key] = value

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())
