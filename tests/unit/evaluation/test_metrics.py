"""The arithmetic agrees with textbooks, and with counting by hand."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.evaluation.metrics import (
    Point,
    area,
    calibration_error,
    precision,
    rate,
    reliability,
    roc,
    thinned,
)

# Fawcett, "An introduction to ROC analysis" (2006), figure 3: twenty cases with their scores.
FAWCETT = [
    (0.9, True), (0.8, True), (0.7, False), (0.6, True), (0.55, True), (0.54, True), (0.53, False), (0.52, False),
    (0.51, True), (0.505, False), (0.4, True), (0.39, False), (0.38, True), (0.37, False), (0.36, False),
    (0.35, False), (0.34, True), (0.33, False), (0.3, True), (0.1, False),
]  # fmt: skip

judged = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


def split(cases):
    return [probability for probability, _ in cases], [is_bot for _, is_bot in cases]


@pytest.mark.parametrize(
    ("flagged", "total", "low", "high"),
    [
        (0, 100, 0.0, 0.036995),  # By hand: z² / (n + z²) where nothing is flagged.
        (100, 100, 0.963005, 1.0),
        (50, 100, 0.403832, 0.596168),
        (1, 10, 0.017876, 0.404150),
        (81, 263, 0.255289, 0.366206),  # Newcombe (1998), table I: 0.2553 to 0.3662.
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_wilsons(flagged, total, low, high):
    measured = rate(flagged, total)

    assert (measured.low, measured.high) == pytest.approx((low, high), abs=1e-5)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_an_interval_holds_its_share(flagged, total):
    measured = rate(min(flagged, total), total)

    assert 0 <= measured.low <= measured.share <= measured.high <= 1


def test_precision_falls_where_bots_are_rare():
    # Of 1,000: 50 bots, 45 found; 950 people, 9.5 called bots.
    assert precision(0.9, 0.01, 0.05) == pytest.approx(45 / 54.5)
    assert precision(0.9, 0.01, 0.5) == pytest.approx(450 / 455)


def test_whoever_calls_nobody_a_bot_is_never_wrong_about_one():
    assert precision(0.0, 0.0, 0.5) == 1.0


def test_reliability_compares_what_was_said_with_what_was():
    bins = reliability([0.95, 0.95, 0.02, 0.04], [True, False, False, False])

    assert [(one.count, one.probability, one.share) for one in bins] == [
        (2, pytest.approx(0.03), 0.0),
        (2, pytest.approx(0.95), 0.5),
    ]


def test_calibration_error_weighs_bins_by_their_size():
    bins = reliability([0.9, 0.9, 0.1, 0.1], [True, False, False, False])

    assert calibration_error(bins) == pytest.approx(0.5 * 0.4 + 0.5 * 0.1)


def test_certainty_lies_in_the_last_bin():
    assert [one.count for one in reliability([1.0, 0.99], [True, True])] == [2]


@given(judged)
def test_calibration_error_is_a_share(cases):
    bins = reliability(*split(cases))

    assert sum(one.count for one in bins) == len(cases)
    assert 0 <= calibration_error(bins) <= 1


def test_curve_is_fawcetts():
    points = roc(*split(FAWCETT))

    assert points[:5] == [Point(0, 0), Point(0, 0.1), Point(0, 0.2), Point(0.1, 0.2), Point(0.1, 0.3)]
    assert points[-1] == Point(1, 1)
    assert area(points) == pytest.approx(0.68)


def test_ties_are_one_step():
    assert roc([0.5, 0.5], [True, False]) == [Point(0, 0), Point(1, 1)]
    assert area(roc([0.5, 0.5], [True, False])) == 0.5


def test_without_people_or_bots_there_is_no_curve():
    assert roc([0.5], [True]) == roc([0.5], [False]) == roc([], []) == []


@given(judged)
def test_area_is_how_often_a_bot_looks_more_like_one_than_a_person(cases):
    bots = [probability for probability, is_bot in cases if is_bot]
    people = [probability for probability, is_bot in cases if not is_bot]
    if not bots or not people:
        return

    won = sum((bot > person) + 0.5 * (bot == person) for bot, person in product(bots, people))

    assert area(roc(*split(cases))) == pytest.approx(won / (len(bots) * len(people)))


@given(judged)
def test_a_thinned_curve_keeps_its_ends_and_invents_nothing(cases):
    points = roc(*split(cases))

    kept = thinned(points)

    assert kept[:1] == points[:1]
    assert kept[-1:] == points[-1:]
    remaining = iter(points)
    assert all(point in remaining for point in kept)


def test_a_long_curve_is_thinned_to_what_can_be_seen():
    points = [Point(step / 50_000, step / 50_000) for step in range(50_001)]

    assert len(thinned(points)) < 500
