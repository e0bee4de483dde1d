"""Plays labelled interactions to an engine as they would have come in, and keeps what it said.

Senders post what happened since their last post; a verdict is final when the settle window of its batch has passed,
and sees what had come in by then, neither less nor more. The engine's clock is the data's. Between batches it learns as
it does live, only less often.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from operator import attrgetter

from indicia.datasets.model import MailProvider
from indicia.datasets.registry import Datasets
from indicia.detection.engine import Engine
from indicia.detection.learning.learner import Learner
from indicia.detection.model import Interaction, Scope
from indicia.detection.options import DetectionOptions
from indicia.detection.posted import MOST_EVENTS
from indicia.detection.verdict import weigh
from indicia.evaluation.ablation import turned_by
from indicia.evaluation.model import Labelled, LabelledSet, Outcome

# A labelled table is one sender's.
_SCOPE = Scope(account_id=0, domain_id=0)

# Live, conclusions are drawn within minutes. Over months of data that would take longer than all verdicts.
_CONCLUDE_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Posting:
    """How a sender hands its interactions over: so many at once, or what there is after so many seconds."""

    most_events: int = MOST_EVENTS
    seconds: float = 60.0


class _Batch:
    """Consecutive rows that are posted together, as soon as the last of them has happened."""

    def __init__(self, start: int, rows: Sequence[Labelled]) -> None:
        self.start = start
        self.rows = rows
        self.interactions: list[Interaction] = [row.interaction for row in rows]
        self.received_at = rows[-1].received_at


class Replay:
    """One run of an engine of its own over a labelled set."""

    def __init__(
        self, labelled: LabelledSet, datasets: Datasets, options: DetectionOptions, posting: Posting | None = None
    ) -> None:
        self._labelled = labelled
        self._datasets = datasets
        self._options = options
        self._posting = posting or Posting()
        self._now = 0.0
        self._engine = Engine(datasets, options, lambda: self._now)
        self._learner = Learner(datasets, options.remembered_trails)
        self._conclude_at = 0.0
        self._visits = iter(labelled.visits)
        self._next_visit = next(self._visits, None)

    def outcomes(self) -> Iterator[tuple[Labelled, Outcome]]:
        """Judge every row, each when its verdict is due, which is not quite the order of rows."""
        pending: list[tuple[float, int, _Batch]] = []
        for batch in self._batches():
            while pending and pending[0][0] <= batch.received_at:
                yield from self._judge(heappop(pending))
            self._engine.observe(_SCOPE, batch.interactions, batch.received_at)
            final_at = self._engine.final_at(batch.interactions, batch.received_at)
            heappush(pending, (final_at, batch.start, batch))
        while pending:
            yield from self._judge(heappop(pending))

    def _batches(self) -> Iterator[_Batch]:
        rows, start = self._labelled.rows, 0
        while start < len(rows):
            until = rows[start].received_at + self._posting.seconds
            most = min(start + self._posting.most_events, len(rows))
            end = bisect_right(rows, until, start, most, key=attrgetter("received_at"))
            yield _Batch(start, rows[start:end])
            start = end

    def _judge(self, due: tuple[float, int, _Batch]) -> Iterator[tuple[Labelled, Outcome]]:
        self._now, _, batch = due
        self._tell_visits()
        self._conclude()
        threshold = self._options.threshold
        found = self._engine.findings(_SCOPE, batch.interactions, batch.received_at, self._mx(batch))
        for row, findings in zip(batch.rows, found, strict=True):
            verdict = weigh(findings, threshold, is_undated=row.interaction.ts is None)
            yield (
                row,
                Outcome(
                    is_bot=verdict.is_bot,
                    probability=verdict.probability,
                    waited=self._now - row.received_at,
                    turned_by=turned_by(findings, is_bot=verdict.is_bot, threshold=threshold),
                    weights=tuple((evidence.signal, evidence.weight) for evidence in verdict.evidence),
                ),
            )
        self._learner.record(_SCOPE, batch.interactions, batch.received_at)

    def _conclude(self) -> None:
        if self._now >= self._conclude_at:
            self._conclude_at = self._now + _CONCLUDE_SECONDS
            self._engine.learn(self._learner.conclusions(self._now)())

    def _tell_visits(self) -> None:
        while self._next_visit is not None and self._next_visit.ts <= self._now:
            self._engine.visit(self._next_visit)
            self._learner.visit(self._next_visit)
            self._next_visit = next(self._visits, None)

    def _mx(self, batch: _Batch) -> Mapping[str, MailProvider]:
        zone, providers = self._labelled.zone, self._datasets.mail_providers
        asked = self._engine.unresolved(batch.interactions)
        return {name: providers.of_mx(zone[name]) for name in asked if name in zone}
