"""The words of stored history: which column is which field, what a row is, and everything that can be wrong.

ArchiveError
├── UnreadableFileError   a file is damaged, truncated, or not what its name says
├── ColumnError           a field's column is missing or holds something else
├── ProfileError          a profile does not exist or cannot be read
├── DuplicateEventError   two rows have the same id
└── OutputError           the output exists, or a half-finished one is another run's
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

from indicia.base.errors import AppError
from indicia.detection.model import Interaction


class ArchiveError(AppError):
    """Stored history cannot be judged as asked; the message is one sentence for the person who asked."""


class UnreadableFileError(ArchiveError):
    """A file cannot be read as a table; nothing is written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be read: {reason}")
        self.path = path


class ColumnError(ArchiveError):
    """What stands in a field's column is not what the field needs; nothing is judged."""

    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(f"{field_name}: {reason}")
        self.field_name = field_name


class NothingToJudgeError(ArchiveError):
    """The files are readable, and empty."""


class ProfileError(ArchiveError):
    """A profile does not exist, or something in it is not understood."""


class DuplicateEventError(ArchiveError):
    """An event id is not unique, so verdicts could not be joined back; nothing is judged."""

    def __init__(self, event_id: str, duplicates: int) -> None:
        others = {1: "", 2: ", and so does another id"}.get(duplicates, f", and so do {duplicates - 1:,} more ids")
        super().__init__(
            f"event_id: {event_id!r} stands in more than one row{others}; "
            "--allow-duplicates judges every row nevertheless"
        )
        self.event_id = event_id


class OutputError(ArchiveError):
    """Writing here would destroy something, or mix two runs; nothing is written."""


class Field(StrEnum):
    """What can be read from a table: the fields of the API, and what the summary and an evaluation need."""

    EVENT_ID = "event_id"
    IP = "ip"
    UAS = "uas"
    ACTION = "action"
    DOMAIN = "domain"
    RECIPIENT_ID = "recipient_id"
    MESSAGE_ID = "message_id"
    TS = "ts"
    MESSAGE_TS = "message_ts"
    DELIVERED_TS = "delivered_ts"
    URL = "url"
    LINK_ID = "link_id"
    METHOD = "method"
    HEADERS = "headers"
    CAMPAIGN = "campaign"
    LABEL = "label"
    FAMILY = "family"


class Kind(StrEnum):
    """What a row of an export tells of; rows of any other kind are left out."""

    OPEN = "open"
    CLICK = "click"
    DELIVERED = "delivered"
    """No interaction, but its time is that of the opens' and clicks' delivery."""
    SENT = "sent"
    """Likewise, of their sending."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field stands: a column, or a path with dots into nested data.

    The first of `paths` that holds something counts; where `is_joined`, all of them do, put together with "/".
    """

    paths: tuple[str, ...]
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column is which field.

    Attributes:
        sources: Where each field stands; a field that is left out is not in the table.
        demanded: Fields that a person named by hand: their absence is an error.
        kinds: What the values of `action` mean, in lower case. Without it they are `open` and `click`, and a row
            without a value is a click, as in the API.
        every_row: The kind of all rows, where the table holds only one.
    """

    sources: Mapping[Field, Source]
    demanded: frozenset[Field] = frozenset()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    every_row: Kind | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What to judge and where to write it.

    `explain` adds a sentence to each piece of evidence, `learn` reads everything a second time to learn from it.
    """

    files: tuple[Path, ...]
    output: Path
    columns: ColumnMap
    honeypots: tuple[Path, ...] = ()
    explain: bool = False
    learn: bool = False
    allow_duplicates: bool = False
    replace: bool = False


@dataclass(frozen=True, slots=True)
class PartSize:
    """How many rows make a part of a run, and how many rows before them its engine sees first.

    A part is what an interruption can cost, a minute. What the engine uses is mostly of the last day; looking back over
    a tenth of a part costs it a thirtieth of the time.
    """

    rows: int = 1_000_000
    look_back: int = 100_000


class Row(msgspec.Struct, gc=False):
    """One open or click of a table; `is_bot` and `family` are its label, None where there is none."""

    interaction: Interaction
    campaign: str | None = None
    is_bot: bool | None = None
    family: str | None = None
