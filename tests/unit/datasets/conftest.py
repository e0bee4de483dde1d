"""The shipped data, opened once."""

import pytest

from indicia.datasets.registry import Datasets


@pytest.fixture(scope="session")
def shipped() -> Datasets:
    return Datasets.open(None)
