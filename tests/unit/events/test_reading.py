"""Pages of the log: complete, in order, and the same from either end, however rare what is sought."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicia.events.log import EventLog
from indicia.events.model import Event, EventFilter, EventType, Kind, Severity
from indicia.events.reading import EventReading, Leaf

RARE = EventFilter(kinds=(Kind(EventType.COMPLAINED),))


@pytest.fixture
async def domain(registry):
    return (await registry.add("a1.test")).domain


@pytest.fixture
def append(database, domain):
    async def append(number: int, kind: EventType = EventType.DELIVERED, **fields):
        event = Event(
            **{
                "uid": str(number),
                "account_id": domain.account_id,
                "domain_id": domain.id,
                "type": kind,
                "happened_at": 1e9 + number,
                "recipient": "ann@dest.test",
                "message_id": "m1@a1.test",
                "data": b'{"tags":["News"]}',
                **fields,
            }
        )
        await database.run(EventLog().append([event]))

    return append


@pytest.fixture
async def log(append):
    """Thirty events, of which the 3rd and the 28th are rare, and some happened at once."""
    for number in range(30):
        kind = EventType.COMPLAINED if number in {3, 28} else EventType.DELIVERED
        await append(number, kind, happened_at=1e9 + number // 4)


async def walk(reading: EventReading, domain_id: int, leaf: Leaf, turn: str):
    """Follow links until a page is empty and nothing more was looked through."""
    uids: list[str] = []
    while True:
        page = await reading.page(domain_id, leaf)
        found = [event.uid for event in page.events]
        uids = uids + found if turn == "next" else found + uids
        following = getattr(page, turn)
        if following == leaf:
            return uids
        leaf = following


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=st.integers(1, 40), is_ascending=st.booleans(), looked=st.integers(1, 40), looks=st.integers(1, 4))
async def test_every_event_is_on_one_page_from_either_end(database, domain, log, limit, is_ascending, looked, looks):
    reading = EventReading(database, looked_at_once=looked, most_looks=looks)
    order = [str(number) for number in range(30)]
    order = order if is_ascending else order[::-1]

    for wanted, expected in (
        (EventFilter(), order),
        (RARE, [uid for uid in order if uid in {"3", "28"}]),
        (EventFilter(tags=("news",)), order),
        (EventFilter(recipient="ann@dest.test"), order),
    ):
        first = Leaf(wanted=wanted, is_ascending=is_ascending, limit=limit)
        last = Leaf(wanted=wanted, is_ascending=is_ascending, limit=limit, is_backward=True)

        assert await walk(reading, domain.id, first, "next") == expected
        assert await walk(reading, domain.id, last, "previous") == expected


async def test_what_comes_while_pages_are_read_moves_none_of_them(database, domain, append, log):
    reading = EventReading(database)
    first = await reading.page(domain.id, Leaf(wanted=EventFilter(), is_ascending=False, limit=5))

    await append(100)

    second = await reading.page(domain.id, first.next)
    assert [event.uid for event in second.events] == ["24", "23", "22", "21", "20"]


@pytest.mark.parametrize(
    ("wanted", "uids"),
    [
        (EventFilter(kinds=(Kind(EventType.FAILED),)), ["1", "2"]),
        (EventFilter(kinds=(Kind(EventType.FAILED, Severity.TEMPORARY),)), ["2"]),
        (EventFilter(kinds=(Kind(EventType.OPENED), Kind(EventType.FAILED, Severity.PERMANENT))), ["1", "3"]),
        (EventFilter(recipient="bob@dest.test"), ["3"]),
        (EventFilter(message_id="m2@a1.test", recipient="ann@dest.test"), ["2"]),
        (EventFilter(uids=("3", "1", "unknown")), ["1", "3"]),
        (EventFilter(begin=1e9 + 2, end=1e9 + 2), ["2"]),
        (EventFilter(tags=("NEWS", "Spring")), ["3"]),
        (EventFilter(tags=("new",)), []),
    ],
)
async def test_a_filter_leaves_what_fits_all_of_it(database, domain, append, wanted, uids):
    await append(1, EventType.FAILED, severity=Severity.PERMANENT)
    await append(2, EventType.FAILED, severity=Severity.TEMPORARY, message_id="m2@a1.test")
    await append(3, EventType.OPENED, recipient="bob@dest.test", data=b'{"tags":["news","spring"]}')

    page = await EventReading(database).page(domain.id, Leaf(wanted=wanted, is_ascending=True, limit=10))

    assert [event.uid for event in page.events] == uids
