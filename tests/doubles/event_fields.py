"""Which fields an event has, whatever they hold: what its receivers build on."""

from typing import Any

# What these hold is the sender's own.
_OPEN = {"headers", "user-variables"}


def fields(value: Any) -> Any:
    """Answer the names in an object, at every depth, and what kind of value each has."""
    if isinstance(value, dict):
        return {name: "own" if name in _OPEN else fields(held) for name, held in sorted(value.items())}
    if isinstance(value, list):
        return [fields(value[0])] if value else [str]
    # In JSON 2 and 2.0 are one number.
    return float if type(value) is int else type(value)
