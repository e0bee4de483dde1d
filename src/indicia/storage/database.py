"""The one interface to the system of record, whatever engine keeps it.

A transaction is a generator: it yields statements and is sent their rows. The same generator runs inside
SQLite's writer thread without a hop per statement, and could be driven by an asynchronous PostgreSQL driver, so a
store is written once. Transactions compose with `yield from`, which is how an outbox shares one with its data.
"""

from collections.abc import Generator, Sequence
from typing import NamedTuple, Protocol, TypeVar

from indicia.base.errors import AppError

T = TypeVar("T")

Value = str | bytes | int | float | None
Row = tuple[Value, ...]


class Statement(NamedTuple):
    """One SQL text with `$1`, `$2`, ... for its parameters, valid for SQLite and PostgreSQL alike."""

    sql: str
    parameters: Sequence[Value] = ()


class StatementForEach(NamedTuple):
    """One SQL text to run once for every sequence of parameters; it answers no rows."""

    sql: str
    parameter_rows: Sequence[Sequence[Value]]


Step = Statement | StatementForEach
Steps = Generator[Step, list[Row], T]


class StorageError(AppError):
    """The system of record did not take a transaction; nothing of it is stored."""


class Database(Protocol):
    """The system of record."""

    async def run(self, steps: Steps[T]) -> T:
        """Run `steps` as one transaction and answer its result once it is durable.

        Raises:
            StorageError: It could not be made durable; nothing of it is stored.
            Exception: Whatever `steps` itself raised; nothing of it is stored.
        """

    async def fetch(self, sql: str, *parameters: Value) -> list[Row]:
        """Read rows as of the last commit.

        Raises:
            StorageError: The store cannot be read.
        """

    async def survey(self, sql: str, *parameters: Value) -> list[Row]:
        """Read rows as `fetch` does, with a query that may take seconds: nothing else waits for it but other surveys.

        Raises:
            StorageError: The store cannot be read.
        """

    async def close(self) -> None:
        """Finish what was begun and release the store."""
