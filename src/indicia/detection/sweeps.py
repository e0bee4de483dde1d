"""Finds bursts: many links of one recipient's message followed almost at once.

Every touch learns the densest second and the densest 15 s around it, those before and after alike, so the first
click of a burst is told as well as the last. Networks of people are counted apart from all others: a person who
clicks in the very second in which a scanner sweeps the same message is no part of that sweep.
"""

from collections.abc import Iterator, Sequence
from typing import Self

import msgspec

from indicia.detection.observations import Crowd, Missing

# Scanners fetch all links within a second, or about one a second where they queue (field reports of both).
TIGHT_SECONDS = 1.0
SLOW_SECONDS = 15.0

# Nobody follows two different links within this, whatever they double-click.
TWIN_SECONDS = 0.3

# A sweep that marks where it came from: three links, or five clicks on links unknown, in one second. Four clicks may
# still be an impatient person.
_SWEPT_LINKS = 3
_SWEPT_CLICKS = 5

# Hasty visits show no reading, but one of them may still be a person who opens tabs: three clicks in a row, or one
# right after the pixel was loaded (beehiiv and lemlist count up to 9 s).
_HASTY_CLICKS = 3
_HASTY_SECONDS = 3.0

# A click that repeats a person's comes this soon after it, or before it (field reports name 12 s).
_COPY_SECONDS = 60.0


class Touch(msgspec.Struct, gc=False):
    """One timed interaction with a recipient's message, and the sweep it turned out to be part of.

    `event` and `link` are hashes, 0 where unknown; `client`, `agent`, `address`, `near` and `fleet` are those of
    `Client`. `is_probe` says that the request was one that only machines send, `is_copy` that a machines' network
    repeated a person's click, `is_caught` that a machine did this, as far as it was measured; `rush` is that of
    `observations.Signals`, the rest that of `observations.Sweep`.
    """

    at: float
    event: int
    client: int
    agent: int
    address: int
    near: int
    fleet: int
    link: int
    crowd: Crowd
    is_click: bool
    is_reader: bool
    is_probe: bool = False
    is_copy: bool = False
    is_caught: bool = False
    rush: float | Missing = Missing.NOT_GIVEN
    is_twin: bool = False
    is_probed: bool = False
    links: int = 0
    clicks: int = 0
    slow_links: int = 0
    slow_clicks: int = 0

    def is_same_link(self, other: Self) -> bool:
        """Tell whether both followed the same link, as far as links are known."""
        return not self.link or not other.link or self.link == other.link

    @property
    def is_hasty(self) -> bool:
        """Whether it is one of several clicks in a row, or the pixel's."""
        return self.rush is not Missing.NOT_GIVEN or self.slow_clicks >= _HASTY_CLICKS


def measure_sweeps(touches: Sequence[Touch]) -> None:
    """Count the links around every click of `touches`, which are in order of time, and say which were machines'."""
    _measure_clicks(touches)
    for touch in touches:
        touch.is_caught = (
            touch.is_probe or touch.is_copy or touch.links >= _SWEPT_LINKS or touch.clicks >= _SWEPT_CLICKS
        )


def _measure_clicks(touches: Sequence[Touch]) -> None:
    clicks = [touch for touch in touches if touch.is_click]
    if len(clicks) < len(touches):
        _mark_rushed(touches)
    if len(clicks) < 2:
        return
    people = [touch for touch in clicks if touch.crowd is Crowd.PEOPLE]
    others = [touch for touch in clicks if touch.crowd is not Crowd.PEOPLE] if people else clicks
    for group in (people, others):
        if len(group) > 1:
            _measure(group)
    for window in _windows(others, SLOW_SECONDS):
        if any(touch.is_probe for touch in window):
            for touch in window:
                touch.is_probed = True
    if people and others:
        _mark_copies(people, others)


def _mark_rushed(touches: Sequence[Touch]) -> None:
    loaded: dict[int, Touch] = {}
    for touch in touches:
        if not touch.is_click:
            loaded[touch.client] = touch
            continue
        opening = loaded.get(touch.client)
        if opening is not None and touch.at - opening.at <= _HASTY_SECONDS:
            opening.rush = touch.rush = touch.at - opening.at


def _mark_copies(people: Sequence[Touch], others: Sequence[Touch]) -> None:
    for other in others:
        other.is_copy = other.crowd is Crowd.MACHINES and any(
            abs(other.at - person.at) <= _COPY_SECONDS and other.is_same_link(person) for person in people
        )


def _measure(group: Sequence[Touch]) -> None:
    for window in _windows(group, TIGHT_SECONDS):
        links, clicks = _count(window)
        for touch in window:
            touch.links = max(touch.links, links)
            touch.clicks = max(touch.clicks, clicks)
    for window in _windows(group, SLOW_SECONDS):
        links, clicks = _count(window)
        for touch in window:
            touch.slow_links = max(touch.slow_links, links)
            touch.slow_clicks = max(touch.slow_clicks, clicks)
    for window in _windows(group, TWIN_SECONDS):
        if _count(window)[0] > 1:
            for touch in window:
                touch.is_twin = True


def _windows(group: Sequence[Touch], seconds: float) -> Iterator[Sequence[Touch]]:
    """Find the longest runs of two touches or more that last at most `seconds`."""
    end = 0
    for start, first in enumerate(group):
        reached = end
        while end < len(group) and group[end].at - first.at <= seconds:
            end += 1
        # A window that reaches no further is part of the one before.
        if end > reached and end - start > 1:
            yield group[start:end]


def _count(touches: Sequence[Touch]) -> tuple[int, int]:
    """Count distinct known links, and clicks with the repetitions of a known link collapsed."""
    links = {touch.link for touch in touches}
    if 0 not in links:
        return len(links), len(links)
    unknown = sum([not touch.link for touch in touches])
    return len(links) - 1, len(links) - 1 + unknown
