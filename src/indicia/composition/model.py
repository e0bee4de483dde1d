"""What composing takes and gives.

Errors:
    CompositionError
    └── ContentGoneError   what the message says is no longer kept
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple, Protocol

import msgspec

from indicia.base.errors import AppError
from indicia.messages.model import Message, Recipient


class CompositionError(AppError):
    """A copy could not be composed."""


class ContentGoneError(CompositionError, LookupError):
    """The content of the message of row `message_row` is no longer kept."""

    def __init__(self, message_row: int) -> None:
        super().__init__(message_row)
        self.message_row = message_row


class StoredFile(NamedTuple):
    """A file in the blob store that goes into a message in base64."""

    digest: str
    size_bytes: int


Piece = bytes | StoredFile
"""Whole lines of a message, or a file that is read when they are needed."""


class Additions(Protocol):
    """What tracking puts into one recipient's copy."""

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """Header fields, such as `List-Unsubscribe`; a field that the customer set is left out."""

    def field(self, text: str) -> str:
        """Answer a header field of the customer's as it is to be sent."""

    def html(self, document: str) -> str:
        """Answer an HTML or AMP body as it is to be sent."""

    def text(self, document: str) -> str:
        """Answer a plain-text body as it is to be sent."""


AdditionsFor = Callable[[Message, Recipient], Awaitable[Additions]]
"""Answers what to add to a recipient's copy."""

ReadFile = Callable[[str], AsyncIterator[bytes]]
"""Answers the bytes of the file of a digest, some at a time."""


class Composed(msgspec.Struct, frozen=True):
    """One recipient's copy, signed.

    Attributes:
        pieces: Lines that end in CRLF, and files between them; one piece of bytes where there is no file.
        size_bytes: Of all of it as it is sent, for SMTP's SIZE; dots are not stuffed yet.
        needs_smtputf8: Whether its header or its recipient is in UTF-8, which only servers with SMTPUTF8 take.
        read: Reads the files among the pieces.
    """

    pieces: tuple[Piece, ...]
    size_bytes: int
    needs_smtputf8: bool
    read: ReadFile

    @property
    def content(self) -> bytes | None:
        """All of it, where no file is part of it."""
        first = self.pieces[0]
        return first if len(self.pieces) == 1 and isinstance(first, bytes) else None
