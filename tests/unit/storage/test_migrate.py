"""Migrations: applied once, together, by whoever comes first."""

import asyncio

from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from tests.doubles.clock import FakeClock


async def test_an_empty_store_gets_every_migration_and_a_second_run_none(tmp_path):
    database = SqliteDatabase(tmp_path / "store.sqlite3")

    first = await migrate(database, FakeClock())
    second = await migrate(database, FakeClock())

    assert first[0] == "0001_foundation.sql"
    assert second == []
    await database.close()


async def test_two_processes_that_start_at_once_agree(tmp_path):
    databases = [SqliteDatabase(tmp_path / "store.sqlite3") for _ in range(2)]

    applied = await asyncio.gather(*(migrate(database, FakeClock()) for database in databases))

    assert min(map(len, applied)) == 0
    for database in databases:
        await database.close()
