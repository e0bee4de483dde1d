"""What the process that accepts mail and the one that delivers it say to each other: JSON, one message a line."""

import asyncio
import socket
from typing import Self

import msgspec

# The metrics are some ten kilobytes.
_LONGEST_LINE_BYTES = 1 << 20
# Jobs that are announced within so long are announced together: a thousand a second would be a thousand wake-ups.
_TOGETHER_SECONDS = 0.005


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The work has begun."""


class Bell(msgspec.Struct, frozen=True, tag="bell"):
    """There are new jobs of this kind, which you work on."""

    kind: str


class Measure(msgspec.Struct, frozen=True, tag="measure"):
    """Say what your metrics are."""


class Measured(msgspec.Struct, frozen=True, tag="measured"):
    """The metrics, in Prometheus' text format."""

    text: str


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """Finish what is in flight, and end."""


Said = Ready | Bell | Measure | Measured | Stop

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Said).decode


class Link:
    """One end of it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ringing: set[str] = set()

    @classmethod
    async def over(cls, end: socket.socket) -> Self:
        """Talk over one end of a pair of sockets."""
        return cls(*await asyncio.open_unix_connection(sock=end, limit=_LONGEST_LINE_BYTES))

    def tell(self, said: Said) -> None:
        """Say something; once the other side is gone, nobody hears it."""
        if not self._writer.is_closing():
            self._writer.write(_encode(said) + b"\n")

    def ring(self, kind: str) -> None:
        """Say within a moment that there are new jobs of `kind`."""
        if not self._ringing:
            asyncio.get_running_loop().call_later(_TOGETHER_SECONDS, self._ring_all)
        self._ringing.add(kind)

    async def heard(self) -> Said | None:
        """Answer what the other side says next; None once it is gone."""
        try:
            line = await self._reader.readline()
        except OSError:
            return None
        return _decode(line) if line.endswith(b"\n") else None

    def close(self) -> None:
        """Say nothing more."""
        self._writer.close()

    def _ring_all(self) -> None:
        kinds, self._ringing = self._ringing, set()
        for kind in kinds:
            self.tell(Bell(kind))
