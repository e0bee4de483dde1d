"""Have templates rendered in processes of their own, a few of them, each domain in one at a time.

Liquid's own limits do not stop everything that takes forever, and what cannot be interrupted in this process would hold
every request: docs/decisions/templates.md has the figures.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b

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
from indicia.templates.processes import Processes
from indicia.templates.rendering.messages import (
    LARGEST_MESSAGE_BYTES,
    Check,
    Checked,
    Done,
    Invalid,
    Missing,
    Render,
    Result,
    Task,
    TooCostly,
    framed,
)

# One stays free for others while one or two are being misused; each is about 35 MB while it is used.
MOST_PROCESSES = 3
# A large mail renders in milliseconds.
_CPU_SECONDS = 0.5
_ACCEPTED_CPU_SECONDS = 0.8
# A task that was too costly is refused unseen for so long.
_REFUSED_SECONDS = 60.0
_MOST_REFUSED = 4096


class Renderer:
    """Renders snapshots and checks sources; `close` it in the end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._processes = Processes()
        self._rooms = asyncio.Semaphore(MOST_PROCESSES)
        self._turns: dict[int, _Turn] = {}
        self._refused: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    async def render(
        self, snapshot: TemplateSnapshot, builtins: Builtins, domain_id: int, *, is_accepted: bool = False
    ) -> Rendered:
        """Render a snapshot for one recipient.

        Args:
            snapshot: What to render.
            builtins: What it knows without being told.
            domain_id: Whose template it is.
            is_accepted: Whether its message is accepted. What was within the limit then must not be over it now, on a
                busier machine, so it gets more time.

        Raises:
            InvalidTemplateError: A tag or filter of it failed.
            MissingVariableError: It is strict, and a variable that it uses is not there.
            TemplateTooCostlyError: It went over a limit.
            RenderingUnavailableError: This machine could not render anything now.
        """
        task = Render(
            name=snapshot.name,
            html=snapshot.html,
            text=snapshot.text,
            includes=snapshot.includes,
            variables=snapshot.variables,
            is_strict=snapshot.is_strict,
            builtins=builtins,
            cpu_seconds=_ACCEPTED_CPU_SECONDS if is_accepted else _CPU_SECONDS,
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
            RenderingUnavailableError: This machine could not parse anything now.
        """
        result = await self._result(Check(name, source, _CPU_SECONDS), domain_id)
        if isinstance(result, Checked):
            return result.includes
        raise _error(result, name)

    async def close(self) -> None:
        """End the processes."""
        await self._processes.close()

    async def _result(self, task: Task, domain_id: int) -> Result:
        message = framed(task)
        if len(message) > LARGEST_MESSAGE_BYTES:
            return TooCostly("it is too large")
        digest = blake2b(message, digest_size=16).digest()
        until, reason = self._refused.get(digest, (0.0, ""))
        if until > self._clock():
            return TooCostly(reason)
        async with self._turn(domain_id), self._rooms:
            result = await self._processes.ask(message)
        if isinstance(result, TooCostly):
            self._refuse(digest, result.reason)
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


def _error(result: Result, name: str) -> TemplatesError:
    match result:
        case Missing():
            return MissingVariableError(result.name, result.variable)
        case Invalid():
            return InvalidTemplateError(result.name, result.line, result.reason)
        case TooCostly():
            return TemplateTooCostlyError(name, result.reason)
    raise AssertionError(f"a rendering process answered {result!r}")
