"""What measuring answers: plain data, from which the terminal, the page and JSON are made."""

from collections.abc import Sequence
from typing import Any

import msgspec

from indicia.detection.model import Action
from indicia.evaluation.metrics import Bin, Point, Rate
from indicia.evaluation.tally import FamilyRate, Scores


class JudgeReport(msgspec.Struct, frozen=True):
    """How one judge did; `worst_family` is of people, None where no family is named."""

    name: str
    scores: Scores
    worst_family: tuple[str, Rate] | None
    families: list[FamilyRate]


class Calibration(msgspec.Struct, frozen=True):
    """How well probabilities agree with the truth: reliability by bin, their mean error (ECE), the Brier score."""

    bins: list[Bin]
    error: float
    brier: float


class Curve(msgspec.Struct, frozen=True):
    """All thresholds of the engine over one action (None: all), and the area under that curve."""

    action: Action | None
    points: list[Point]
    area: float


class SignalUse(msgspec.Struct, frozen=True):
    """How often a signal spoke, of bots and of people, and its mean nats after caps when it did."""

    signal: str
    group: str
    bots: Rate
    people: Rate
    bots_nats: float
    people_nats: float


class Ablation(msgspec.Struct, frozen=True):
    """What the engine would have scored without one group of weights."""

    group: str
    scores: Scores


class MixPrecision(msgspec.Struct, frozen=True):
    """Which share of clicks and opens called bots' are, where `mix` of them are."""

    mix: float
    clicks: float
    opens: float


class Goal(msgspec.Struct, frozen=True):
    """One goal beside what was measured."""

    name: str
    limit: str
    measured: str
    is_met: bool


class Report(msgspec.Struct, frozen=True):
    """Everything measured on one labelled set.

    `baselines` are published rules on the same set; `better` names those that have both fewer false positives and
    more recall than the engine. `waits` are quantiles of the seconds from an interaction to its final verdict.
    """

    source: str
    people: int
    bots: int
    visits: int
    threshold: float
    settle_seconds: float
    engine: JudgeReport
    baselines: list[JudgeReport]
    better: list[str]
    calibration: Calibration
    curves: list[Curve]
    precision_at: list[MixPrecision]
    waits: dict[str, float]
    signals: list[SignalUse]
    ablation: list[Ablation]
    goals: list[Goal] = []


def as_json(reports: Report | Sequence[Report]) -> bytes:
    """Write reports for machines, floats to six digits so that they read and compare."""
    return msgspec.json.format(msgspec.json.encode(_rounded(msgspec.to_builtins(reports))), indent=2) + b"\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value
