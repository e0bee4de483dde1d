"""Many addresses: patient ones again later, and a stop that loses nothing."""

import asyncio

import pytest
from msgspec.structs import replace

from indicia.storage.database import StorageError
from indicia.validation.bulk import Bulk, Item
from indicia.validation.conclusion import conclude_invalid
from indicia.validation.model import Reason
from tests.doubles.clock import FakeClock


class Oracle:
    """Stands in for the network: answers as `answers` says, each address's in turn."""

    def __init__(self, clock, **answers) -> None:
        self.clock = clock
        self.answers = answers
        self.asked = []
        self.is_hanging = asyncio.Event()

    async def verify(self, _domain, text, *, seconds):
        self.asked.append(text)
        answer = self.answers[text].pop(0)
        if answer is None:
            self.is_hanging.set()
            await asyncio.Event().wait()
        reason, again_at = answer
        return _found(text, reason, again_at)


def _found(text, reason, again_at):
    return replace(conclude_invalid(text, 0), reason=reason, ask_again_at=again_at)


async def _run(oracle, clock, **options):
    done = {}

    async def keep(item, found):
        done[item.text] = found.reason

    bulk = Bulk(oracle, None, keep, clock)
    items = [Item(number, text) for number, text in enumerate(oracle.answers)]
    return bulk, done, bulk.run(items, **options)


async def test_host_that_wants_patience_is_asked_again_and_others_are_not_kept_waiting():
    clock = FakeClock()
    oracle = Oracle(
        clock,
        patient=[(Reason.UNAVAILABLE_SMTP, clock() - 1), (Reason.ACCEPTED_EMAIL, None)],
        quick=[(Reason.REJECTED_EMAIL, None)],
    )

    _, done, run = await _run(oracle, clock, give_up_at=clock() + 10)

    assert await run is None
    assert done == {"patient": Reason.ACCEPTED_EMAIL, "quick": Reason.REJECTED_EMAIL}
    assert oracle.asked.count("patient") == 2


async def test_nobody_is_waited_for_beyond_the_patience():
    clock = FakeClock()
    oracle = Oracle(clock, slow=[(Reason.UNAVAILABLE_SMTP, clock() + 100)])

    _, done, run = await _run(oracle, clock, give_up_at=clock() + 50)

    assert await run is None
    assert done == {"slow": Reason.UNAVAILABLE_SMTP}


async def test_turn_ends_with_the_time_at_which_to_go_on():
    clock = FakeClock()
    oracle = Oracle(clock, slow=[(Reason.UNAVAILABLE_SMTP, clock() + 300)])

    _, done, run = await _run(oracle, clock, give_up_at=clock() + 3600, until=clock() + 20)

    assert await run == clock() + 300
    assert done == {}


async def test_stop_ends_a_run_at_once_and_leaves_the_rest_to_the_next():
    clock = FakeClock()
    oracle = Oracle(clock, quick=[(Reason.REJECTED_EMAIL, None)], hanging=[None])

    bulk, done, run = await _run(oracle, clock, give_up_at=clock() + 3600)
    running = asyncio.create_task(run)
    await oracle.is_hanging.wait()
    bulk.stop()

    assert await running == clock()
    assert done == {"quick": Reason.REJECTED_EMAIL}


async def test_store_that_fails_is_told_as_what_it_is():
    clock = FakeClock()
    oracle = Oracle(clock, one=[(Reason.REJECTED_EMAIL, None)], two=[(Reason.REJECTED_EMAIL, None)])

    async def fail(_item, _found):
        raise StorageError("gone")

    bulk = Bulk(oracle, None, fail, clock)

    with pytest.raises(StorageError):
        await bulk.run([Item(0, "one"), Item(1, "two")], give_up_at=clock())
