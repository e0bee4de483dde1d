"""The score is the lowest cap, and the documented anchors are met."""

import pytest

from indicia.validation.model import AcceptAll, Facts, Finding, Origin, Reason
from indicia.validation.score import caps, looks_random

ACCEPTED = Finding(Reason.ACCEPTED_EMAIL, Origin.PROBE, AcceptAll.NO)
UNKNOWN = Finding(Reason.TIMEOUT, Origin.PROBE)


@pytest.mark.parametrize(
    ("facts", "finding", "sendex"),
    [
        (Facts(), ACCEPTED, 1.0),
        (Facts(is_free=True), ACCEPTED, 1.0),
        (Facts(is_role=True), ACCEPTED, 0.7),
        (Facts(), ACCEPTED._replace(accept_all=AcceptAll.YES), 0.7),
        (Facts(), ACCEPTED._replace(accept_all=AcceptAll.UNKNOWN), 0.9),
        (Facts(is_disposable=True), ACCEPTED, 0.0),
        (Facts(is_random=True, is_free=True), ACCEPTED, 0.5),
        (Facts(), ACCEPTED._replace(is_full=True), 0.4),
        (Facts(), ACCEPTED._replace(has_complained=True), 0.1),
        (Facts(), UNKNOWN, 0.6),
        (Facts(is_role=True), UNKNOWN, 0.4),
        (Facts(), Finding(Reason.REJECTED_EMAIL, Origin.PROBE), 0.0),
    ],
)
def test_score_is_that_of_the_lowest_cap(facts, finding, sendex):
    assert caps(facts, finding)[0].at_most == sendex


@pytest.mark.parametrize("local", ["xkcdqwrtzp", "a8f3k2j9d0x1", "sdfghjkl"])
def test_letters_that_nobody_chooses_look_random(local):
    assert looks_random(local)


@pytest.mark.parametrize(
    "local", ["john.smith", "schwarzkopf", "anna1984", "user20261128", "wojciechbrzezinski", "jürgengroßmann"]
)
def test_names_and_years_do_not_look_random(local):
    assert not looks_random(local)
