"""What is compared: something that accepts messages durably and brings them to the sink."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from benchmarks.mail.load import AT_ONCE
from tests.doubles.postfix import unpacked

RECIPIENT = "ann@dest.test"


Load = Callable[[], Awaitable[object]]
"""Hands messages over, and returns once all are accepted."""


class Side(Protocol):
    """One system under comparison, running."""

    name: str

    def load(self, messages: int, size_bytes: int) -> Load:
        """Prepare to hand over so many messages, some twenty at once."""

    def cpu_seconds(self) -> float:
        """Answer the processor time it has used."""


async def pour(port: int, messages: int, size_bytes: int) -> None:
    """Submit messages over SMTP with Postfix's smtp-source, on connections that stay open.

    Raises:
        RuntimeError: One was not taken.
    """
    root = unpacked()
    process = await asyncio.create_subprocess_exec(
        root / "usr/sbin/smtp-source",
        *("-d", "-s", str(AT_ONCE), "-m", str(messages), "-l", str(size_bytes)),
        *("-f", "news@news.example.com", "-t", RECIPIENT, f"127.0.0.1:{port}"),
        env={**os.environ, "LD_LIBRARY_PATH": str(root / "usr/lib/postfix")},
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"smtp-source: {said.decode()}")


async def until_open(port: int, process: asyncio.subprocess.Process, log: Path) -> None:
    """Wait until a server listens.

    Raises:
        RuntimeError: It ended, or does not within some seconds.
    """
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if process.returncode is not None:
                break
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    said = await asyncio.to_thread(log.read_text, "utf-8", "replace")
    raise RuntimeError(f"it does not listen: {said[-2000:]}")
