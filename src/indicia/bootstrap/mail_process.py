"""The process that delivers mail, as the one that accepts it sees it: started, followed, started again, ended.

Python computes on one core in one process, and bringing a message away costs more than taking it in. Both share the
store, and nothing in memory.
"""

import asyncio
import socket
import sys
from asyncio.subprocess import Process
from contextlib import suppress

from indicia.base.errors import AppError
from indicia.base.log import get_logger
from indicia.bootstrap.link import Bell, Link, Measure, Measured, Ready, Stop
from indicia.delivery.model import JOB_KIND
from indicia.queue.jobs import Jobs

log = get_logger()

_PAUSE_SECONDS = 1.0
# Whoever asks for metrics has little patience.
_MEASURING_SECONDS = 2.0


class MailProcessError(AppError):
    """The process that delivers mail did not begin; its own words are in the log."""


class MailProcess:
    """One process that delivers, and the next when it has ended."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._process: Process | None = None
        self._link: Link | None = None
        self._measured: asyncio.Future[str] | None = None
        self._following: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Start it; `ready` tells when it delivers."""
        await self._begin()

    async def ready(self) -> None:
        """Wait until it delivers, and follow it from then on.

        Raises:
            MailProcessError: It ended instead.
        """
        await self._greeted()
        self._jobs.relay(self._ring)
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Let it finish what is in flight, and wait until it has."""
        self._stopping.set()
        if self._link is not None:
            self._link.tell(Stop())
        if self._following is not None:
            await self._following
        elif self._process is not None:
            await self._process.wait()

    async def metrics(self) -> bytes:
        """Answer its metrics in Prometheus' text format; none while no process answers."""
        if self._link is None:
            return b""
        if self._measured is None:
            self._measured = asyncio.get_running_loop().create_future()
            self._link.tell(Measure())
        with suppress(TimeoutError):
            async with asyncio.timeout(_MEASURING_SECONDS):
                return (await asyncio.shield(self._measured)).encode()
        return b""

    def _ring(self, kind: str) -> None:
        if kind == JOB_KIND and self._link is not None:
            self._link.ring(kind)

    async def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                # Whatever lies in the working folder is not imported.
                *(sys.executable, "-P", "-m", "indicia.bootstrap.mailing", str(theirs.fileno())),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._link = await Link.over(ours)
        if self._stopping.is_set():
            # Whoever said so while there was no process has told nobody.
            self._link.tell(Stop())

    async def _greeted(self) -> None:
        assert self._link is not None
        if not isinstance(await self._link.heard(), Ready):
            raise MailProcessError(
                f"the process that delivers mail did not begin, and ended with {await self._ended()}"
            )

    async def _follow(self) -> None:
        while True:
            await self._listen()
            code = await self._ended()
            if not self._stopping.is_set():
                log.error("mail_process.ended", code=code)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _PAUSE_SECONDS)
            if self._stopping.is_set():
                return
            try:
                await self._begin()
                await self._greeted()
            except (MailProcessError, OSError) as error:
                log.error("mail_process.not_started", error=str(error))  # noqa: TRY400 - it has logged its own.

    async def _listen(self) -> None:
        while self._link is not None and (said := await self._link.heard()) is not None:
            if isinstance(said, Bell):
                self._jobs.wake(said.kind)
            elif isinstance(said, Measured):
                self._answer(said.text)

    async def _ended(self) -> int:
        """Wait until the process has ended, and answer with what."""
        if self._link is not None:
            self._link.close()
            self._link = None
        self._answer("")
        assert self._process is not None
        return await self._process.wait()

    def _answer(self, text: str) -> None:
        if self._measured is not None:
            self._measured.set_result(text)
            self._measured = None
