"""One recipient's copy as a letter: composed, measured, and from whom bounces are wanted back."""

from collections.abc import Sequence

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
            MalformedLetterError: The recipient's address cannot be written in an envelope.
            Exception: Whatever composing raised.
        """
        message, recipient = found.errand.message, found.errand.recipient
        address = parse_one(recipient.address)
        if address is None:
            raise MalformedLetterError(f"{recipient.address!r} is no address")
        chunks = await self._compose(message, found.content, recipient)
        is_8bit = not all(chunk.isascii() for chunk in chunks)
        return Letter(
            sender=self._return_path(found.terms.domain, recipient.id),
            recipient=address.envelope,
            body=chunks,
            size_bytes=sum(map(len, chunks)),
            is_8bit=is_8bit,
            needs_utf8=is_8bit and _has_utf8_header(chunks),
        )


def _has_utf8_header(chunks: Sequence[bytes]) -> bool:
    for chunk in chunks:
        header, separator, _ = chunk.partition(b"\r\n\r\n")
        if not header.isascii():
            return True
        if separator:
            return False
    return False
