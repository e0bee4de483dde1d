"""Keys without a store."""

import pytest

from indicia.tracking.sealing import SECRET_BYTES, Sealing, SealingKey


@pytest.fixture(scope="session")
def sealing():
    return Sealing([SealingKey(1, bytes(range(SECRET_BYTES)))])
