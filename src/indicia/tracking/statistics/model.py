"""The words of statistics."""

from enum import StrEnum
from typing import NamedTuple


class Grouping(StrEnum):
    """What the copies of a domain are grouped by."""

    DAY = "day"
    MESSAGE = "message"
    PROVIDER = "provider"
    TAG = "tag"
    VARIABLE = "variable"


class Question(NamedTuple):
    """Which copies are counted, and how they are grouped.

    Attributes:
        first_day: The first day counted, in days since 1970-01-01 in UTC; a copy is of the day it was accepted.
        last_day: The last day counted.
        by: What to group by; None for one sum over all.
        variable: The name of the variable to group by.
        tag: Counts only messages with this tag.
        message_id: Counts only this message.
    """

    domain_id: int
    first_day: int
    last_day: int
    by: Grouping | None = None
    variable: str = ""
    tag: str | None = None
    message_id: str | None = None


class Sums(NamedTuple):
    """What became of the copies of one group.

    Attributes:
        key: What they have in common: a day's number, or a text.
        opens: Every open, of whomever; `clicks` likewise.
        human_opens: Those that people made; `human_clicks` likewise.
        openers: Recipients of whom a person opened, each counted once; `clickers` likewise.
    """

    key: str | int
    accepted: int
    suppressed: int
    delivered: int
    bounced: int
    opens: int
    human_opens: int
    openers: int
    clicks: int
    human_clicks: int
    clickers: int
    unsubscribed: int
    complained: int
