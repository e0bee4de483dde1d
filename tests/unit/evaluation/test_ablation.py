"""A verdict hangs on those groups without which it would be the other one."""

from indicia.detection.model import Finding
from indicia.detection.verdict import weigh
from indicia.evaluation.ablation import turned_by

THRESHOLD = 0.8


def groups(*signals):
    findings = [Finding(signal, "", measure=6) for signal in signals]
    return turned_by(findings, is_bot=weigh(findings, THRESHOLD).is_bot, threshold=THRESHOLD)


def test_a_verdict_of_one_finding_hangs_on_it():
    assert groups("declared_crawler") == ("identity",)


def test_two_sufficient_findings_make_up_for_each_other():
    assert groups("declared_crawler", "head_request") == ()


def test_a_person_may_be_one_because_of_a_group():
    assert groups("impossible_agent", "opened_before") == ("recipient",)


def test_nothing_found_hangs_on_nothing():
    assert groups() == ()
