"""Questions that are asked at the same moment, answered by one look: what a look costs is mostly its beginning."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
_Question = tuple[K, asyncio.Future[V | None]]


class Together(Generic[K, V]):
    """Looks up together what is asked for within one turn of the event loop."""

    def __init__(self, look_up: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        """Take `look_up`, which answers what it finds of some keys."""
        self._look_up = look_up
        self._asked: list[_Question[K, V]] = []
        self._looking: set[asyncio.Task[None]] = set()

    def get(self, key: K) -> asyncio.Future[V | None]:
        """Answer what is found of `key`, None where that is nothing; raises what looking it up alone raises."""
        loop = asyncio.get_running_loop()
        if not self._asked:
            loop.call_soon(self._begin)
        # One for each who asks: whoever is cancelled while waiting takes nobody else along.
        answer: asyncio.Future[V | None] = loop.create_future()
        self._asked.append((key, answer))
        return answer

    def _begin(self) -> None:
        asked, self._asked = self._asked, []
        task = asyncio.create_task(self._answer(asked))
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _answer(self, asked: Sequence[_Question[K, V]]) -> None:
        keys = [*dict.fromkeys(key for key, answer in asked if not answer.done())]
        try:
            found = await self._look_up(keys)
        except Exception as error:  # noqa: BLE001 - whatever a look raises belongs to those who asked.
            if len(keys) > 1:
                # What cannot be read must not keep its neighbours from their way.
                for key in keys:
                    await self._answer([question for question in asked if question[0] == key])
                return
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(error)
            return
        for key, answer in asked:
            if not answer.done():
                answer.set_result(found.get(key))
