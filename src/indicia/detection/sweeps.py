"""Finds bursts: many links of one recipient's message followed almost at once.

Every touch learns the densest second and the densest 15 s around it, those before and after alike, so the first
click of a burst is told as well as the last. Networks of people are counted apart from all others: a person who
clicks in the very second in which a scanner sweeps the same message is no part of that sweep.
"""

from collections.abc import Iterable, Sequence

import msgspec

from indicia.detection.observations import Crowd

# Scanners fetch all links within a second, or about one a second where they queue (field reports of both).
TIGHT_SECONDS = 1.0
SLOW_SECONDS = 15.0


class Touch(msgspec.Struct, gc=False):
    """One timed interaction with a recipient's message, and the sweep it turned out to be part of.

    `event`, `client`, `agent`, `fleet` and `link` are hashes; `event` and `link` are 0 where unknown. The counts are
    those of `observations.Sweep`.
    """

    at: float
    event: int
    client: int
    agent: int
    fleet: int
    link: int
    crowd: Crowd
    is_click: bool
    is_reader: bool
    links: int = 0
    clicks: int = 0
    slow_links: int = 0
    slow_clicks: int = 0


def measure_sweeps(touches: Sequence[Touch]) -> None:
    """Count the links around every click of `touches`, which are in order of time."""
    clicks = [touch for touch in touches if touch.is_click]
    if len(clicks) < 2:
        return
    people = [touch for touch in clicks if touch.crowd is Crowd.PEOPLE]
    others = [touch for touch in clicks if touch.crowd is not Crowd.PEOPLE]
    for group in (people, others):
        _measure(group)


def _measure(group: Sequence[Touch]) -> None:
    for start, first in enumerate(group):
        tight: list[Touch] = []
        slow: list[Touch] = []
        for touch in group[start:]:
            gap = touch.at - first.at
            if gap > SLOW_SECONDS:
                break
            slow.append(touch)
            if gap <= TIGHT_SECONDS:
                tight.append(touch)
        if len(slow) < 2:
            continue
        links, clicks = _count(tight)
        for touch in tight:
            touch.links = max(touch.links, links)
            touch.clicks = max(touch.clicks, clicks)
        links, clicks = _count(slow)
        for touch in slow:
            touch.slow_links = max(touch.slow_links, links)
            touch.slow_clicks = max(touch.slow_clicks, clicks)


def _count(touches: Iterable[Touch]) -> tuple[int, int]:
    """Count distinct known links, and clicks with the repetitions of a known link collapsed."""
    links = set()
    unknown = 0
    for touch in touches:
        if touch.link:
            links.add(touch.link)
        else:
            unknown += 1
    return len(links), len(links) + unknown
