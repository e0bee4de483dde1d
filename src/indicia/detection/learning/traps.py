"""Follows who visited hidden links until the message turns out to be a real one.

A visit counts once for a client and a message, and only when an interaction with that message was posted, so nobody
gains anything by inventing messages.
"""

from collections import defaultdict
from typing import NamedTuple

from indicia.datasets.model import Network
from indicia.detection.model import Honeypot

# "a temporary cache for 30 minutes"
KEPT_SECONDS = 1800.0
# Of one domain, so that a flood on one crowds out nobody else's; and of one message, which has few real visitors.
_MOST_MESSAGES = 2_000
_MOST_VISITORS = 16


class Visitor(NamedTuple):
    """Who followed a hidden link, and when (unix seconds)."""

    ip: str
    uas: str
    network: Network
    at: float


class _Trap:
    """One message's hidden link: its visitors, and how many of them are counted already."""

    __slots__ = ("counted", "visitors")

    def __init__(self) -> None:
        self.visitors: list[Visitor] = []
        self.counted = 0


class Traps:
    """The hidden links that were visited within the last half hour."""

    def __init__(self) -> None:
        # By domain and message, in order of their first visits.
        self._traps: defaultdict[int, dict[str, _Trap]] = defaultdict(dict)

    def note(self, honeypot: Honeypot, network: Network) -> None:
        """Remember a visit; the same client's next one on the same message is no other."""
        traps = self._traps[honeypot.domain_id]
        self._forget(traps, honeypot.ts)
        trap = traps.setdefault(honeypot.message_id, _Trap())
        is_known = any((known.ip, known.uas) == (honeypot.ip, honeypot.uas) for known in trap.visitors)
        if not is_known and len(trap.visitors) < _MOST_VISITORS:
            trap.visitors.append(Visitor(honeypot.ip, honeypot.uas, network, honeypot.ts))

    def are_set_by(self, domain_id: int) -> bool:
        """Tell whether the domain's mails hold hidden links, as far as anyone followed one lately."""
        return domain_id in self._traps

    def is_new(self, domain_id: int, message_id: str) -> bool:
        """Tell whether the hidden link of that message was followed, and nobody who did was proven yet."""
        trap = self._traps[domain_id].get(message_id)
        return trap is not None and not trap.counted

    def newly_proven(self, domain_id: int, message_id: str) -> list[Visitor]:
        """Answer the visitors of a message that is real, those who were not answered before."""
        trap = self._traps[domain_id].get(message_id)
        if trap is None:
            return []
        visitors = trap.visitors[trap.counted :]
        trap.counted = len(trap.visitors)
        return visitors

    def was_visited_from(self, domain_id: int, message_id: str, asn: int | None) -> bool:
        """Tell whether anyone of that network followed the hidden link of that message."""
        trap = self._traps[domain_id].get(message_id)
        return trap is not None and any(visitor.network.asn == asn for visitor in trap.visitors)

    def _forget(self, traps: dict[str, _Trap], now: float) -> None:
        while traps:
            first = next(iter(traps))
            is_old = traps[first].visitors[0].at < now - KEPT_SECONDS
            if not is_old and len(traps) < _MOST_MESSAGES:
                return
            del traps[first]
