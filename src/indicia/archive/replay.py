"""Live through stored history again: show it to an engine in order of time, and ask when what follows is known.

The engine looks at what came before and after an interaction. Served live, it waits a few seconds for what follows;
here the rows of the next minute are there already.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf

from indicia.archive.model import Row
from indicia.datasets.model import MailProvider
from indicia.datasets.registry import Datasets
from indicia.detection.engine import Engine
from indicia.detection.learning.knowledge import Knowledge
from indicia.detection.model import Honeypot, Scope, Verdict
from indicia.detection.options import DetectionOptions
from indicia.detection.signals.neighbours import COMPANION_SECONDS

# No signal looks further ahead for what belongs to an interaction than for its companion.
LOOK_AHEAD_SECONDS = COMPANION_SECONDS
# Of a flood, no more than this waits for what follows: 300 rows a second for a minute, about 20 MB.
_MOST_WAITING = 20_000

# One table is one sender's: its recipients and its networks are known to each other.
HISTORY_SCOPE = Scope(account_id=0, domain_id=0)


class _Clock:
    """The time of the row that is judged.

    An object of its own: were the engine to ask the replay, the two would keep each other, and hundreds of megabytes,
    until Python next looks for such rings.
    """

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Replay:
    """An engine of its own, whose clock is the time of the row that is judged.

    `undated_at` (unix seconds) is when rows without a time are taken to have happened.
    """

    def __init__(
        self,
        datasets: Datasets,
        options: DetectionOptions,
        *,
        providers: Mapping[str, MailProvider],
        undated_at: float,
    ) -> None:
        self._clock = _Clock(undated_at)
        self._undated_at = undated_at
        self._providers = providers
        self._engine = Engine(datasets, options, self._clock)

    def learn(self, knowledge: Knowledge) -> None:
        """Judge from now on with what was learned."""
        self._engine.learn(knowledge)

    def observe(self, rows: Sequence[Row]) -> None:
        """Remember rows without judging them."""
        self._engine.observe(HISTORY_SCOPE, [row.interaction for row in rows], self._undated_at)

    def judge(self, chunks: Iterable[Sequence[Row]], visits: Iterator[Honeypot]) -> Iterator[tuple[Row, Verdict]]:
        """Judge rows in their order, which must be that of time; `visits` likewise."""
        visit = next(visits, None)
        for rows in self._settled(chunks):
            start = 0
            while start < len(rows):
                at = _time(rows[start])
                self._clock.now = self._undated_at if at == inf else at
                while visit is not None and visit.ts <= at + LOOK_AHEAD_SECONDS:
                    self._engine.visit(visit)
                    visit = next(visits, None)
                stop = len(rows)
                if visit is not None:
                    # The rows up to the one that the next visit matters to are judged together.
                    stop = max(start + 1, bisect_left(rows, visit.ts - LOOK_AHEAD_SECONDS, start, key=_time))
                yield from self._judged(rows[start:stop])
                start = stop

    def _judged(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Verdict]]:
        interactions = [row.interaction for row in rows]
        verdicts = self._engine.judge(HISTORY_SCOPE, interactions, self._undated_at, self._providers)
        return zip(rows, verdicts, strict=True)

    def _settled(self, chunks: Iterable[Sequence[Row]]) -> Iterator[list[Row]]:
        """Observe chunk by chunk; give rows when the minute after them is observed too."""
        waiting: list[Row] = []
        for chunk in chunks:
            self.observe(chunk)
            waiting += chunk
            settled = bisect_right(waiting, _time(chunk[-1]) - LOOK_AHEAD_SECONDS, key=_time)
            settled = max(settled, len(waiting) - _MOST_WAITING)
            yield waiting[:settled]
            del waiting[:settled]
        yield waiting


def _time(row: Row) -> float:
    """Tell when a row happened; those that do not say so come last, and wait for nothing."""
    return inf if row.interaction.ts is None else row.interaction.ts
