"""Learns from the rows of a run, part after part, so that each part is judged with all that is known by its end.

Live, a botnet is known after its third occasion; in history it is known from the beginning of the part in which that
one lies. What was learned is not kept beside the output: a run that goes on reads the rows again, ten microseconds for
each, and comes to the same conclusions.
"""

from collections.abc import Iterable, Iterator, Sequence

from indicia.archive.model import Row
from indicia.archive.replay import HISTORY_SCOPE
from indicia.datasets.registry import Datasets
from indicia.detection.learning.knowledge import Knowledge
from indicia.detection.learning.learner import Learner
from indicia.detection.model import Honeypot


class Hindsight:
    """What the rows so far have taught; they must come in order of time, and visits to hidden links likewise."""

    def __init__(self, datasets: Datasets, capacity: int, visits: Iterator[Honeypot]) -> None:
        self._learner = Learner(datasets, capacity)
        self._visits = visits
        self._visit = next(visits, None)
        self._at = 0.0

    def learn(self, chunks: Iterable[Sequence[Row]]) -> Knowledge:
        """Learn from the next rows, and conclude from all of them; rows without a time teach nothing."""
        for rows in chunks:
            dated = [row.interaction for row in rows if row.interaction.ts is not None]
            if not dated:
                continue
            self._at = dated[-1].ts or self._at
            while self._visit is not None and self._visit.ts <= self._at:
                self._learner.visit(self._visit)
                self._visit = next(self._visits, None)
            self._learner.record(HISTORY_SCOPE, dated, self._at)
        return self._learner.conclusions(self._at)()
