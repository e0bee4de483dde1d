"""The published rules flag what their makers say, and not what lies just outside."""

from random import Random

import pytest

from benchmarks.detection.baselines import (
    BASELINES,
    hosting_network,
    lemlist,
    marketo_proximity,
    mautic,
    phish_insight,
    quick_click,
    spotler,
    ua_list,
)
from benchmarks.detection.generate import lines
from benchmarks.detection.networks import Networks
from benchmarks.detection.variants import Variant
from benchmarks.detection.world import make_world

HOME, CHROME = "81.187.1.2", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/155.0.0.0 Safari/537.36"


def event(number, **fields):
    return {
        "ip": HOME, "uas": CHROME, "event_id": str(number), "action": "click", "recipient_id": "r", "message_id": "m",
        "ts": 1000.0, "message_ts": 0.0, "delivered_ts": 1.0, "link_id": f"l{number}",
    } | fields  # fmt: skip


@pytest.fixture(scope="module")
def cloud():
    return Networks.load().addresses(Random(1), ("aws",), 1)[0]


def test_ua_list_knows_libraries_and_not_browsers():
    events = [event(1, uas="curl/8.16.0"), event(2)]

    assert ua_list(events, []) == [True, False]


def test_hosting_network_knows_clouds_and_not_homes(cloud):
    assert hosting_network([event(1, ip=cloud), event(2)], []) == [True, False]


def test_quick_click_ends_at_a_minute():
    events = [event(1, ts=59.9), event(2, ts=60.0), event(3, ts=5.0, action="open")]

    assert quick_click(events, []) == [True, False, False]


def test_mautic_needs_two_of_three(cloud):
    events = [event(1, ip=cloud, ts=1.0), event(2, ip=cloud), event(3, ts=1.0), event(4, ip=cloud, uas="curl/8.16.0")]

    assert mautic(events, []) == [True, False, False, True]


def test_lemlist_counts_from_sending_and_from_the_open():
    events = [
        event(1, ts=4.0, action="open"),
        event(2, ts=100.0, action="open"),
        event(3, ts=108.0),
        event(4, ts=110.0),
    ]

    assert lemlist(events, []) == [True, False, True, False]


def test_marketo_wants_three_different_activities_in_three_seconds():
    crowd = [event(number, ts=1000.0 + number) for number in range(3)]
    repeats = [event(number, ts=2000.0, link_id="same") for number in range(3, 6)]

    assert marketo_proximity(crowd + repeats, []) == [True] * 3 + [False] * 3


def test_spotler_knows_traps_pairs_of_links_and_clicks_before_delivery():
    trap = {"ip": "192.0.2.9", "uas": CHROME}
    events = [
        event(1, ip="192.0.2.9"),
        event(2, ts=0.5, recipient_id="early"),
        event(3, ts=2000.0),
        event(4, ts=2000.05),
        event(5, ts=3000.0),
        event(6, ts=3000.2),
    ]

    assert spotler(events, [trap]) == [True, True, True, True, False, False]


def test_phish_insight_condemns_an_address_that_three_people_share():
    shared = [event(number, recipient_id=f"r{number}", ts=1000.0 * number) for number in range(3)]
    alone = event(4, ip="81.187.9.9")

    assert phish_insight([*shared, alone], []) == [True, True, True, False]


@pytest.fixture(scope="module")
def world():
    return make_world(51, 1000)


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("variant", list(Variant))
def test_every_baseline_answers_every_variant(world, name, variant):
    told = [line["event"] for line in lines(world, variant) if "event" in line]

    assert len(BASELINES[name](told, [])) == len(told)
