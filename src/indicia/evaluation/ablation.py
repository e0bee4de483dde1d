"""Finds the groups of weights on which a verdict hangs, by weighing again without each of them."""

from collections.abc import Sequence

from indicia.detection.model import Finding
from indicia.detection.verdict import decide
from indicia.detection.weights import WEIGHTS


def turned_by(findings: Sequence[Finding], *, is_bot: bool, threshold: float) -> tuple[str, ...]:
    """Name the groups without which `findings`, judged `is_bot`, would have been judged the other way."""
    groups = dict.fromkeys(_group(finding) for finding in findings)
    return tuple(group for group in groups if decide(_without(findings, group), threshold) is not is_bot)


def _without(findings: Sequence[Finding], group: str) -> list[Finding]:
    return [finding for finding in findings if _group(finding) != group]


def _group(finding: Finding) -> str:
    return WEIGHTS[finding.signal].group.title
