"""A rendering process: reads tasks from its standard input and writes results to its standard output.

It is started by `templates.renderer` and holds no secret. A template that needs too much of the machine is stopped by
timers of CPU time, which a busy machine does not shorten, and by a limit on memory; neither the event loop nor another
tenant's mail waits for it.
"""

import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NoReturn

from indicia.templates.rendering.engine import check, render
from indicia.templates.rendering.messages import (
    LENGTH_BYTES,
    OUT_OF_MEMORY,
    Check,
    Invalid,
    Result,
    Task,
    TooCostly,
    decode_task,
    framed,
)

# At the limit of its task Python code is stopped and the process lives on. At this one, which only a single long step
# of C code reaches, the kernel ends it.
HARD_CPU_SECONDS = 0.9
# Above what the process has when it starts. A full output of 2 MiB takes less than half of it.
MEMORY_BYTES = 64 * 1024 * 1024


class _OutOfTimeError(BaseException):
    """Not an `Exception`, so that nothing on the way up takes it for an error of its own."""


def main() -> None:
    """Serve tasks until the input ends."""
    _limit_memory()
    signal.signal(signal.SIGPROF, _stop)
    tasks, results = sys.stdin.buffer, sys.stdout.buffer
    try:
        while (body := _read(tasks)) is not None:
            results.write(framed(_perform(decode_task(body))))
            results.flush()
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)


def _perform(task: Task) -> Result:
    try:
        _set_timers(task.cpu_seconds, HARD_CPU_SECONDS)
        try:
            return check(task) if isinstance(task, Check) else render(task)
        finally:
            _set_timers(0, 0)
    except _OutOfTimeError:
        return TooCostly("it takes too long")
    except MemoryError:
        return TooCostly("it takes too much memory")
    except RecursionError:
        return TooCostly("it is nested too deeply")
    except Exception as error:  # noqa: BLE001 - Liquid lets some errors of filters through as Python raised them.
        return Invalid(task.name, None, f"a filter or tag failed: {str(error)[:200]}")


def _set_timers(soft_seconds: float, hard_seconds: float) -> None:
    """Arm both timers, or with zeros disarm them. SIGVTALRM has no handler here: it ends the process."""
    signal.setitimer(signal.ITIMER_PROF, soft_seconds)
    signal.setitimer(signal.ITIMER_VIRTUAL, hard_seconds)


def _stop(_signal: int, _frame: object) -> NoReturn:
    raise _OutOfTimeError


def _limit_memory() -> None:
    # Only Linux tells a process its size this way; elsewhere the timers alone hold.
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _read(tasks: BinaryIO) -> bytes | None:
    head = tasks.read(LENGTH_BYTES)
    return tasks.read(int.from_bytes(head, "big")) if len(head) == LENGTH_BYTES else None


if __name__ == "__main__":
    main()
