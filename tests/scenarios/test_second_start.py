"""A start on an existing data directory is quick, and finds everything."""

import time
from pathlib import Path

from tests.doubles.service import Service
from tests.scenarios.customer import Customer, interaction

LONGEST_SECONDS = 5.0


async def test_second_start_is_quick_and_finds_results_of_the_first(tmp_path: Path):
    with Service(tmp_path) as service:
        async with Customer(service) as customer:
            status, first = await customer.post_single(interaction())
            service.stop()
            began = time.monotonic()
            service.start()
            took = time.monotonic() - began
            again, second = await customer.post_single(interaction())

    assert (status, again) == (200, 200)
    assert first["is_bot"] is second["is_bot"] is False
    assert took < LONGEST_SECONDS


def test_demo_account_is_made_once(tmp_path: Path):
    with Service(tmp_path) as service:
        service.stop()
        service.start()

    assert service.log.count("A demo account was made") == 1
