"""The entries of history: what is kept about one user agent, one address block, one client."""

import math
from functools import partial

import msgspec

from indicia.aggregates.sightings import Sightings

# Weights stop growing at about twenty of anything (see `weights`); shares need some more to be told apart.
_DISTINCT = 24
DISTINCT_EARLY = 64

# Posted within this, interactions may well have happened within it.
_TOGETHER_SECONDS = 60.0

_a_few = partial(Sightings, _DISTINCT)
_many_early = partial(Sightings, DISTINCT_EARLY)


class CompanyRecord(msgspec.Struct, gc=False):
    """Messages on which a host, or a user agent, was caught at what only machines do, or came early or late to."""

    caught: Sightings = msgspec.field(default_factory=_a_few)
    early: Sightings = msgspec.field(default_factory=_many_early)
    late: Sightings = msgspec.field(default_factory=_a_few)


class Crush:
    """Counts what came in together, since nothing else is known of the time of undated interactions."""

    __slots__ = ("_count", "_since")

    def __init__(self) -> None:
        self._since = -math.inf
        self._count = 0

    def note(self, received_at: float) -> None:
        """Count one interaction that came in then (unix seconds)."""
        if not self._is_together(received_at):
            self._since, self._count = received_at, 0
        self._count += 1

    def count(self, received_at: float) -> int:
        """Tell how many came in together with those of then."""
        return self._count if self._is_together(received_at) else 0

    def _is_together(self, received_at: float) -> bool:
        return abs(received_at - self._since) <= _TOGETHER_SECONDS


# Most interactions have a time.
_NOTHING_UNDATED = Crush()


class OriginRecord(msgspec.Struct, gc=False):
    """What one address and user agent did: for which recipients and domains, and on which messages in haste."""

    recipients: Sightings = msgspec.field(default_factory=_a_few)
    domains: Sightings = msgspec.field(default_factory=_a_few)
    hasty: Sightings = msgspec.field(default_factory=_a_few)
    undated: Crush = _NOTHING_UNDATED

    def note_undated(self, received_at: float) -> None:
        """Count one interaction without a time that came in then (unix seconds)."""
        if self.undated is _NOTHING_UNDATED:
            self.undated = Crush()
        self.undated.note(received_at)


class HostRecord(msgspec.Struct, gc=False):
    """Which user agents spoke from one address."""

    agents: Sightings = msgspec.field(default_factory=_a_few)
    undated: Crush = _NOTHING_UNDATED

    def note_undated(self, received_at: float) -> None:
        """Count one interaction without a time that came in then (unix seconds)."""
        if self.undated is _NOTHING_UNDATED:
            self.undated = Crush()
        self.undated.note(received_at)


class AgentRecord(msgspec.Struct, gc=False):
    """Address blocks on which one user agent was seen, and messages that people clicked early with it."""

    machines: Sightings = msgspec.field(default_factory=_a_few)
    people: Sightings = msgspec.field(default_factory=_a_few)
    early: Sightings = msgspec.field(default_factory=_many_early)
