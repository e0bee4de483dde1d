"""What our own mail has shown about a domain corrects what was found out, and no mailbox is judged by another's."""

import pytest

from indicia.messages.model import Destination
from indicia.validation.mail_hosts import DNS_SILENT, NULL_MX
from indicia.validation.model import AcceptAll, Finding, Origin, Reason
from indicia.validation.track_record import record_of, weigh

NOW = 1_800_000_000.0
DAY = 86_400.0
NO_DOMAIN = Finding(Reason.INVALID_DOMAIN, Origin.DNS, detail="The domain does not exist")
ACCEPTED = Finding(Reason.ACCEPTED_EMAIL, Origin.PROBE, AcceptAll.YES)
NOT_REACHED = Finding(Reason.NO_CONNECT, Origin.PROBE, detail="No mail host could be reached")
TOOK = Destination(took_at=NOW - DAY)


def weighed(found: Finding, shown: Destination | None) -> Finding:
    return weigh(found, record_of(shown, NOW), NOW)


@pytest.mark.parametrize("found", [NO_DOMAIN, DNS_SILENT, NOT_REACHED, Finding(Reason.INVALID_SMTP, Origin.PROBE)])
def test_domain_that_took_mail_this_week_is_only_out_of_order(found):
    judged = weighed(found, TOOK)

    assert (judged.reason, judged.origin) == (Reason.UNAVAILABLE_SMTP, Origin.DELIVERIES)
    assert judged.detail.endswith("mail from this domain was delivered there on 2027-01-14")
    assert judged.ask_again_at == NOW + 900


def test_domain_that_says_itself_that_it_takes_no_mail_is_believed():
    assert weighed(NULL_MX, TOOK) == NULL_MX


@pytest.mark.parametrize(
    "shown",
    [None, Destination(), Destination(took_at=NOW - 8 * DAY), Destination(refused_at=NOW), Destination(came_back=5)],
)
def test_what_was_found_stands_where_mail_shows_nothing_about_it(shown):
    assert weighed(NO_DOMAIN, shown) == NO_DOMAIN


@pytest.mark.parametrize(
    ("shown", "accept_all"),
    [
        (Destination(refused_at=NOW - DAY), AcceptAll.NO),
        (Destination(refused_at=NOW - DAY, took_at=NOW, came_back=9, came_back_at=NOW), AcceptAll.NO),
        (Destination(took_at=NOW, came_back=2, came_back_at=NOW), AcceptAll.YES),
        (Destination(took_at=NOW, came_back=1, came_back_at=NOW), AcceptAll.UNKNOWN),
        (Destination(took_at=NOW, came_back=2, came_back_at=NOW - 32 * DAY), AcceptAll.UNKNOWN),
        (Destination(came_back=2, came_back_at=NOW), AcceptAll.UNKNOWN),
        (Destination(refused_at=NOW - 32 * DAY), AcceptAll.UNKNOWN),
    ],
)
def test_whether_a_domain_takes_everything_is_shown_by_two_that_came_back_or_one_that_was_refused(shown, accept_all):
    assert record_of(shown, NOW).accept_all is accept_all


def test_own_mail_beats_a_probe_about_accept_all_and_says_nothing_where_it_knows_nothing():
    refused = Destination(refused_at=NOW)

    assert weighed(ACCEPTED, refused).accept_all is AcceptAll.NO
    assert weighed(ACCEPTED, TOOK).accept_all is AcceptAll.YES


@pytest.mark.parametrize(
    "shown",
    [
        Destination(took_at=NOW, came_back=1_000, came_back_at=NOW),
        Destination(refused_at=NOW),
        Destination(unreached_since=NOW - 9 * DAY, unreached_at=NOW),
    ],
)
@pytest.mark.parametrize("found", [ACCEPTED, Finding(Reason.TIMEOUT, Origin.PROBE), NOT_REACHED])
def test_no_mailbox_is_condemned_by_what_befell_another(shown, found):
    assert weighed(found, shown).reason in {found.reason, Reason.UNAVAILABLE_SMTP}


def test_domain_that_nothing_reaches_for_a_day_and_that_dns_is_silent_about_is_none():
    unreached = Destination(unreached_since=NOW - 3 * DAY, unreached_at=NOW - DAY)

    judged = weighed(DNS_SILENT, unreached)

    assert (judged.reason, judged.origin) == (Reason.INVALID_DOMAIN, Origin.DELIVERIES)
    assert judged.detail == "DNS did not answer, and no mail from this domain has got there since 2027-01-12"


@pytest.mark.parametrize(
    "shown",
    [
        Destination(unreached_since=NOW - DAY / 2, unreached_at=NOW),
        Destination(unreached_since=NOW - 3 * DAY, unreached_at=NOW, refused_at=NOW - DAY / 2),
        Destination(unreached_since=NOW - 40 * DAY, unreached_at=NOW - 35 * DAY),
    ],
)
def test_short_outages_and_old_ones_condemn_no_domain(shown):
    assert weighed(DNS_SILENT, shown) == DNS_SILENT


def test_what_befell_the_address_itself_is_not_corrected_by_its_domain():
    own = Finding(Reason.ACCEPTED_EMAIL, Origin.DELIVERIES, AcceptAll.NO)

    assert weighed(own, Destination(took_at=NOW, came_back=2, came_back_at=NOW)) == own
