"""What a submission comes to, once the domain's settings and its own options are heard."""

import pytest

from indicia.domains.model import Domain, DomainState
from indicia.mail.address import parse_one
from indicia.submissions.model import Asked, ClickTracking, Submission
from indicia.submissions.translating import message_of, tracking_of

NOW = 1_795_000_000.0
NO, HTML, ALL = ClickTracking.NO, ClickTracking.HTML, ClickTracking.ALL


def domain(*, tracking: bool = True) -> Domain:
    return Domain(1, 1, "news.test", DomainState.ACTIVE, frozenset(), tracking, "", 0, 0)


def submission(**fields: object) -> Submission:
    sender = parse_one("News <news@news.test>")
    assert sender is not None
    return Submission(sender=sender, to=(sender,), cc=(), recipients=(), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("by_domain", "asked", "opens", "clicks"),
    [
        (True, Asked(), True, HTML),
        (False, Asked(), False, NO),
        (True, Asked(tracking=NO), False, NO),
        (False, Asked(tracking=ALL), True, ALL),
        (False, Asked(tracking=HTML), True, HTML),
        (True, Asked(tracking=NO, clicks=HTML), False, HTML),
        (True, Asked(tracking=NO, opens=True), True, NO),
        (True, Asked(opens=False), False, HTML),
        (True, Asked(clicks=NO), True, NO),
    ],
)
def test_the_narrower_option_is_heard_over_the_wider_one(by_domain, asked, opens, clicks):
    assert tracking_of(domain(tracking=by_domain), submission(asked=asked)) == (opens, clicks)


@pytest.mark.parametrize(
    ("variables", "asked", "wanted"),
    [
        (None, Asked(), False),
        ({}, Asked(), True),
        (None, Asked(unsubscribe=True), True),
        ({}, Asked(unsubscribe=False), False),
    ],
)
def test_copies_of_one_s_own_can_be_unsubscribed_from(variables, asked, wanted):
    message, _ = message_of(domain(), submission(recipient_variables=variables, asked=asked), None, "id", NOW)

    assert message.options.wants_unsubscribe is wanted


@pytest.mark.parametrize(("asked_for", "due"), [(None, NOW), (NOW - 60, NOW), (NOW + 60, NOW + 60)])
def test_a_message_is_never_due_before_it_came(asked_for, due):
    message, _ = message_of(domain(), submission(asked=Asked(deliver_at=asked_for)), None, "id", NOW)

    assert message.deliver_at == due


def test_events_show_names_and_subject_as_people_read_them():
    sender = parse_one("=?utf-8?q?=C5=BDlu=C5=A5?= <news@news.test>")
    assert sender is not None
    message, content = message_of(
        domain(), Submission(sender=sender, to=(sender,), cc=(), recipients=(), subject="Ž"), None, "id", NOW
    )

    assert message.headers["from"] == "Žluť <news@news.test>"
    assert message.headers["subject"] == "Ž"
    assert content.sender.isascii()
