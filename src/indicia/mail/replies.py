"""What an SMTP server answers."""

import re
from typing import NamedTuple

# RFC 2034 4: an enhanced code (RFC 3463) begins the text of every line, and agrees with the basic code's class.
_ENHANCED = re.compile(r"([245])\.([0-9]{1,3})\.([0-9]{1,3})(?: |$)")


class Reply(NamedTuple):
    """One answer of a server, all of it untrusted; control characters are gone.

    Attributes:
        lines: Its text, without the code that begins each line.
    """

    code: int
    lines: tuple[str, ...]

    @property
    def is_positive(self) -> bool:
        """Whether the server goes along (2xx, 3xx)."""
        return self.code < 400

    @property
    def is_temporary(self) -> bool:
        """Whether the server refuses for now (4xx)."""
        return 400 <= self.code < 500

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code, such as `5.1.1`, where there is one that agrees with the basic code."""
        match = _ENHANCED.match(self.lines[0]) if self.lines else None
        if match is None or match[1] != str(self.code)[0]:
            return None
        return f"{match[1]}.{int(match[2])}.{int(match[3])}"

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines without their enhanced codes."""
        if self.enhanced is None:
            return self.lines
        return tuple(_ENHANCED.sub("", line, count=1) for line in self.lines)

    def __str__(self) -> str:
        """Write it as it came, on one line."""
        return " ".join((str(self.code), *self.lines)).rstrip()
