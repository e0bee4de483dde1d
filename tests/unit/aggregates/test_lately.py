import pytest

from indicia.aggregates.lately import Lately
from tests.doubles.clock import FakeClock


class Source:
    def __init__(self) -> None:
        self.asked = 0
        self.fails = False

    async def ask(self, key: str) -> str:
        self.asked += 1
        if self.fails:
            raise OSError(key)
        return f"{key}{self.asked}"


async def test_an_answer_is_repeated_for_so_long_and_no_longer():
    clock, source = FakeClock(), Source()
    lately = Lately(source.ask, clock, seconds=1.0)

    answers = [await lately.get("a"), await lately.get("a")]
    clock.advance(1.0)
    answers.append(await lately.get("a"))

    assert answers == ["a1", "a1", "a2"]


async def test_a_clock_that_was_set_back_repeats_nothing():
    clock, source = FakeClock(), Source()
    lately = Lately(source.ask, clock, seconds=1.0)
    await lately.get("a")

    clock.advance(-100)

    assert await lately.get("a") == "a2"


async def test_a_failure_is_not_repeated():
    clock, source = FakeClock(), Source()
    lately = Lately(source.ask, clock, seconds=1.0)
    source.fails = True
    with pytest.raises(OSError, match="a"):
        await lately.get("a")
    source.fails = False

    assert await lately.get("a") == "a2"
