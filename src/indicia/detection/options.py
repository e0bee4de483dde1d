"""What an operator may set about detection; the weights are not among them (see `weights`)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DetectionOptions:
    """Settings of the engine.

    Attributes:
        settle_seconds: How long a fresh event waits for what may follow it, because the first click of a burst
            looks like any other until the second one arrives.
        threshold: Probability from which an interaction is called a bot's. The default asks for 4:1, because a
            lost click of a person (an automation that never runs) costs more than an inflated click rate.
        remembered_messages: For how many (recipient, message) pairs the latest interactions stay in memory, about
            600 bytes each. Everything else that is remembered is sized after it.
        remembered_trails: For how many recipients the last visits are kept to learn from, about 400 bytes each, and
            about how many networks and other things evidence is kept, about 550 bytes each.
    """

    settle_seconds: float = 10.0
    threshold: float = 0.8
    remembered_messages: int = 150_000
    remembered_trails: int = 100_000

    def __post_init__(self) -> None:
        if self.settle_seconds < 0:
            raise ValueError("settle_seconds must not be negative")
        if not 0.5 <= self.threshold < 1:
            raise ValueError("threshold must be at least 0.5 and below 1")
        if self.remembered_messages < 1_000:
            raise ValueError("remembered_messages must be at least 1000")
