"""One recipient's copy as a letter: composed, measured, and from whom bounces are wanted back."""

from collections.abc import AsyncIterator

from indicia.composition.model import Composed
from indicia.composition.parts import file_lines
from indicia.delivery.errands import Found
from indicia.delivery.model import Compose, ReturnPath
from indicia.mail.address import parse_one
from indicia.net.smtp.model import Letter, MalformedLetterError


class Letters:
    """Writes letters."""

    def __init__(self, compose: Compose, return_path: ReturnPath) -> None:
        self._compose = compose
        self._return_path = return_path

    async def write(self, found: Found) -> Letter:
        """Compose the copy that `found` is about.

        Raises:
            CompositionError: What the message says is no longer kept.
            TemplatesError: Its template cannot be rendered for this recipient.
            MalformedLetterError: The recipient's address cannot be written in an envelope.
        """
        recipient = found.errand.recipient
        address = parse_one(recipient.address)
        if address is None:
            raise MalformedLetterError(f"{recipient.address!r} is no address")
        composed = await self._compose(found.errand.message, recipient)
        content = composed.content
        return Letter(
            sender=self._return_path(found.terms.domain, recipient.id),
            recipient=address.envelope,
            body=_Pieces(composed) if content is None else (content,),
            size_bytes=composed.size_bytes,
            is_8bit=not all(piece.isascii() for piece in composed.pieces if isinstance(piece, bytes)),
            needs_utf8=composed.needs_smtputf8,
        )


class _Pieces:
    """A copy with files in it, which are read while it is sent and never held whole."""

    def __init__(self, composed: Composed) -> None:
        self._composed = composed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._composed.pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            async for lines in file_lines(piece, self._composed.read):
                yield lines
