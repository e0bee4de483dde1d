"""The published rules flag what their makers say, and not what lies just outside."""

import pytest

from indicia.datasets.registry import Datasets
from indicia.detection.model import Action, Honeypot, Interaction
from indicia.evaluation.baselines.hosting_network import hosting_network
from indicia.evaluation.baselines.lemlist import lemlist
from indicia.evaluation.baselines.marketo import marketo
from indicia.evaluation.baselines.mautic import mautic
from indicia.evaluation.baselines.phish_insight import phish_insight
from indicia.evaluation.baselines.public_lists import PublicLists
from indicia.evaluation.baselines.quick_click import quick_click
from indicia.evaluation.baselines.registry import BASELINES
from indicia.evaluation.baselines.spotler import spotler
from indicia.evaluation.baselines.traffic import Traffic
from indicia.evaluation.baselines.ua_list import ua_list

HOME, CLOUD, RELAY, GATEWAY = "81.187.1.2", "3.5.140.1", "172.224.226.1", "165.225.12.1"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/155.0.0.0 Safari/537.36"
)
CURL = "curl/8.16.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


@pytest.fixture(scope="module")
def lists():
    return PublicLists(Datasets.open(None))


@pytest.fixture
def flags(lists):
    """Apply a rule to interactions, with the clients (address, user agent) that took a hidden link."""

    def apply(rule, *interactions, trapped=()):
        visits = [Honeypot(0, "m", ip, uas, 0.0) for ip, uas in trapped]
        return rule(Traffic(interactions, visits, lists))

    return apply


def event(number, **fields):
    told = {
        "ip": HOME, "uas": CHROME, "recipient_id": "r", "message_id": "m",
        "ts": 1000.0, "message_ts": 0.0, "delivered_ts": 1.0, "link_id": f"l{number}",
    }  # fmt: skip
    return Interaction(str(number), **told | fields)


def test_ua_list_names_libraries_and_image_proxies_but_no_browsers(flags):
    assert flags(ua_list, event(1, uas=CURL), event(2, uas=GMAIL), event(3)) == [True, True, False]


def test_hosting_network_names_clouds_and_relays_but_no_homes_and_gateways(flags):
    interactions = [event(number, ip=ip) for number, ip in enumerate((CLOUD, RELAY, GATEWAY, HOME))]

    assert flags(hosting_network, *interactions) == [True, True, False, False]


def test_quick_click_ends_at_a_minute(flags):
    interactions = [event(1, ts=59.9), event(2, ts=60.0), event(3, ts=5.0, action=Action.OPEN)]

    assert flags(quick_click, *interactions) == [True, False, False]


def test_mautic_needs_two_of_three(flags):
    interactions = [
        event(1, ip=CLOUD, ts=1.0),
        event(2, ip=CLOUD),
        event(3, ts=1.0),
        event(4, ip=CLOUD, uas=CURL),
    ]

    assert flags(mautic, *interactions) == [True, False, False, True]


def test_lemlist_counts_from_sending_and_from_the_open(flags):
    interactions = [
        event(1, ts=4.0, action=Action.OPEN),
        event(2, ts=100.0, action=Action.OPEN),
        event(3, ts=108.0),
        event(4, ts=110.0),
    ]

    assert flags(lemlist, *interactions) == [True, False, True, False]


def test_marketo_wants_three_different_activities_in_three_seconds(flags):
    crowd = [event(number, ts=1000.0 + number) for number in range(3)]
    repeats = [event(number, ts=2000.0, link_id="same") for number in range(3, 6)]

    assert flags(marketo, *crowd, *repeats) == [True] * 3 + [False] * 3


def test_spotler_knows_traps_pairs_of_links_and_clicks_before_delivery(flags):
    interactions = [
        event(1, ip="192.0.2.9"),
        event(2, ts=0.5, recipient_id="early"),
        event(3, ts=2000.0),
        event(4, ts=2000.05),
        event(5, ts=3000.0),
        event(6, ts=3000.2),
        event(7, ts=4000.0, ip="192.0.2.9", uas="another"),
    ]

    found = flags(spotler, *interactions, trapped=[("192.0.2.9", CHROME)])

    assert found == [True, True, True, True, False, False, False]


def test_phish_insight_condemns_an_address_that_three_people_share(flags):
    shared = [event(number, recipient_id=f"r{number}", ts=1000.0 * number) for number in range(3)]

    assert flags(phish_insight, *shared, event(4, ip="81.187.9.9")) == [True, True, True, False]


@pytest.mark.parametrize(
    "uas", ["Java/1.8", "Mozilla/5.0 (Windows NT 6.0)", "Mozilla/4.0 (compatible; MSIE 5.2; Macintosh)"]
)
def test_phish_insight_condemns_odd_agents(flags, uas):
    assert flags(phish_insight, event(1, uas=uas)) == [True]


@pytest.mark.parametrize("name", BASELINES)
def test_a_rule_without_its_fields_takes_everybody_for_a_person(flags, name):
    assert flags(BASELINES[name], Interaction("e1"), Interaction("e2")) == [False, False]
