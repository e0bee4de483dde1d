"""The curves that the world draws from have the medians and shares that their sources give."""

from random import Random
from statistics import median

import pytest

from benchmarks.detection import parameters
from benchmarks.detection.families.places import PLACES
from benchmarks.detection.families.registry import BOTS
from benchmarks.detection.mail import Kind
from benchmarks.detection.stage import Interaction
from benchmarks.detection.world import make_world

DRAWS = 20_000
# People who are told apart by their place read at their usual time.
USUAL = {family.name for family in PLACES}


def drawn(curve):
    rng = Random(5)
    return [curve.draw(rng) for _ in range(DRAWS)]


def share_within(times, seconds):
    return sum(time <= seconds for time in times) / len(times)


@pytest.fixture(scope="module")
def interactions():
    return [one for one in make_world(21, 30_000).stories if isinstance(one, Interaction)]


def test_scan_bursts_start_at_a_median_of_43_seconds():
    assert median(drawn(parameters.SCAN_START)) == pytest.approx(43, rel=0.05)


@pytest.mark.parametrize(("seconds", "share"), [(10, 0.005), (20, 0.027), (60, 0.691), (300, 0.974), (1800, 0.993)])
def test_scan_bursts_follow_the_published_table(seconds, share):
    assert share_within(drawn(parameters.SCAN_START), seconds) == pytest.approx(share, abs=0.01)


def test_pixels_are_fetched_at_a_median_of_9_seconds():
    times = drawn(parameters.PIXEL_START)

    assert median(times) == pytest.approx(9, rel=0.05)
    assert share_within(times, 20) == pytest.approx(0.84, abs=0.01)


@pytest.mark.parametrize(("hours", "share"), [(1, 0.336), (3, 0.514), (24, 0.81)])
def test_human_clicks_follow_the_published_curve(hours, share):
    assert share_within(drawn(parameters.CLICK_DELAY), hours * 3600) == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize(("hours", "share"), [(1, 0.259), (24, 0.712)])
def test_human_opens_follow_the_published_curve(hours, share):
    assert share_within(drawn(parameters.OPEN_DELAY), hours * 3600) == pytest.approx(share, abs=0.03)


def test_people_who_wait_for_a_code_mostly_click_within_20_to_60_seconds():
    times = drawn(parameters.OTP_DELAY)

    assert share_within(times, 60) - share_within(times, 20) > 0.7


def test_people_in_the_world_keep_the_median_click_delay(interactions):
    delays = [
        one.at - one.delivery.sent_at
        for one in interactions
        if one.family in USUAL and one.action == "click" and one.delivery.campaign.kind is Kind.NEWSLETTER
    ]

    assert median(delays) == pytest.approx(2.8 * 3600, rel=0.4)


def test_sweeps_in_the_world_keep_the_median_start(interactions):
    first = {}
    for one in interactions:
        if one.family in ("microsoft_eop_detonation", "mimecast_sweep", "proofpoint_sweep") and one.action == "click":
            first.setdefault((one.family, one.delivery.key), one.at - one.delivery.sent_at)

    assert median(first.values()) == pytest.approx(43, rel=0.15)


def test_sweeps_take_less_than_a_second_for_all_links(interactions):
    spans = {}
    for one in interactions:
        if one.family == "mimecast_sweep" and one.action == "click":
            low, high = spans.get(one.delivery.key, (one.at, one.at))
            spans[one.delivery.key] = min(low, one.at), max(high, one.at)

    assert all(high - low <= 1.0 for low, high in spans.values())


def test_machine_shares_lie_in_the_published_ranges(interactions):
    """MPP is about 41 % of opens [litmus]; 63-65 % of clicks in business media [omeda] and about 75 % in B2B [omn]."""
    opens = [one for one in interactions if one.action == "open"]
    clicks = [one for one in interactions if one.action == "click"]
    business = [one for one in clicks if not one.delivery.recipient.domain.provider.domains]

    assert sum(one.family == "apple_mpp" for one in opens) / len(opens) == pytest.approx(0.41, abs=0.06)
    assert sum(one.family in BOTS for one in clicks) / len(clicks) == pytest.approx(0.63, abs=0.06)
    assert sum(one.family in BOTS for one in business) / len(business) == pytest.approx(0.75, abs=0.1)
