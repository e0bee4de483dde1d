import asyncio

from indicia.delivery.sites import Sites
from tests.doubles.clock import FakeClock


def new_sites(most_in_flight: int = 1000, clock: FakeClock | None = None) -> Sites:
    return Sites(lambda lane: lane.rpartition(".at.")[2], clock or FakeClock(), most_in_flight=most_in_flight)


async def send(sites: Sites, site: str, times: int = 1, *, copes: bool | None) -> None:
    for _ in range(times):
        assert await sites.turn(site)
        sites.leave(site, copes=copes)


async def begun(sites: Sites, site: str, count: int) -> list[asyncio.Task[bool]]:
    """Let so many copies ask for their turn."""
    asking = [asyncio.create_task(sites.turn(site)) for _ in range(count)]
    await asyncio.sleep(0)
    return asking


def with_server(asking: list[asyncio.Task[bool]]) -> int:
    return sum(task.done() and task.result() for task in asking)


async def test_domains_behind_the_same_servers_share_what_these_take():
    rooms = new_sites().rooms(["a.at.big", "b.at.big", "c.at.big", "own"])

    assert sum(rooms[lane] for lane in ("a.at.big", "b.at.big", "c.at.big")) == 20
    assert rooms["own"] == 20


async def test_five_go_to_a_new_site_at_once_and_the_next_when_one_has_left():
    sites = new_sites()

    asking = await begun(sites, "a", 8)
    assert with_server(asking) == 5
    sites.leave("a", copes=None)
    await asyncio.sleep(0)

    assert with_server(asking) == 6
    for task in asking:
        task.cancel()


async def test_a_share_grows_with_success_up_to_twenty_and_halves_at_a_failure():
    sites = new_sites()
    await send(sites, "a", 400, copes=True)
    largest = sites.share_of("a").size

    await send(sites, "a", copes=False)

    assert (largest, sites.share_of("a").size) == (20.0, 10.0)
    assert sites.rooms(["a"]) == {"a": 40}


async def test_what_tells_nothing_changes_nothing():
    sites = new_sites()
    await send(sites, "a", 100, copes=None)

    assert sites.share_of("a").size == 5.0
    assert not sites.broken


async def test_a_dead_site_is_probed_ever_more_seldom():
    clock = FakeClock()
    sites = new_sites(clock=clock)
    await send(sites, "a", 10, copes=False)
    assert sites.broken == {"a"}
    assert sites.rooms(["a"]) == {}
    assert not await sites.turn("a")

    clock.advance(31)
    assert sites.rooms(["a"]) == {"a": 1}
    await send(sites, "a", copes=False)
    clock.advance(59)
    assert sites.rooms(["a"]) == {}
    clock.advance(2)
    assert sites.rooms(["a"]) == {"a": 1}


async def test_those_who_wait_for_a_site_that_breaks_are_sent_away():
    sites = new_sites()
    for _ in range(9):
        await send(sites, "a", copes=False)
    (first, *waiting) = await begun(sites, "a", 4)
    assert first.result()

    sites.leave("a", copes=False)
    await asyncio.sleep(0)

    assert [task.result() for task in waiting] == [False, False, False]


async def test_who_gives_up_waiting_takes_no_turn():
    sites = new_sites()
    asking = await begun(sites, "a", 7)
    asking[5].cancel()
    sites.leave("a", copes=None)
    # The turn was given in the moment in which its owner gave up.
    asking[6].cancel()
    await asyncio.gather(*asking, return_exceptions=True)

    assert with_server(await begun(sites, "a", 1)) == 1


async def test_many_slow_sites_leave_some_for_the_next():
    sites = new_sites(40)
    for number in range(100):
        for lane, room in sites.rooms([f"slow{number}"]).items():
            for _ in range(room):
                sites.started(lane)

    assert sites.in_flight <= 40
    assert new_sites(40).rooms(["next"])["next"] > 0


async def test_held_lanes_get_nothing_and_their_neighbours_do():
    sites = new_sites()
    sites.hold(frozenset({"a.at.big"}))

    assert sites.rooms(["a.at.big", "b.at.big"]) == {"b.at.big": 20}
    assert sites.is_waiting("a.at.big")
    assert not sites.is_waiting("b.at.big")
