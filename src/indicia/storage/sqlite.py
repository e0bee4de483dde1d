"""The embedded store: SQLite with exactly one writing thread and group commit.

Every transaction that arrives while a commit is being synced joins the next group, so `synchronous=FULL` costs one
fsync per group and not per transaction. Writers of several processes take turns (`storage.turns`), and wait for
`BUSY_TIMEOUT_MS` at most.
"""

import asyncio
import queue
import re
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from indicia.storage.database import Row, StatementForEach, Step, Steps, StorageError, T, Value
from indicia.storage.turns import TurnError, Turns

# The WAL-reset race that can lose commits was fixed in 3.51.3: https://sqlite.org/changes.html
OLDEST_SQLITE = (3, 51, 3)
BUSY_TIMEOUT_MS = 5_000
# A group this large already amortises its fsync; a larger one only delays the first in it.
LARGEST_GROUP = 256

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
    # 16 MB of changes before they are copied into the file, so that pages that every commit changes are copied more
    # rarely. With 4 MB, SQLite's own choice, a commit of messages of 100 KB took a tenth longer.
    "PRAGMA wal_autocheckpoint=4000",
)


class _Work(NamedTuple):
    """One transaction on its way to the writer, and where its caller waits."""

    steps: Steps[Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class _Settled(NamedTuple):
    """A transaction that is over: committed with its result, or undone because of an error."""

    work: _Work
    result: Any
    error: BaseException | None


class SqliteDatabase:
    """A `Database` in one file.

    Reads run where they are called: they are look-ups by index in a warm page cache, some ten microseconds, less
    than handing them to a thread would take.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`.

        Raises:
            StorageError: The file is no database, cannot be opened, or SQLite is too old to be trusted.
        """
        if tuple(int(part) for part in apsw.sqlite_lib_version().split(".")) < OLDEST_SQLITE:
            raise StorageError(f"SQLite {apsw.sqlite_lib_version()} is older than 3.51.3; reinstall apsw")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._writing = _connect(path)
            self._reading = _connect(path)
            self._turns = Turns(path)
        except (apsw.Error, OSError) as error:
            raise StorageError(f"cannot open {path}: {error}") from error
        self._path = path
        self._surveys = asyncio.Lock()
        self._inbox: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="sqlite-writer", daemon=True)
        self._writer.start()

    async def run(self, steps: Steps[T]) -> T:
        """Run `steps` as one transaction; see `Database.run`."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._inbox.put(_Work(steps, future, loop))
        return await future

    async def fetch(self, sql: str, *parameters: Value) -> list[Row]:
        """Read rows as of the last commit; see `Database.fetch`."""
        try:
            return self._reading.execute(_numbered(sql), parameters).fetchall()
        except apsw.Error as error:
            raise StorageError(str(error)) from error

    async def survey(self, sql: str, *parameters: Value) -> list[Row]:
        """Read rows with a query that may take seconds; see `Database.survey`."""
        async with self._surveys:
            return await asyncio.to_thread(self._survey, _numbered(sql), parameters)

    async def close(self) -> None:
        """Let the writer finish its inbox, then close the file."""
        self._inbox.put(None)
        await asyncio.to_thread(self._writer.join)
        self._reading.close()
        self._writing.close()
        self._turns.close()

    def _survey(self, sql: str, parameters: Sequence[Value]) -> list[Row]:
        try:
            # A connection for this alone: SQLite lets go of Python's lock, but not of its connection, while it works.
            connection = _connect(self._path)
            try:
                return connection.execute(sql, parameters).fetchall()
            finally:
                connection.close()
        except apsw.Error as error:
            raise StorageError(str(error)) from error

    def _write(self) -> None:
        goes_on = True
        while goes_on and (first := self._inbox.get()) is not None:
            group = [first]
            settled: list[_Settled]
            try:
                with self._turns.turn(BUSY_TIMEOUT_MS / 1000):
                    # What arrives while others write joins the group.
                    goes_on = self._fill(group)
                    settled = self._commit(group)
            except (TurnError, OSError) as error:
                settled = _failed(group, error)
            for loop in {work.loop for work in group}:
                loop.call_soon_threadsafe(_settle, [entry for entry in settled if entry.work.loop is loop])

    def _fill(self, group: list[_Work]) -> bool:
        """Add what waits; answer False where that was the last."""
        while len(group) < LARGEST_GROUP:
            try:
                work = self._inbox.get_nowait()
            except queue.Empty:
                return True
            if work is None:
                return False
            group.append(work)
        return True

    def _commit(self, group: list[_Work]) -> list[_Settled]:
        """Run a group's transactions and commit them together, each undone alone if it fails alone."""
        try:
            self._writing.execute("BEGIN IMMEDIATE")
            settled = [_Settled(work, *self._attempt(work.steps)) for work in group]
            self._writing.execute("COMMIT")
        except apsw.Error as error:
            self._roll_back()
            return _failed(group, error)
        return settled

    def _attempt(self, steps: Steps[T]) -> tuple[T | None, BaseException | None]:
        self._writing.execute("SAVEPOINT work")
        try:
            result = _drive(steps, self._execute)
        except Exception as error:  # noqa: BLE001 - whatever a transaction raises belongs to its caller.
            self._writing.execute("ROLLBACK TO work")
            self._writing.execute("RELEASE work")
            return None, StorageError(str(error)) if isinstance(error, apsw.Error) else error
        self._writing.execute("RELEASE work")
        return result, None

    def _execute(self, step: Step) -> list[Row]:
        if isinstance(step, StatementForEach):
            self._writing.executemany(_numbered(step.sql), step.parameter_rows)
            return []
        return self._writing.execute(_numbered(step.sql), step.parameters).fetchall()

    def _roll_back(self) -> None:
        if self._writing.in_transaction:
            self._writing.execute("ROLLBACK")


def _connect(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    for pragma in _PRAGMAS:
        connection.execute(pragma).fetchall()
    return connection


def _drive(steps: Steps[T], execute: Callable[[Step], list[Row]]) -> T:
    """Send each statement's rows back into `steps` until it returns."""
    try:
        step = next(steps)
        while True:
            step = steps.send(execute(step))
    except StopIteration as finished:
        return finished.value  # type: ignore[no-any-return]


def _failed(group: list[_Work], error: Exception) -> list[_Settled]:
    failure = StorageError(str(error))
    return [_Settled(work, None, failure) for work in group]


def _settle(outcomes: list[_Settled]) -> None:
    for work, result, error in outcomes:
        if work.future.done():
            continue
        if error is None:
            work.future.set_result(result)
        else:
            work.future.set_exception(error)


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> str:
    """Write PostgreSQL's `$1` as SQLite's `?1`."""
    return re.sub(r"\$(\d+)", r"?\1", sql)
