"""Matches a User-Agent against all lists at once; the first list, section and line that matches decides.

One RE2 set runs every pattern in one pass whose time grows with the string only, so no hostile string is slow.
"""

import re
from collections.abc import Iterable

import re2

from indicia.datasets.model import AgentKind
from indicia.datasets.sections import Section

# RE2 falls back to a slow path when its automaton outgrows this; 1,700 patterns need a few MiB.
_MAX_MEMORY_BYTES = 256 * 1024 * 1024

# Pattern punctuation to drop when a line has to serve as a name.
_ESCAPE = re.compile(r"\\(.)")
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


class AgentPatterns:
    """Which kind and name a User-Agent string declares."""

    def __init__(self, sections: Iterable[Section]) -> None:
        """Compile the patterns; order is precedence.

        Raises:
            ValueError: A pattern is not RE2 syntax, or a kind is unknown.
        """
        options = re2.Options()
        options.max_mem = _MAX_MEMORY_BYTES
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        self._meanings: list[tuple[AgentKind, str]] = []
        for kind, name, patterns in sections:
            for pattern in patterns:
                try:
                    self._set.Add(pattern)
                except re2.error as error:
                    raise ValueError(f"{pattern!r}: {error}") from error
                self._meanings.append((AgentKind(kind), name or readable_name(pattern)))
        self._set.Compile()

    def match(self, uas: str) -> tuple[AgentKind, str] | None:
        """Answer the kind and name of the first pattern found in `uas`."""
        found = self._set.Match(uas)
        return self._meanings[min(found)] if found else None


def readable_name(pattern: str) -> str:
    """Make a slug of a pattern: `[wW]get/` becomes `ww-get`, which is readable enough for an explanation."""
    plain = _ESCAPE.sub(lambda escape: "" if escape[1] in "bwdsBWDS" else escape[1], pattern.removeprefix("(?i)"))
    return _NOT_A_NAME.sub("-", plain.lower()).strip("-")
