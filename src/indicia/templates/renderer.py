"""Have templates rendered in processes of their own, a few of them, each domain in one at a time.

Liquid's own limits do not stop everything that takes forever, and what cannot be interrupted in this process would hold
every request: docs/decisions/templates.md has the figures.
"""

import asyncio
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import blake2b
from typing import TypeVar

import msgspec

from indicia.base.clock import Clock
from indicia.messages.model import TemplateSnapshot
from indicia.templates.model import (
    Builtins,
    InvalidTemplateError,
    MissingVariableError,
    Rendered,
    TemplatesError,
    TemplateTooCostlyError,
)
from indicia.templates.rendering.messages import (
    LARGEST_MESSAGE_BYTES,
    LENGTH_BYTES,
    Check,
    Checked,
    Done,
    Invalid,
    Missing,
    Render,
    Result,
    Task,
    TooCostly,
    decode_result,
    framed,
)

# One stays free for others while one or two are being misused; each is about 35 MB once it is used.
MOST_PROCESSES = 3
# The process stops itself after a second of CPU time; this is for one that hangs, or a machine with no time for it.
LONGEST_WAIT_SECONDS = 10.0
_GRACE_SECONDS = 1.0
# A task that was too costly is refused unseen for so long.
_REFUSED_SECONDS = 60.0
_MOST_REFUSED = 4096

T = TypeVar("T")


class Renderer:
    """Renders snapshots and checks sources; `close` it in the end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._idle: list[_Process] = []
        self._rooms = asyncio.Semaphore(MOST_PROCESSES)
        self._turns: dict[int, _Turn] = {}
        self._refused: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    async def render(self, snapshot: TemplateSnapshot, builtins: Builtins, domain_id: int) -> Rendered:
        """Render a snapshot for one recipient; `domain_id` is whose template it is.

        Raises:
            InvalidTemplateError: A tag or filter of it failed.
            MissingVariableError: It is strict, and a variable that it uses is not there.
            TemplateTooCostlyError: It went over a limit.
        """
        task = Render(
            name=snapshot.name,
            html=snapshot.html,
            text=snapshot.text,
            includes=snapshot.includes,
            variables=snapshot.variables,
            is_strict=snapshot.is_strict,
            builtins=builtins,
        )
        result = await self._result(task, domain_id)
        if isinstance(result, Done):
            return Rendered(result.html, result.text)
        raise _error(result, task.name)

    async def includes_of(self, name: str, source: str, domain_id: int) -> tuple[str, ...]:
        """Answer the names of the templates that a source includes itself.

        Raises:
            InvalidTemplateError: It cannot be parsed.
            TemplateTooCostlyError: Parsing it went over a limit.
        """
        result = await self._result(Check(name, source), domain_id)
        if isinstance(result, Checked):
            return result.includes
        raise _error(result, name)

    async def close(self) -> None:
        """End the processes."""
        idle, self._idle = self._idle, []
        for process in idle:
            await process.end()

    async def _result(self, task: Task, domain_id: int) -> Result:
        message = framed(task)
        if len(message) > LARGEST_MESSAGE_BYTES:
            return TooCostly("it is too large")
        digest = blake2b(message, digest_size=16).digest()
        until, reason = self._refused.get(digest, (0.0, ""))
        if until > self._clock():
            return TooCostly(reason)
        async with self._turn(domain_id), self._rooms:
            result = await self._ask(message)
        if isinstance(result, TooCostly):
            self._refuse(digest, result.reason)
        return result

    async def _ask(self, message: bytes) -> Result:
        process = self._idle.pop() if self._idle else await _Process.start()
        try:
            result = await process.ask(message)
        except BaseException:
            await process.end()
            raise
        if result is None:
            await process.end()
            return TooCostly("it takes too much time or memory")
        self._idle.append(process)
        return result

    @asynccontextmanager
    async def _turn(self, domain_id: int) -> AsyncIterator[None]:
        """Let one domain have one process at a time, so that a costly template delays its own domain first."""
        turn = self._turns.setdefault(domain_id, _Turn())
        turn.wanted += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.wanted -= 1
            if not turn.wanted:
                del self._turns[domain_id]

    def _refuse(self, digest: bytes, reason: str) -> None:
        self._refused[digest] = (self._clock() + _REFUSED_SECONDS, reason)
        self._refused.move_to_end(digest)
        while len(self._refused) > _MOST_REFUSED:
            self._refused.popitem(last=False)


class _Turn:
    """A domain's lock, and how many hold or want it."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.wanted = 0


class _Process:
    """A rendering process and the pipes to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> "_Process":
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

    async def ask(self, message: bytes) -> Result | None:
        """Answer the result of a task, or None where the process ended or hung over it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(TimeoutError, asyncio.IncompleteReadError, OSError, msgspec.DecodeError):
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                self._process.stdin.write(message)
                await self._process.stdin.drain()
                head = await self._process.stdout.readexactly(LENGTH_BYTES)
                result: Result = decode_result(await self._process.stdout.readexactly(int.from_bytes(head, "big")))
                return result
        return None

    async def end(self) -> None:
        """End the process: an idle one at the end of its input, one that hangs by force."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_GRACE_SECONDS):
                # Reads the pipes to their end too, so that their transports are closed with the process.
                await self._process.communicate()
        except TimeoutError:
            self._process.kill()
            await self._process.communicate()


def _error(result: Result, name: str) -> TemplatesError:
    match result:
        case Missing():
            return MissingVariableError(result.name, result.variable)
        case Invalid():
            return InvalidTemplateError(result.name, result.line, result.reason)
        case TooCostly():
            return TemplateTooCostlyError(name, result.reason)
    raise AssertionError(f"a rendering process answered {result!r}")
