"""The processes that render: started when they are needed, ended when nothing was asked of them for a minute."""

import asyncio
import signal
import sys
from contextlib import suppress

import msgspec

from indicia.templates.model import RenderingUnavailableError
from indicia.templates.rendering.messages import (
    LARGEST_MESSAGE_BYTES,
    LENGTH_BYTES,
    OUT_OF_MEMORY,
    Result,
    TooCostly,
    decode_result,
)

# A process stops itself after a second of CPU time; this is for one that hangs, or a machine with no time for it.
_LONGEST_WAIT_SECONDS = 10.0
_IDLE_SECONDS = 60.0
_GRACE_SECONDS = 1.0


class Processes:
    """Rendering processes; `close` them in the end. Whoever asks limits how many there are at once."""

    def __init__(self) -> None:
        self._idle: list[_Process] = []
        self._sweeping: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def ask(self, message: bytes) -> Result:
        """Answer the result of a task, which may be that its process could not bear it.

        Raises:
            RenderingUnavailableError: No process can be had, or it hung or was killed by somebody else.
        """
        process = self._idle.pop() if self._idle else await _Process.start()
        try:
            result = await process.ask(message)
        except BaseException:
            await process.end()
            raise
        if result is not None:
            self._keep(process)
            return result
        code = await process.end()
        # The timers of `rendering.process` end it with this signal.
        if code == -signal.SIGVTALRM:
            return TooCostly("it takes too long")
        if code == OUT_OF_MEMORY:
            return TooCostly("it takes too much memory")
        raise RenderingUnavailableError(f"a rendering process ended with {code}")

    async def close(self) -> None:
        """End the processes."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        await self._end_idle()
        await asyncio.gather(*self._ending)

    def _keep(self, process: "_Process") -> None:
        self._idle.append(process)
        if self._sweeping is not None:
            self._sweeping.cancel()
        self._sweeping = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._sweep)

    def _sweep(self) -> None:
        ending = asyncio.create_task(self._end_idle())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _end_idle(self) -> None:
        idle, self._idle = self._idle, []
        for process in idle:
            await process.end()


class _Process:
    """A rendering process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> "_Process":
        try:
            return cls(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    # Isolated: neither the environment nor the working folder decides what is imported.
                    "-I",
                    "-m",
                    "indicia.templates.rendering.process",
                    # Settings may hold passwords, and templates are written by strangers.
                    env={},
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    limit=LARGEST_MESSAGE_BYTES,
                )
            )
        except OSError as error:
            raise RenderingUnavailableError(f"no rendering process can be started: {error.strerror}") from error

    async def ask(self, message: bytes) -> Result | None:
        """Answer the result of a task, or None where the process ended or hung over it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(TimeoutError, asyncio.IncompleteReadError, OSError, msgspec.DecodeError):
            async with asyncio.timeout(_LONGEST_WAIT_SECONDS):
                self._process.stdin.write(message)
                await self._process.stdin.drain()
                head = await self._process.stdout.readexactly(LENGTH_BYTES)
                result: Result = decode_result(await self._process.stdout.readexactly(int.from_bytes(head, "big")))
                return result
        return None

    async def end(self) -> int | None:
        """End the process, one that hangs by force; answer how it ended, as `returncode` of a subprocess says it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_GRACE_SECONDS):
                # Reads the pipes to their end too, so that their transports are closed with the process.
                await self._process.communicate()
        except TimeoutError:
            self._process.kill()
            await self._process.communicate()
        return self._process.returncode
