"""Who else wants to know of verdicts, and what they store in the transaction that stores these."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from indicia.detection.results import Judged
from indicia.detection.store import StoredRequest
from indicia.storage.database import Steps


class Consequence(NamedTuple):
    """What follows from verdicts: steps for their transaction, and what to call after its commit."""

    steps: Steps[None]
    announce: Callable[[], None]


Listener = Callable[[StoredRequest, Mapping[int, Judged]], Awaitable[Consequence | None]]
"""Answers what follows from the verdicts on a request's events, by position: all of them, or those that are revised."""


async def nothing_follows(request: StoredRequest, outcomes: Mapping[int, Judged]) -> Consequence | None:
    """Listen to nothing."""
    del request, outcomes
    return None
