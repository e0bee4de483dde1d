"""A store with two domains, and a renderer."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from indicia.storage.database import Statement, Steps
from indicia.storage.migrate import migrate
from indicia.storage.sqlite import SqliteDatabase
from indicia.templates.library import TemplateLibrary
from indicia.templates.model import Builtins
from indicia.templates.renderer import Renderer
from tests.doubles.clock import FakeClock

BUILTINS = Builtins(
    sender="Ann <ann@news.example.com>",
    recipient="bob@example.org",
    subject="A & B",
    sent_at=1_700_000_000.0,
    domain="news.example.com",
    tracks_opens=True,
)


class Shelf(NamedTuple):
    """A library with the ids of two domains."""

    library: TemplateLibrary
    ours: int
    theirs: int


@pytest.fixture
async def renderer() -> AsyncIterator[Renderer]:
    renderer = Renderer(FakeClock())
    yield renderer
    await renderer.close()


@pytest.fixture
async def shelf(tmp_path, renderer: Renderer) -> AsyncIterator[Shelf]:
    database = SqliteDatabase(tmp_path / "store.sqlite3")
    await migrate(database, FakeClock())
    ours, theirs = await database.run(_two_domains())
    yield Shelf(TemplateLibrary(database, renderer, FakeClock()), ours, theirs)
    await database.close()


def _two_domains() -> Steps[tuple[int, int]]:
    yield Statement("INSERT INTO accounts (id, name, created_at) VALUES (1, 'ours', 0)")
    for identifier, name in ((1, "ours.example"), (2, "theirs.example")):
        yield Statement(
            """
            INSERT INTO domains (id, account_id, name, state, bot_detection, validation, tracking, seed_token,
                                 created_at, updated_at)
            VALUES ($1, 1, $2, 'active', 0, 0, 1, '', 0, 0)
            """,
            (identifier, name),
        )
    return 1, 2
