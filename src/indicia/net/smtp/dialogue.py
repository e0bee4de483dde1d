"""What was said on the way of one message: kept with the attempt, bounded, without secrets."""

import time

MAX_CHARACTERS = 16_384


class Dialogue:
    """The transcript of one attempt; lines that no longer fit are counted, and the last ones always fit.

    Each line has the seconds since the beginning, and who spoke: `>` is us, `<` the peer, `*` says what happened.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._lines: list[str] = []
        self._room = MAX_CHARACTERS
        self._left_out = 0

    def said(self, line: str) -> None:
        """Note what we sent."""
        self._add(">", line)

    def heard(self, line: str) -> None:
        """Note what the peer sent."""
        self._add("<", line)

    def noted(self, text: str) -> None:
        """Note what happened."""
        self._add("*", text)

    def __str__(self) -> str:
        """Write the transcript, one line for each that was spoken."""
        if not self._left_out:
            return "\n".join(self._lines)
        return "\n".join((*self._lines[:-1], f"... {self._left_out} lines left out", self._lines[-1]))

    def _add(self, who: str, text: str) -> None:
        line = f"{time.monotonic() - self._began:7.3f} {who} {text}"
        if self._room <= 0:
            # The last line tells how it ended, so it takes the place of the one before.
            self._lines[-1] = line
            self._left_out += 1
            return
        self._room -= len(line)
        self._lines.append(line)
