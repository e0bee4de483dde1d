"""The drawing of a verdict adds up to it, whatever was capped."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from indicia.cli.waterfall import _steps, waterfall
from indicia.detection.model import Finding
from indicia.detection.verdict import weigh
from indicia.detection.weights import WEIGHTS

findings = st.lists(
    st.builds(Finding, signal=st.sampled_from(sorted(WEIGHTS)), sentence=st.just("so"), measure=st.floats(-10, 1e5)),
    max_size=12,
)


@given(findings, st.booleans())
def test_the_steps_add_up_to_the_probability(found, is_undated):
    verdict = weigh(found, 0.8, is_undated=is_undated)

    total = sum(step.nats for step in _steps(verdict))

    assert 1 / (1 + math.exp(-total)) == pytest.approx(verdict.probability, abs=0.02)


@given(findings)
def test_any_verdict_can_be_drawn(found):
    console = Console(width=140)

    with console.capture() as drawn:
        console.print(waterfall(weigh(found, 0.8), 0.8))

    assert "prior" in drawn.get()


def test_a_cap_that_bites_is_a_step_of_its_own():
    verdict = weigh([Finding("link_sweep", "so", measure=9), Finding("click_sweep", "so", measure=9)], 0.8)

    titles = [step.title for step in _steps(verdict)]

    assert titles == ["prior", "link_sweep", "click_sweep", "cap"]
    assert [one.uncapped for one in verdict.evidence] == [9.0, 7.0]


def test_the_cap_on_people_is_told_from_a_groups():
    speaking_for_a_person = ["image_proxy", "network.eyeball", "click_delay.people", "familiar_client"]
    verdict = weigh([Finding(signal, "so", measure=1e6) for signal in speaking_for_a_person], 0.8)

    caps = {step.because for step in _steps(verdict) if step.title == "cap"}

    assert caps == {"all that speaks for a person counts -4.5 at most"}
