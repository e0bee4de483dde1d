"""A start on an existing data directory is quick, and finds everything."""

import os
from pathlib import Path

from tests.doubles.service import Service
from tests.scenarios.customer import Customer, interaction

# A start only computes, so this is how long it takes on an idle machine.
MOST_CPU_SECONDS = 5.0


async def test_second_start_finds_the_keys_and_results_of_the_first(tmp_path: Path):
    with Service(tmp_path) as service:
        async with Customer(service) as customer:
            request_id = await customer.post([interaction()], "http://127.0.0.1:9/hook")
            first = await customer.result(request_id)
            service.stop()
            service.start()
            second = await customer.poll(request_id)

    assert second == (200, first)


def test_second_start_is_quick(tmp_path: Path):
    with Service(tmp_path) as service:
        service.stop()
        before = _cpu_seconds_of_ended_children()
        service.start()
        service.stop()
        spent = _cpu_seconds_of_ended_children() - before

    assert spent < MOST_CPU_SECONDS


def test_demo_account_is_made_once(tmp_path: Path):
    with Service(tmp_path) as service:
        service.stop()
        service.start()

    assert service.log.count("A demo account was made") == 1


def _cpu_seconds_of_ended_children() -> float:
    times = os.times()
    return times.children_user + times.children_system
