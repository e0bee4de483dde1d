from indicia.delivery.sites import Sites

NOW = 1_790_000_000.0


def new_sites(most_in_flight: int = 1000) -> Sites:
    return Sites(lambda lane: lane.rpartition(".at.")[2], most_in_flight=most_in_flight)


def start(sites: Sites, lanes: list[str], now: float = NOW) -> list[str]:
    """Start all that may start; answer the sites they count for."""
    return [sites.started(lane) for lane, room in sites.rooms(lanes, now).items() for _ in range(room)]


def test_domains_behind_the_same_servers_share_what_these_take():
    sites = new_sites()

    rooms = sites.rooms(["a.at.big", "b.at.big", "c.at.big", "own"], NOW)

    assert sum(rooms[lane] for lane in ("a.at.big", "b.at.big", "c.at.big")) == 5
    assert rooms["own"] == 5


def test_a_share_grows_with_success_up_to_twenty_and_halves_at_a_failure():
    sites = new_sites()
    for _ in range(400):
        sites.finished(sites.started("a"), copes=True, now=NOW)
    assert sites.rooms(["a"], NOW) == {"a": 20}

    sites.finished(sites.started("a"), copes=False, now=NOW)

    assert sites.rooms(["a"], NOW) == {"a": 10}


def test_what_tells_nothing_changes_nothing():
    sites = new_sites()
    for _ in range(100):
        sites.finished(sites.started("a"), copes=None, now=NOW)

    assert sites.rooms(["a"], NOW) == {"a": 5}
    assert not sites.broken


def test_a_dead_site_is_probed_ever_more_seldom():
    sites = new_sites()
    for _ in range(10):
        sites.finished(sites.started("a"), copes=False, now=NOW)
    assert sites.broken == {"a"}
    assert sites.rooms(["a"], NOW + 29) == {}

    assert sites.rooms(["a"], NOW + 31) == {"a": 1}
    sites.finished(sites.started("a"), copes=False, now=NOW + 31)
    assert sites.rooms(["a"], NOW + 31 + 59) == {}
    assert sites.rooms(["a"], NOW + 31 + 61) == {"a": 1}


def test_many_slow_sites_leave_some_for_the_next():
    sites = new_sites(40)
    for number in range(100):
        start(sites, [f"slow{number}"])

    assert sites.in_flight <= 40
    assert new_sites(40).rooms(["next"], NOW)["next"] > 0


def test_held_lanes_get_nothing_and_their_neighbours_do():
    sites = new_sites()
    sites.hold(frozenset({"a.at.big"}))

    rooms = sites.rooms(["a.at.big", "b.at.big"], NOW)

    assert rooms == {"b.at.big": 5}
    assert sites.is_waiting("a.at.big")
    assert not sites.is_waiting("b.at.big")
