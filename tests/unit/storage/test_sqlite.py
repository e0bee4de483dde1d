"""The embedded store: atomic, durable, grouped, and honest about failure."""

import asyncio
from pathlib import Path

import pytest

from indicia.storage.database import Statement, StatementForEach, Steps, StorageError
from indicia.storage.sqlite import SqliteDatabase


@pytest.fixture
async def database(tmp_path):
    database = SqliteDatabase(tmp_path / "store.sqlite3")
    await database.run(_once("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)"))
    yield database
    await database.close()


def _once(sql: str, *parameters) -> Steps[list]:
    return (yield Statement(sql, parameters))


def _write(text: str) -> Steps[int]:
    rows = yield Statement("INSERT INTO notes (text) VALUES ($1) RETURNING id", (text,))
    return rows[0][0]


def _write_then_fail(text: str) -> Steps[None]:
    yield from _write(text)
    raise LookupError(text)


async def _texts(database: SqliteDatabase) -> list[str]:
    return [row[0] for row in await database.fetch("SELECT text FROM notes ORDER BY id")]


async def test_a_transaction_is_seen_by_reads_once_it_answered(database):
    note_id = await database.run(_write("hello"))

    assert await database.fetch("SELECT text FROM notes WHERE id = $1", note_id) == [("hello",)]


async def test_a_transaction_that_raises_leaves_nothing_behind_and_tells_its_caller(database):
    with pytest.raises(LookupError):
        await database.run(_write_then_fail("half"))

    assert await _texts(database) == []


async def test_one_failing_transaction_does_not_undo_others_of_its_group(database):
    """They share a commit, and nothing else."""
    works = [_write(f"note {n}") if n % 3 else _write_then_fail(f"note {n}") for n in range(30)]

    results = await asyncio.gather(*(database.run(work) for work in works), return_exceptions=True)

    assert [isinstance(result, LookupError) for result in results] == [n % 3 == 0 for n in range(30)]
    assert sorted(await _texts(database)) == sorted(f"note {n}" for n in range(30) if n % 3)


async def test_a_constraint_that_fails_is_a_storage_error(database):
    await database.run(_write("same"))

    with pytest.raises(StorageError):
        await database.run(_write("same"))


async def test_a_statement_for_each_runs_for_every_row(database):
    def steps() -> Steps[None]:
        yield StatementForEach("INSERT INTO notes (text) VALUES ($1)", [("a",), ("b",), ("c",)])

    await database.run(steps())

    assert await _texts(database) == ["a", "b", "c"]


async def test_parameters_are_found_by_number_and_not_by_place(database):
    assert await database.fetch("SELECT $2, $1, $2", "one", "two") == [("two", "one", "two")]


async def test_what_answered_is_there_for_another_process(database, tmp_path):
    await database.run(_write("durable"))

    other = SqliteDatabase(tmp_path / "store.sqlite3")

    assert await _texts(other) == ["durable"]
    await other.close()


async def test_writers_of_two_processes_both_get_through(database, tmp_path):
    other = SqliteDatabase(tmp_path / "store.sqlite3")
    works = [(database if n % 2 else other).run(_write(f"note {n}")) for n in range(40)]

    await asyncio.gather(*works)

    assert len(await _texts(database)) == 40
    await other.close()


async def test_every_commit_is_synced(database):
    assert await database.fetch("PRAGMA synchronous") == [(2,)]
    assert await database.fetch("PRAGMA journal_mode") == [("wal",)]


async def test_close_finishes_what_was_begun(tmp_path):
    database = SqliteDatabase(tmp_path / "store.sqlite3")
    await database.run(_once("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)"))
    pending = [asyncio.ensure_future(database.run(_write(f"note {n}"))) for n in range(20)]
    await asyncio.sleep(0)

    await database.close()

    assert len(await asyncio.gather(*pending)) == 20


async def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path):
    path = Path(tmp_path / "store.sqlite3")
    path.write_bytes(b"this is not a database, it only lies where one should be" * 100)

    with pytest.raises(StorageError, match=r"cannot open .*store\.sqlite3"):
        SqliteDatabase(path)


_SLOW = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < $1) SELECT COUNT(*) FROM n"


async def test_a_survey_holds_up_nobody_else(database):
    await database.run(_write("hello"))
    survey = asyncio.create_task(database.survey(_SLOW, 2_000_000))

    turns = 0
    while not survey.done():
        assert await _texts(database) == ["hello"]
        await asyncio.sleep(0)
        turns += 1

    assert await survey == [(2_000_000,)]
    assert turns > 10


async def test_a_survey_of_nothing_that_exists_is_a_storage_error(database):
    with pytest.raises(StorageError):
        await database.survey("SELECT * FROM nothing")
