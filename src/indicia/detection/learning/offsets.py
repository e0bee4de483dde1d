"""How long a domain's mail is under way between the time its sender states and its delivery.

Scanners begin some twenty seconds after delivery at the earliest that matters (see `detection.weights`). Where a domain
states when it handed its mail over, and queues hold it for minutes, all delays are too long by that much, and the
scanners show by how much: they are the only ones whose haste is certain.
"""

from array import array
from collections.abc import Iterable, Mapping

# Every tenth sweep of the sweep log began within so many seconds after sending.
_EARLY_SWEEP_SECONDS = 20.0
_EARLY_SHARE = 0.1
# With fewer sweeps the tenth is one or two of them.
_FEWEST_SWEEPS = 20
_REMEMBERED_SWEEPS = 100
# A scanner that comes later may as well scan for the second time.
_LONGEST_SECONDS = 1_800.0
# What went out together is swept by its fastest scanners first. Of a large mailing only these count: the latest
# sweeps of all would be its slowest.
_MAILING_SECONDS = 600.0
_SWEEPS_PER_MAILING = 10
_REMEMBERED_MAILINGS = 32


class Offsets:
    """The delays of the latest sweeps of each domain's mail, in seconds since the time that its sender stated."""

    def __init__(self) -> None:
        self._delays: dict[int, array[float]] = {}
        self._changed: set[int] = set()
        # How many sweeps of the latest mailings were counted, by domain and time of mailing.
        self._mailings: dict[int, dict[int, int]] = {}

    def note(self, domain_id: int, delay: float, mailed_at: float) -> None:
        """Add one sweep of a mail that its sender handed over at `mailed_at` (unix seconds)."""
        if not 0 <= delay <= _LONGEST_SECONDS:
            return
        if not self._is_among_first(domain_id, int(mailed_at // _MAILING_SECONDS)):
            return
        delays = self._delays.setdefault(domain_id, array("f"))
        delays.append(delay)
        del delays[:-_REMEMBERED_SWEEPS]
        self._changed.add(domain_id)

    def seconds(self) -> dict[int, float]:
        """Estimate every domain's offset; those without one are left out."""
        estimated = {domain_id: offset_of(delays) for domain_id, delays in self._delays.items()}
        return {domain_id: offset for domain_id, offset in estimated.items() if offset > 0}

    def restore(self, delays: Mapping[int, bytes]) -> None:
        """Take back what was stored."""
        self._delays = {domain_id: array("f", packed) for domain_id, packed in delays.items()}

    def changed(self) -> list[tuple[int, bytes]]:
        """Answer the domains that were not `saved` since they changed, with their delays packed."""
        return [(domain_id, self._delays[domain_id].tobytes()) for domain_id in self._changed]

    def saved(self) -> None:
        """Take note that what `changed` answered is stored."""
        self._changed.clear()

    def _is_among_first(self, domain_id: int, mailing: int) -> bool:
        mailings = self._mailings.setdefault(domain_id, {})
        swept = mailings.get(mailing, 0)
        if not swept and len(mailings) >= _REMEMBERED_MAILINGS:
            del mailings[next(iter(mailings))]
        mailings[mailing] = swept + 1
        return swept < _SWEEPS_PER_MAILING


def offset_of(delays: Iterable[float]) -> float:
    """Estimate how long the mail is under way from the delays of sweeps; 0 where that is not sure."""
    ordered = sorted(delays)
    if len(ordered) < _FEWEST_SWEEPS:
        return 0.0
    return max(0.0, ordered[int(len(ordered) * _EARLY_SHARE)] - _EARLY_SWEEP_SECONDS)
