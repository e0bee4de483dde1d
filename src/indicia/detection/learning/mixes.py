"""The mix of machines and people that follow the links of each sending domain: its own prior for clicks.

Both sides are positive examples among unlabelled ones. That machines came to a mail is known where its hidden link was
followed, or its links were swept; that a person did, where a reader came back. Neither tells how many came unseen. So
the prior moves up only if even the least that is known of machines says more than the usual prior, and down only if
even the most does say less; between the two nothing is known, and it stays.
"""

import math
from collections.abc import Iterable, Sequence

import msgspec

from indicia.aggregates.recent import Recent
from indicia.detection.learning.estimates import START_STRENGTH, log_odds, mails_behind_a_visit, surely
from indicia.detection.observations import Standing
from indicia.detection.weights import PRIOR

# Companies change their filters within months, and senders what they send.
_HALF_LIFE_DAYS = 30.0
_DAY = 86_400.0
# Whatever was learned, it is a twelfth of what a sweep weighs: a domain that machines like owes its readers little
# less than others do, and one that people like is swept all the same. Judgement.
LOWEST, HIGHEST = -0.5, 0.5
_TELLING_NATS = 0.05
# A mail that is seen again, a scan and its reader an hour later, is one mail; 100 bytes each.
_REMEMBERED_MAILS = 65_536


class Mix(msgspec.Struct, frozen=True, gc=False):
    """Decayed evidence about one sending domain, as of `at` (unix seconds).

    `mails` are those of which anybody, person or machine, followed a link; `trapped` those whose hidden link was
    followed, each counted as often as it stands for. `swept` are those that were swept for certain, and
    `swept_trapped` those of them whose hidden link was followed as well. `returns` counts readers who came back.
    """

    mails: float = 0.0
    trapped: float = 0.0
    swept: float = 0.0
    swept_trapped: float = 0.0
    returns: float = 0.0
    at: float = 0.0

    def as_of(self, at: float) -> "Mix":
        """Forget as much as fades until `at`."""
        if at <= self.at:
            return self
        kept = 0.5 ** ((at - self.at) / _DAY / _HALF_LIFE_DAYS)
        return Mix(
            mails=self.mails * kept,
            trapped=self.trapped * kept,
            swept=self.swept * kept,
            swept_trapped=self.swept_trapped * kept,
            returns=self.returns * kept,
            at=at,
        )

    @property
    def mails_per_visit(self) -> float:
        """For how many mails one whose hidden link was followed stands, by the mails that were swept for certain.

        Mails without a hidden link lower that share as machines do that never follow one.
        """
        return mails_behind_a_visit(self.swept, self.swept_trapped)


class Mixes:
    """The mixes of the domains that were heard of last, `capacity` of them."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        # In order of use, so that the first is the one to forget.
        self._mixes: dict[int, Mix] = {}
        self._changed: set[int] = set()
        self._mails: Recent[int, bool] = Recent(_REMEMBERED_MAILS)

    def note_mails(self, domain_id: int, mails: Iterable[int], at: float) -> None:
        """See that somebody followed links of mails (hashes that no other domain has), once for each."""
        new = 0
        for mail in mails:
            if self._mails.get(mail) is None:
                self._mails.put(mail, value=True)
                new += 1
        if new:
            mix = self._as_of(domain_id, at)
            self._keep(domain_id, msgspec.structs.replace(mix, mails=mix.mails + new))

    def note_trapped(self, domain_id: int, at: float) -> None:
        """Count a mail whose hidden link was followed."""
        mix = self._as_of(domain_id, at)
        self._keep(domain_id, msgspec.structs.replace(mix, trapped=mix.trapped + mix.mails_per_visit))

    def note_swept(self, domain_id: int, at: float, *, is_trapped: bool) -> None:
        """Count a mail that was swept for certain, and whether its hidden link was followed as well."""
        mix = self._as_of(domain_id, at)
        trapped = mix.swept_trapped + is_trapped
        self._keep(domain_id, msgspec.structs.replace(mix, swept=mix.swept + 1, swept_trapped=trapped))

    def note_return(self, domain_id: int, at: float) -> None:
        """Count a reader who came back."""
        mix = self._as_of(domain_id, at)
        self._keep(domain_id, msgspec.structs.replace(mix, returns=mix.returns + 1))

    def standings(self, now: float) -> dict[int, Standing]:
        """Conclude for every domain; those whose prior is the usual one are left out."""
        found = {}
        for domain_id, mix in self._mixes.items():
            current = mix.as_of(now)
            nats = prior_shift(current)
            if abs(nats) >= _TELLING_NATS:
                found[domain_id] = Standing(nats, max(current.trapped, current.swept), current.returns, 0.0)
        return found

    def restore(self, mixes: Sequence[tuple[int, Mix]]) -> None:
        """Take back what was stored, the domains heard of longest ago first."""
        for domain_id, mix in mixes:
            self._keep(domain_id, mix)
        self._changed.clear()

    def changed(self) -> list[tuple[int, Mix]]:
        """Answer the mixes that were not `saved` since they changed."""
        return [(domain_id, mix) for domain_id in self._changed if (mix := self._mixes.get(domain_id))]

    def saved(self) -> None:
        """Take note that what `changed` answered is stored."""
        self._changed.clear()

    def _as_of(self, domain_id: int, at: float) -> Mix:
        return (self._mixes.pop(domain_id, None) or Mix(at=at)).as_of(at)

    def _keep(self, domain_id: int, mix: Mix) -> None:
        if domain_id not in self._mixes and len(self._mixes) >= self.capacity:
            del self._mixes[next(iter(self._mixes))]
        self._mixes[domain_id] = mix
        self._changed.add(domain_id)


def prior_shift(mix: Mix) -> float:
    """Tell by how many nats a domain's own prior differs from the usual one; 0 where that is not sure.

    At the least, machines came to the mails that hidden links tell of, and every mail had its reader besides. At the
    most, nobody read a mail but who came back.
    """
    usual = 1 / (1 + math.exp(-PRIOR))
    seen = mix.trapped + mix.mails + START_STRENGTH
    least = (mix.trapped + START_STRENGTH * usual) / seen
    up = log_odds(surely(least, seen)) - PRIOR
    if up > 0:
        return min(up, HIGHEST)
    machines = max(mix.trapped, mix.swept)
    most = (machines + START_STRENGTH * usual) / (machines + mix.returns + START_STRENGTH)
    return max(min(0.0, log_odds(most) - PRIOR), LOWEST)
