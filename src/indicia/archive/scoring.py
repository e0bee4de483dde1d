"""Judge stored history from files to a file, in bounded memory, resumable at any point, the same bytes every time.

The events are sorted once, then judged in parts. Each part has an engine of its own, which first sees the rows before
the part, so a part depends on nothing but the sorted rows: what was done before an interruption need not be done
again, and what is done after it is what would have been done.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

import duckdb
import msgspec

from indicia.archive.hindsight import Hindsight
from indicia.archive.loading import Progress
from indicia.archive.model import ArchiveError, OutputError, PartSize, Request, Row
from indicia.archive.parts import Judged, Parts, Tallies, check_suffix, reasons_of
from indicia.archive.replay import Replay
from indicia.archive.resume import begin
from indicia.archive.store import EventStore
from indicia.archive.tables import reason_of
from indicia.datasets.model import MailProvider
from indicia.datasets.registry import Datasets
from indicia.detection.learning.knowledge import Knowledge
from indicia.detection.model import Verdict
from indicia.detection.options import DetectionOptions
from indicia.detection.visits import KEPT_SECONDS

LookUp = Callable[[Sequence[str]], Mapping[str, MailProvider]]
"""Finds out by DNS who receives the mail of domains."""

# Domains beyond the most frequent ones are not worth the hours that their look-ups take.
_MOST_DOMAINS = 50_000
_ROWS_AT_ONCE = 1_000
_DAY_SECONDS = 86_400
_FIRST_DAY = date(1970, 1, 1).toordinal()


def score(
    request: Request,
    datasets: Datasets,
    *,
    look_up: LookUp | None = None,
    progress: Progress,
    size: PartSize | None = None,
) -> Tallies:
    """Judge all events of a request, or go on where an interrupted run of it stopped; answer what was found.

    Raises:
        ArchiveError: Something cannot be judged or written; no output is written.
    """
    check_suffix(request.output)
    size = size or PartSize()
    directory = begin(request, datasets, size, with_dns=look_up is not None)
    try:
        _sort(request, directory, progress)
        with (
            EventStore(directory / "events.duckdb") as events,
            Parts(directory, explain=request.explain) as parts,
        ):
            providers = _providers(directory, events, datasets, look_up)
            scorer = _Scorer(events, datasets, providers, size=size, request=request)
            tallies = _judge(scorer, parts, request.output, progress)
    except (duckdb.Error, OSError) as error:
        # A full disk, or another run in the same place.
        reason = reason_of(error) if isinstance(error, duckdb.Error) else str(error)
        raise OutputError(f"cannot work in {directory}: {reason}") from error
    shutil.rmtree(directory)
    return tallies


def _judge(scorer: "_Scorer", parts: Parts, output: Path, progress: Progress) -> Tallies:
    """Judge the parts that are not done, then put all of them together."""
    count = scorer.count
    for number in range(count):
        scorer.learn(number, progress)
        if not parts.is_done(number):
            parts.write(number, scorer.part(number, progress))
    progress("writing", 0, 1)
    tallies = parts.tallies(count)
    parts.combine(count, output)
    progress("writing", 1, 1)
    return tallies


def _sort(request: Request, directory: Path, progress: Progress) -> None:
    """Bring the events into their order, once in a run."""
    done, loading = directory / "events.duckdb", directory / "loading"
    if done.exists():
        return
    shutil.rmtree(loading, ignore_errors=True)
    loading.mkdir()
    try:
        with EventStore(loading / done.name) as events:
            events.load(request.files, request.columns, honeypots=request.honeypots, progress=progress)
            if not request.allow_duplicates:
                events.check_unique()
    except ArchiveError:
        shutil.rmtree(directory)
        raise
    (loading / done.name).rename(done)


def _providers(
    directory: Path, events: EventStore, datasets: Datasets, look_up: LookUp | None
) -> Mapping[str, MailProvider]:
    """Ask DNS, once in a run: asked again it might answer otherwise."""
    if look_up is None:
        return {}
    path, unfinished = directory / "providers.json", directory / "providers.unfinished"
    if not path.exists():
        known = datasets.mail_providers.of_domain
        unknown = [domain for domain in events.recipient_domains(_MOST_DOMAINS) if known(domain) is None]
        unfinished.write_bytes(msgspec.json.encode(look_up(unknown)))
        unfinished.rename(path)
    return msgspec.json.decode(path.read_bytes(), type=dict[str, MailProvider])


class _Scorer:
    """Judges one part of the events, as if there had been no other."""

    def __init__(
        self,
        events: EventStore,
        datasets: Datasets,
        providers: Mapping[str, MailProvider],
        *,
        size: PartSize,
        request: Request,
    ) -> None:
        self._total = len(events)
        self._events = events
        self._datasets = datasets
        self._providers = providers
        self._size = size
        self._explain = request.explain
        self._hindsight: Hindsight | None = None
        if request.learn:
            self._hindsight = Hindsight(datasets, DetectionOptions().remembered_trails, events.visits(0.0))
        self._knowledge = Knowledge()
        # Reference data has a date; the machine's clock would have another one in every run.
        newest = max(info.date for info in datasets.manifest)
        self._undated_at = datetime.combine(newest, time(), UTC).timestamp()

    @property
    def count(self) -> int:
        """How many parts there are."""
        return -(-self._total // self._size.rows)

    def learn(self, number: int, progress: Progress) -> None:
        """Learn from the rows of a part; the parts must come in order."""
        if self._hindsight is None:
            return
        first = number * self._size.rows
        progress("learning", first, self._total)
        self._knowledge = self._hindsight.learn(self._rows(first, min(first + self._size.rows, self._total)))

    def part(self, number: int, progress: Progress) -> Iterator[Judged]:
        """Judge the rows of a part."""
        first = number * self._size.rows
        last = min(first + self._size.rows, self._total)
        replay = Replay(self._datasets, DetectionOptions(), providers=self._providers, undated_at=self._undated_at)
        replay.learn(self._knowledge)
        for chunk in self._rows(max(0, first - self._size.look_back), first):
            replay.observe(chunk)
        # The rows after the part are observed as far as they matter to it.
        chunks = chain(self._rows(first, last), self._rows(last, self._total))
        judged = replay.judge(chunks, self._events.visits(self._since(first)))
        for position, (row, verdict) in enumerate(islice(judged, last - first), first):
            if position % _ROWS_AT_ONCE == 0:
                progress("judging", position, self._total)
            yield self._judged(row, verdict)
        progress("judging", last, self._total)

    def _rows(self, first: int, last: int) -> Iterator[list[Row]]:
        return self._events.rows(first, last, at_once=_ROWS_AT_ONCE)

    def _since(self, position: int) -> float:
        """Tell from when on visits to hidden links matter to the row at `position`."""
        [[row]] = self._events.rows(position, position + 1, at_once=1)
        return (row.interaction.ts or 0.0) - KEPT_SECONDS

    def _judged(self, row: Row, verdict: Verdict) -> Judged:
        interaction = row.interaction
        ts = interaction.ts
        return Judged(
            event_id=interaction.event_id,
            is_bot=verdict.is_bot,
            probability=round(verdict.probability, 6),
            category=verdict.category,
            evidence=reasons_of(verdict.evidence, explain=self._explain),
            day=None if ts is None else _day(int(ts // _DAY_SECONDS)),
            action=interaction.action,
            campaign=row.campaign,
            provider=self._provider(interaction.domain),
        )

    def _provider(self, domain: str | None) -> str:
        """Name who receives the mail of a recipient's domain, for the summary."""
        if domain is None:
            return "not given"
        provider = self._datasets.mail_providers.of_domain(domain) or self._providers.get(domain)
        return "other" if provider is None else provider.name or "other"


@lru_cache(maxsize=4_096)
def _day(number: int) -> str:
    """Write a day since 1970-01-01 as a date."""
    return date.fromordinal(_FIRST_DAY + number).isoformat()
