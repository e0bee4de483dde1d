"""Postfix's smtp-sink as the receiver of every side, which counts what it takes."""

import asyncio
import os
import re
import tempfile
from pathlib import Path
from typing import Self

from tests.doubles.postfix import free_port, unpacked

_COUNTED = re.compile(rb"mesg=(\d+)")
_TICK_SECONDS = 0.005
# Without a message for so long, something must be broken.
_PATIENCE_SECONDS = 60.0
_BACKLOG = "1024"


class Sink:
    """Takes every message on `host`, or misbehaves as the `options` of smtp-sink say, while entered."""

    def __init__(self, *options: str, host: str = "127.0.0.1", port: int | None = None) -> None:
        self._options = options
        self._host = host
        self.port = port or free_port()

    async def __aenter__(self) -> Self:
        root = unpacked()
        user = () if os.getuid() else ("-u", "nobody")
        # Its counters are written with a line feed missing, for a screen; into a file they cost it least.
        self._counters = tempfile.TemporaryFile()  # noqa: SIM115 - closed when left.
        self._process = await asyncio.create_subprocess_exec(
            root / "usr/sbin/smtp-sink",
            *user,
            "-c",
            *self._options,
            f"{self._host}:{self.port}",
            _BACKLOG,
            env={**os.environ, "LD_LIBRARY_PATH": str(root / "usr/lib/postfix")},
            stdout=self._counters,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        await self._process.wait()
        self._counters.close()

    @property
    def taken(self) -> int:
        """How many messages it took so far."""
        descriptor = self._counters.fileno()
        size = os.fstat(descriptor).st_size
        counts = _COUNTED.findall(os.pread(descriptor, 200, max(size - 200, 0)))
        return int(counts[-1]) if counts else 0

    def cpu_seconds(self) -> float:
        """Answer the processor time it has used."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def has_taken(self, messages: int) -> None:
        """Wait until it has taken so many in all.

        Raises:
            TimeoutError: None came for a minute.
        """
        seen = -1
        while (taken := self.taken) < messages:
            if taken > seen:
                seen, give_up_at = taken, asyncio.get_running_loop().time() + _PATIENCE_SECONDS
            elif asyncio.get_running_loop().time() > give_up_at:
                raise TimeoutError(f"{taken} of {messages} messages came")
            await asyncio.sleep(_TICK_SECONDS)
