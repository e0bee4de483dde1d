r"""A message's way onto the wire: dots doubled, and nothing in it that a receiver could take for its end.

Receivers that take a bare CR or LF for a line's end read what follows `\n.\n` as commands (SMTP smuggling,
CVE-2023-51764). Such a message is refused rather than repaired, because a repaired one would no longer carry a valid
signature; whoever composes it writes CRLF.
"""

from operator import methodcaller

from indicia.net.smtp.model import MalformedLetterError

_BEGINS_WITH_DOT = methodcaller("startswith", b".")


class DotStuffing:
    """Takes the chunks of one message in order; they may end anywhere, between CR and LF too."""

    def __init__(self) -> None:
        self._tail = b"\r\n"

    def feed(self, chunk: bytes) -> bytes:
        """Answer `chunk` as it is sent.

        Raises:
            MalformedLetterError: It holds a CR without LF, or the other way round, or a NUL.
        """
        if not chunk:
            return b""
        text = self._tail + chunk
        lines = text.splitlines()
        _check_lines(text, lines)
        if any(map(_BEGINS_WITH_DOT, lines)):
            chunk = self._stuffed(chunk)
        self._tail = text[-2:]
        return chunk

    def _stuffed(self, chunk: bytes) -> bytes:
        stuffed = chunk.replace(b"\r\n.", b"\r\n..")
        # A dot is doubled at the beginning of a line, wherever the chunk before it ended.
        if self._tail == b"\r\n" and chunk[:1] == b".":
            stuffed = b"." + stuffed
        elif self._tail[-1:] == b"\r" and chunk[:2] == b"\n.":
            stuffed = b"\n.." + stuffed[2:]
        return stuffed

    def end(self) -> bytes:
        """Answer what is sent after the last chunk, the final dot included.

        Raises:
            MalformedLetterError: The message ends in a bare CR.
        """
        if self._tail[-1:] == b"\r":
            raise MalformedLetterError("the message ends in a bare CR")
        return b".\r\n" if self._tail == b"\r\n" else b"\r\n.\r\n"


def _check_lines(text: bytes, lines: list[bytes]) -> None:
    """Refuse what is not in CRLF lines; a CR at the very end may still find its LF in the next chunk.

    Args:
        text: What to look at, not empty.
        lines: The same, split at every CR, LF and CRLF.
    """
    feeds, returns = text.count(b"\n"), text.count(b"\r")
    # Each pair made one end of two characters. Looking for the pairs themselves takes twice as long.
    ends = len(lines) - (text[-1:] not in b"\r\n")
    pairs = feeds + returns - ends
    if feeds - (text[:1] == b"\n") != pairs or returns - (text[-1:] == b"\r") != pairs:
        raise MalformedLetterError("the message holds a bare CR or LF")
    if b"\0" in text:
        raise MalformedLetterError("the message holds a NUL")
