import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.detection.model import Category, Finding
from indicia.detection.options import DetectionOptions
from indicia.detection.verdict import decide, weigh
from indicia.detection.weights import AGENT, HUMAN_CAP, PRIOR, WEIGHTS

THRESHOLD = DetectionOptions().threshold


def found(*names, measure=0.0):
    return [Finding(name, "because", measure=measure) for name in names]


def log_odds(verdict):
    return math.log(verdict.probability / (1 - verdict.probability))


def test_without_evidence_the_prior_decides_for_a_person():
    verdict = weigh([], THRESHOLD)

    assert not verdict.is_bot
    assert verdict.category is Category.HUMAN
    assert log_odds(verdict) == pytest.approx(PRIOR)


def test_weights_add_up_to_the_probability():
    verdict = weigh(found("network.hosting", "full_build"), THRESHOLD)

    assert log_odds(verdict) == pytest.approx(PRIOR + sum(one.weight for one in verdict.evidence))


def test_the_strongest_evidence_comes_first_and_names_the_category():
    verdict = weigh(found("network.hosting", "declared_library"), THRESHOLD)

    assert verdict.evidence[0].signal == "declared_library"
    assert verdict.category is Category.AUTOMATION


def test_a_group_is_capped_and_the_shown_weights_with_it():
    verdict = weigh(found("empty_agent", "impossible_agent", "full_build"), THRESHOLD)

    assert sum(one.weight for one in verdict.evidence) == pytest.approx(AGENT.highest)


def test_all_that_speaks_for_a_person_does_not_outweigh_what_no_person_causes():
    ordinary = found("network.relay.safari", "current_browser.not_desktop_chromium", "opened_before")
    late = found("click_delay.people", "familiar_client", measure=90_000.0)

    verdict = weigh([*ordinary, *late, *found("declared_library")], THRESHOLD)

    assert verdict.is_bot
    assert sum(one.weight for one in verdict.evidence if one.weight < 0) == pytest.approx(HUMAN_CAP)


def test_a_data_centre_alone_decides_nothing():
    assert not weigh(found("network.hosting"), THRESHOLD).is_bot


@pytest.mark.parametrize("network", ["network.hosting", "network.microsoft", "network.cdn", "network.vpn"])
@pytest.mark.parametrize(
    "weak", ["full_build", "network.mail_provider", "provider.gateway", "unknown_agent", "provider.microsoft"]
)
def test_a_cloud_and_one_weak_companion_decide_nothing(network, weak):
    assert not weigh(found(network, weak), THRESHOLD).is_bot


@pytest.mark.parametrize("network", ["network.eyeball", "network.mobile", "network.education"])
def test_among_people_timing_and_a_stale_browser_decide_nothing(network):
    findings = [
        *found(network),
        *found("click_delay.people", measure=30.0),
        *found("stale_browser.among_people", measure=3_000.0),
        *found("provider.gateway"),
    ]

    assert not weigh(findings, THRESHOLD).is_bot


@given(st.lists(st.tuples(st.sampled_from(sorted(WEIGHTS)), st.floats(-1e9, 1e9)), max_size=12))
def test_any_findings_make_a_verdict_that_adds_up(drawn):
    verdict = weigh([Finding(name, "because", measure=measure) for name, measure in drawn], THRESHOLD)

    total = PRIOR + sum(one.weight for one in verdict.evidence)
    assert 0 < verdict.probability < 1
    assert verdict.probability == pytest.approx(1 / (1 + math.exp(-total)))
    assert verdict.is_bot == (verdict.category is not Category.HUMAN)


@given(st.lists(st.tuples(st.sampled_from(sorted(WEIGHTS)), st.floats(-10, 1e5)), max_size=12))
def test_a_missing_time_changes_how_sure_a_verdict_is_and_never_the_verdict(drawn):
    findings = [Finding(name, "because", measure=measure) for name, measure in drawn]

    dated, undated = weigh(findings, THRESHOLD), weigh(findings, THRESHOLD, is_undated=True)

    assert undated.is_bot == dated.is_bot == (undated.probability >= THRESHOLD)
    assert undated.probability >= dated.probability or undated.probability == pytest.approx(THRESHOLD, abs=0.01)


def test_a_bare_cloud_is_as_likely_a_machine_as_clouds_mostly_are():
    findings = found("network.hosting", "current_browser")

    assert weigh(findings, THRESHOLD).probability < 0.4
    assert 0.7 < weigh(findings, THRESHOLD, is_undated=True).probability < THRESHOLD


def test_a_bare_home_line_is_still_owed_the_prior():
    findings = found("network.eyeball", "current_browser")

    assert weigh(findings, THRESHOLD, is_undated=True) == weigh(findings, THRESHOLD)


@given(st.lists(st.tuples(st.sampled_from(sorted(WEIGHTS)), st.floats(-10, 1e5)), max_size=12))
def test_deciding_says_what_the_whole_verdict_says(drawn):
    findings = [Finding(name, "because", measure=measure) for name, measure in drawn]

    assert decide(findings, THRESHOLD) == weigh(findings, THRESHOLD).is_bot


@pytest.mark.parametrize("name", sorted(WEIGHTS))
def test_every_row_has_a_rising_measure_an_origin_and_fits_its_group(name):
    row = WEIGHTS[name]
    measures = [measure for measure, _ in row.curve]

    assert measures == sorted(set(measures))
    assert row.origin
    assert all(row.group.lowest <= nats <= row.group.highest for _, nats in row.curve)
