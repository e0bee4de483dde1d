"""Measures the engine and the published rules on one labelled set."""

import math
from collections.abc import Iterable, Iterator

from indicia.archive.loading import Progress
from indicia.datasets.registry import Datasets
from indicia.detection.model import Action
from indicia.detection.options import DetectionOptions
from indicia.detection.weights import WEIGHTS
from indicia.evaluation import metrics
from indicia.evaluation.baselines.public_lists import PublicLists
from indicia.evaluation.baselines.registry import BASELINES
from indicia.evaluation.baselines.traffic import Traffic
from indicia.evaluation.model import Labelled, LabelledSet, Outcome, UnmeasurableError
from indicia.evaluation.replay import Posting, Replay
from indicia.evaluation.report import (
    Ablation,
    Calibration,
    Curve,
    JudgeReport,
    MixPrecision,
    Report,
    SignalUse,
)
from indicia.evaluation.tally import Scores, Tally

# Shares of bots that senders have published, from small businesses over business media to single programmes.
_MIXES = (0.05, 0.25, 0.5, 0.75, 0.9)
_QUANTILES = {"least": 0.0, "median": 0.5, "90 %": 0.9, "99 %": 0.99, "most": 1.0}
_ROWS_AT_ONCE = 1_000


def _in_silence(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody."""


class Measuring:
    """Measures any number of labelled sets with the same data and options."""

    def __init__(self, datasets: Datasets, options: DetectionOptions, posting: Posting | None = None) -> None:
        self._datasets = datasets
        self._options = options
        self._posting = posting
        self._lists = PublicLists(datasets)

    def measure(self, source: str, labelled: LabelledSet, progress: Progress = _in_silence) -> Report:
        """Judge everything and compare with the truth; `source` is what the report calls the data.

        Raises:
            UnmeasurableError: There are no people, or no bots.
        """
        bots = sum(row.is_bot for row in labelled.rows)
        people = len(labelled.rows) - bots
        if not bots or not people:
            raise UnmeasurableError(people, bots)
        run = _EngineRun()
        replay = Replay(labelled, self._datasets, self._options, self._posting)
        for done, (row, outcome) in enumerate(replay.outcomes()):
            run.take(row, outcome)
            if done % _ROWS_AT_ONCE == 0:
                progress("judging", done, len(labelled.rows))
        progress("judging", len(labelled.rows), len(labelled.rows))
        engine = _judge_report("Indicia", run.tally)
        baselines = list(self._baselines(labelled, progress))
        return Report(
            source=source,
            people=people,
            bots=bots,
            visits=len(labelled.visits),
            threshold=self._options.threshold,
            settle_seconds=self._options.settle_seconds,
            engine=engine,
            baselines=baselines,
            better=[judge.name for judge in baselines if judge.scores.is_better_than(engine.scores)],
            calibration=run.calibration(),
            curves=run.curves(),
            precision_at=_precision_at(engine.scores),
            waits=run.waits(),
            signals=run.signals(),
            ablation=run.ablation(),
        )

    def _baselines(self, labelled: LabelledSet, progress: Progress) -> Iterator[JudgeReport]:
        traffic = Traffic([row.interaction for row in labelled.rows], labelled.visits, self._lists)
        for done, (name, rule) in enumerate(BASELINES.items(), 1):
            tally = Tally()
            for row, is_bot in zip(labelled.rows, rule(traffic), strict=True):
                tally.count(row, is_bot=is_bot)
            yield _judge_report(name, tally)
            progress("published rules", done, len(BASELINES))


class _EngineRun:
    """Adds up what became of the rows."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._without = {weight.group.title: Tally() for weight in WEIGHTS.values()}
        self._judged: list[tuple[Action, float, bool]] = []
        self._waited: list[float] = []
        # By signal and truth: how often it spoke, and the sum of its nats.
        self._spoken: dict[tuple[str, bool], tuple[int, float]] = {}

    def take(self, row: Labelled, outcome: Outcome) -> None:
        misled_by = _misled_by(outcome) if outcome.is_bot is not row.is_bot else None
        self.tally.count(row, is_bot=outcome.is_bot, misled_by=misled_by)
        for title, tally in self._without.items():
            tally.count(row, is_bot=outcome.is_bot is not (title in outcome.turned_by))
        self._judged.append((row.action, outcome.probability, row.is_bot))
        self._waited.append(outcome.waited)
        for signal, nats in outcome.weights:
            spoken, total = self._spoken.get((signal, row.is_bot), (0, 0.0))
            self._spoken[signal, row.is_bot] = (spoken + 1, total + nats)

    def calibration(self) -> Calibration:
        probabilities, are_bots = _split(self._judged)
        bins = metrics.reliability(probabilities, are_bots)
        brier = math.fsum((p - is_bot) ** 2 for p, is_bot in zip(probabilities, are_bots, strict=True))
        return Calibration(bins, metrics.calibration_error(bins), brier / len(are_bots))

    def curves(self) -> list[Curve]:
        curves = []
        for action in (None, Action.CLICK, Action.OPEN):
            points = metrics.roc(*_split(one for one in self._judged if action in (None, one[0])))
            if points:
                curves.append(Curve(action, metrics.thinned(points), metrics.area(points)))
        return curves

    def waits(self) -> dict[str, float]:
        waited = sorted(self._waited)
        return {name: waited[round(share * (len(waited) - 1))] for name, share in _QUANTILES.items()}

    def signals(self) -> list[SignalUse]:
        """List the signals that spoke, those that tell most bots from people first."""
        bots = sum(is_bot for _, _, is_bot in self._judged)
        people = len(self._judged) - bots
        uses = []
        for signal in dict.fromkeys(signal for signal, _ in self._spoken):
            of_bots, bots_nats = self._spoken.get((signal, True), (0, 0.0))
            of_people, people_nats = self._spoken.get((signal, False), (0, 0.0))
            uses.append(
                SignalUse(
                    signal=signal,
                    group=WEIGHTS[signal].group.title,
                    bots=metrics.rate(of_bots, bots),
                    people=metrics.rate(of_people, people),
                    bots_nats=bots_nats / of_bots if of_bots else 0.0,
                    people_nats=people_nats / of_people if of_people else 0.0,
                )
            )
        return sorted(uses, key=lambda use: -abs(_told(use)))

    def ablation(self) -> list[Ablation]:
        return [Ablation(title, tally.scores()) for title, tally in self._without.items()]


def _told(use: SignalUse) -> float:
    """Measure how far a signal moves bots from people, in mean nats over all interactions."""
    return use.bots.share * use.bots_nats - use.people.share * use.people_nats


def _misled_by(outcome: Outcome) -> str:
    """Name the strongest signal on the side of a wrong verdict; "" where none was on it."""
    side = 1 if outcome.is_bot else -1
    return next((signal for signal, nats in outcome.weights if nats * side > 0), "")


def _split(judged: Iterable[tuple[Action, float, bool]]) -> tuple[list[float], list[bool]]:
    kept = list(judged)
    return [probability for _, probability, _ in kept], [is_bot for _, _, is_bot in kept]


def _judge_report(name: str, tally: Tally) -> JudgeReport:
    return JudgeReport(name, tally.scores(), tally.worst_family(), tally.families())


def _precision_at(scores: Scores) -> list[MixPrecision]:
    return [
        MixPrecision(
            mix,
            metrics.precision(scores.bot_clicks.share, scores.people_clicks.share, mix),
            metrics.precision(scores.bot_opens.share, scores.people_opens.share, mix),
        )
        for mix in _MIXES
    ]
