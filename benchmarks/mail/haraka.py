"""Haraka from npm, as a relay to the sink: two workers, its own defaults otherwise."""

import asyncio
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Self

from benchmarks.mail.sides import Load, pour, until_open
from benchmarks.pipeline.costs import ProcessGroup
from tests.doubles.postfix import free_port

VERSION = "3.3.4"

# Whoever connects may send to anybody, and everybody's exchanger is the sink.
_PLUGIN = """
exports.hook_connect = (next, connection) => { connection.relaying = true; next(); };
exports.hook_rcpt = (next) => next(OK);
exports.hook_get_mx = (next) => next(OK, { priority: 0, exchange: '127.0.0.1', port: %d });
"""


class Haraka:
    """A side; installed with the ordinary npm client into a folder of its own."""

    name = f"Haraka {VERSION}, 2 workers"

    def __init__(self, sink_port: int) -> None:
        self._sink_port = sink_port
        self._port = free_port()

    async def __aenter__(self) -> Self:
        self._home = tempfile.TemporaryDirectory(prefix="haraka-")
        home = Path(self._home.name)
        await _install(home)
        shutil.copytree(home / "node_modules/haraka/config", home / "config")
        for folder in ("plugins", "queue"):
            (home / folder).mkdir()
        (home / "config/smtp.ini").write_text(f"listen=127.0.0.1:{self._port}\nnodes=2\n")
        (home / "config/plugins").write_text("to_sink\n")
        (home / "config/me").write_text("mx.bench.test\n")
        (home / "plugins/to_sink.js").write_text(_PLUGIN % self._sink_port)
        with (home / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                home / "node_modules/.bin/haraka", "-c", home, stdout=log, stderr=log, start_new_session=True
            )
        self._group = ProcessGroup(self._process.pid)
        await until_open(self._port, self._process, home / "log")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        await self._process.wait()
        self._home.cleanup()

    def load(self, messages: int, size_bytes: int) -> Load:
        """Prepare to hand over so many messages."""
        return partial(pour, self._port, messages, size_bytes)

    def cpu_seconds(self) -> float:
        """Answer the processor time of all its processes."""
        return self._group.cpu_seconds()


async def _install(home: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        "npm", "install", "--prefix", home, f"haraka@{VERSION}", "--no-audit", "--no-fund", "--loglevel=error",
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    if await process.wait():
        raise RuntimeError("npm could not install Haraka")
