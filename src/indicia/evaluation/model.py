"""The words of measuring: an interaction whose maker is known, what became of it, and what cannot be measured.

EvaluationError
├── UnmeasurableError   there are no people, or no bots
└── ZoneFileError       the file of MX hosts cannot be read
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from indicia.base.errors import AppError
from indicia.detection.model import Action, Honeypot, Interaction


class EvaluationError(AppError):
    """Nothing can be measured as asked; the message is one sentence for the person who asked."""


class UnmeasurableError(EvaluationError):
    """One side is missing, so there is nothing to tell apart."""

    def __init__(self, people: int, bots: int) -> None:
        missing = "bots" if people else "people" if bots else "interactions"
        super().__init__(f"the data holds no {missing}; measuring needs people and bots, both labelled")
        self.people = people
        self.bots = bots


class ZoneFileError(EvaluationError):
    """The file of MX hosts is missing or holds something else."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


class Labelled(msgspec.Struct, frozen=True, gc=False):
    """An interaction and the truth about it.

    `received_at` (unix seconds) is when a service would have heard of it. `action` is what happened, which the
    interaction itself need not tell. `family` is the kind of person or machine, "" where nobody says.
    """

    interaction: Interaction
    received_at: float
    is_bot: bool
    action: Action
    family: str = ""


class LabelledSet(msgspec.Struct, frozen=True):
    """Labelled interactions in the order in which they were received, and what else a service would have known.

    `visits` are visits to hidden links in order of time; `zone` holds the MX hosts of recipient domains, preferred
    first, as DNS would have answered.
    """

    rows: Sequence[Labelled]
    visits: Sequence[Honeypot] = ()
    zone: Mapping[str, Sequence[str]] = {}


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What the engine said about one labelled interaction.

    `waited` is how many seconds after the interaction its verdict was final. `turned_by` are the groups of weights
    without which the verdict would have been the other one. `weights` are the signals and their nats after caps,
    strongest first.
    """

    is_bot: bool
    probability: float
    waited: float
    turned_by: tuple[str, ...]
    weights: tuple[tuple[str, float], ...]
