"""Counts are kept by family and action, and added up from there."""

import pytest

from indicia.detection.model import Action, Interaction
from indicia.evaluation.model import Labelled
from indicia.evaluation.tally import Tally


def tally(*verdicts):
    """Count verdicts given as (family, action, whether a bot did it, whether a bot was called)."""
    counted = Tally()
    for family, action, is_bot, called in verdicts:
        misled_by = "delay" if called is not is_bot else None
        counted.count(Labelled(Interaction(), 0.0, is_bot, action, family), is_bot=called, misled_by=misled_by)
    return counted


HOME = ("home", Action.CLICK, False)
OFFICE = ("office", Action.OPEN, False)
SWEEP = ("sweep", Action.CLICK, True)
PREFETCH = ("prefetch", Action.OPEN, True)


def test_people_and_bots_are_added_up_by_action():
    scores = tally((*HOME, True), (*HOME, False), (*OFFICE, False), (*SWEEP, True), (*PREFETCH, False)).scores()

    assert (scores.people.flagged, scores.people.total) == (1, 3)
    assert (scores.people_clicks.flagged, scores.people_clicks.total) == (1, 2)
    assert (scores.people_opens.flagged, scores.people_opens.total) == (0, 1)
    assert (scores.bot_clicks.share, scores.bot_opens.share) == (1.0, 0.0)


def test_precision_is_of_those_called_bots():
    scores = tally((*HOME, True), (*SWEEP, True), (*SWEEP, True), (*SWEEP, True)).scores()

    assert scores.precision.share == 0.75


def test_the_worst_families_come_first_people_before_bots():
    families = tally((*HOME, False), (*OFFICE, True), (*SWEEP, True), (*PREFETCH, False)).families()

    assert [one.family for one in families] == ["office", "home", "prefetch", "sweep"]


def test_what_misled_is_counted_per_family():
    families = tally((*HOME, True), (*HOME, True), (*OFFICE, False)).families()

    assert [one.misled_by for one in families] == [{"delay": 2}, {}]


def test_the_worst_family_is_of_people_over_all_actions():
    counted = tally((*HOME, True), ("home", Action.OPEN, False, False), (*OFFICE, True), (*SWEEP, True))

    family, worst = counted.worst_family()

    assert (family, worst.share) == ("office", 1.0)


def test_without_people_no_family_of_theirs_is_worst():
    assert tally((*SWEEP, True)).worst_family() is None


@pytest.mark.parametrize(
    ("its", "is_better"),
    [
        (((*HOME, False), (*HOME, False), (*SWEEP, True), (*SWEEP, True)), True),
        (((*HOME, True), (*HOME, False), (*SWEEP, True), (*SWEEP, True)), False),
        (((*HOME, False), (*HOME, False), (*SWEEP, True), (*SWEEP, False)), False),
    ],
    ids=["fewer people and more bots", "as many people", "as many bots"],
)
def test_better_means_on_both_axes_at_once(its, is_better):
    ours = tally((*HOME, True), (*HOME, False), (*SWEEP, True), (*SWEEP, False)).scores()

    assert tally(*its).scores().is_better_than(ours) is is_better
