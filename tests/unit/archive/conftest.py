import pytest

from indicia.archive.loading import Progress
from indicia.archive.profiles import OWN_NAMES
from indicia.archive.store import EventStore
from indicia.datasets.registry import Datasets


def quiet(stage: str, done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def progress() -> Progress:
    return quiet


@pytest.fixture(scope="session")
def datasets() -> Datasets:
    return Datasets.open(None)


@pytest.fixture
def load(tmp_path):
    """Load files into a new store and answer its rows; the store is closed by the time they are looked at."""

    def load_rows(*files, columns=OWN_NAMES, honeypots=(), check=lambda store: None):
        path = tmp_path / "events.duckdb"
        path.unlink(missing_ok=True)
        with EventStore(path) as store:
            store.load(files, columns, honeypots=honeypots, progress=quiet)
            check(store)
            return [row for chunk in store.rows(0, len(store), at_once=7) for row in chunk]

    return load_rows
