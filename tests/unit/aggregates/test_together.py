"""Looking up together: one look for all who ask at the same moment, and nobody pays for another."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from indicia.aggregates.together import Together


class Shelf:
    """Answers the double of every number but 13, which it cannot bear, and of 0, of which it knows nothing."""

    def __init__(self) -> None:
        self.looks: list[list[int]] = []

    async def look_up(self, keys: Sequence[int]) -> Mapping[int, int]:
        self.looks.append([*keys])
        await asyncio.sleep(0)
        if 13 in keys:
            raise LookupError(13)
        return {key: 2 * key for key in keys if key}


async def _ask(together: Together[int, int], key: int) -> int | None:
    return await together.get(key)


async def test_what_is_asked_at_the_same_moment_is_looked_up_once():
    shelf = Shelf()
    together = Together(shelf.look_up)

    answers = await asyncio.gather(*(_ask(together, key) for key in (1, 2, 2, 0)))
    later = await together.get(1)

    assert answers == [2, 4, 4, None]
    assert later == 2
    assert shelf.looks == [[1, 2, 0], [1]]


async def test_what_cannot_be_looked_up_is_told_to_who_asked_for_it_alone():
    shelf = Shelf()
    together = Together(shelf.look_up)

    answers = await asyncio.gather(*(_ask(together, key) for key in (1, 13, 2)), return_exceptions=True)

    assert (answers[0], answers[2]) == (2, 4)
    assert isinstance(answers[1], LookupError)


async def test_who_is_cancelled_takes_nobody_along():
    together = Together(Shelf().look_up)
    impatient, patient = (asyncio.create_task(_ask(together, 1)) for _ in range(2))
    await asyncio.sleep(0)

    impatient.cancel()

    assert await patient == 2
    with pytest.raises(asyncio.CancelledError):
        await impatient
