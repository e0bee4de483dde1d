"""What the measurements are held against."""

from typing import NamedTuple


class Goal(NamedTuple):
    """A goal, what was measured, and whether it is enough."""

    text: str
    measured: str
    is_met: bool
