"""Answers are remembered for their lifetime and asked for once at a time."""

import asyncio

import pytest

from indicia.net.answers import Answer, AnswerCache


class Oracle:
    """Counts the questions, and answers once `may_answer` is set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def ask(self, name: str) -> Answer[str]:
        self.asked.append(name)
        await self.may_answer.wait()
        return Answer(f"{name} #{len(self.asked)}", 60)


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_answer_is_repeated_until_its_lifetime_ends() -> None:
    oracle, time = Oracle(), Time()
    cache = AnswerCache(oracle.ask, time, max_names=10)

    answers = [await cache.get("a"), await cache.get("a")]
    time.now += 60
    answers.append(await cache.get("a"))

    assert answers == ["a #1", "a #1", "a #2"]


async def test_peek_asks_nobody() -> None:
    oracle, time = Oracle(), Time()
    cache = AnswerCache(oracle.ask, time, max_names=10)

    assert cache.peek("a") is None
    await cache.get("a")
    assert cache.peek("a") == "a #1"
    time.now += 60
    assert cache.peek("a") is None
    assert oracle.asked == ["a"]


async def test_least_recently_used_name_is_forgotten_first() -> None:
    cache = AnswerCache(Oracle().ask, Time(), max_names=2)
    for name in ("a", "b", "a", "c"):
        await cache.get(name)

    assert [cache.peek(name) is not None for name in ("a", "b", "c")] == [True, False, True]


async def test_many_callers_cause_one_question() -> None:
    oracle = Oracle()
    oracle.may_answer.clear()
    cache = AnswerCache(oracle.ask, Time(), max_names=10)

    callers = [asyncio.create_task(cache.get("a")) for _ in range(100)]
    await asyncio.sleep(0)
    oracle.may_answer.set()

    assert set(await asyncio.gather(*callers)) == {"a #1"}


async def test_caller_who_gives_up_leaves_the_answer_to_the_others() -> None:
    oracle = Oracle()
    oracle.may_answer.clear()
    cache = AnswerCache(oracle.ask, Time(), max_names=10)
    impatient, patient = asyncio.create_task(cache.get("a")), asyncio.create_task(cache.get("a"))
    await asyncio.sleep(0)

    impatient.cancel()
    oracle.may_answer.set()

    assert await patient == "a #1"
    assert impatient.cancelled()


async def test_close_cancels_whoever_waits() -> None:
    oracle = Oracle()
    oracle.may_answer.clear()
    cache = AnswerCache(oracle.ask, Time(), max_names=10)
    caller = asyncio.create_task(cache.get("a"))
    await asyncio.sleep(0)

    await cache.close()

    with pytest.raises(asyncio.CancelledError):
        await caller
