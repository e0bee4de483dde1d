"""Machines are found wherever what is posted allows it."""

import pytest

from indicia.detection.model import Category, Honeypot, Interaction
from tests.detection.story import CLICK, HOUR, OPEN, SENT, Detail, tell, touch, why
from tests.doubles.datasets import (
    BARRACUDA,
    CHROME,
    CHROME_FAKE,
    CHROME_STALE,
    EDGE,
    GATEWAY,
    GMAIL_PREFETCH,
    GOOGLEBOT,
    HEADLESS,
    IE7,
    IE_ON_MAC,
    IPHONE,
    MAC,
    MAIL_PRIVACY,
    REQUESTS,
    SLACK,
)

FULL, DOCUMENTED, BARE = Detail.FULL, Detail.DOCUMENTED, Detail.BARE
EVERY = (FULL, DOCUMENTED, BARE)
DATED = (FULL, DOCUMENTED)


def apple_mail_privacy() -> list[Interaction]:
    return [touch("10.1.1.1", MAIL_PRIVACY, 50_000, action=OPEN)]


def apple_mail_privacy_behind_a_proxy() -> list[Interaction]:
    return [touch("10.11.1.1", MAIL_PRIVACY, 500, action=OPEN)]


def gmail_prefetch() -> list[Interaction]:
    return [touch("10.9.1.1", GMAIL_PREFETCH, 3, action=OPEN, domain="gmail.test")]


def exchange_online_protection() -> list[Interaction]:
    return [touch("10.2.1.1", CHROME, 5 * HOUR), touch("10.2.1.2", CHROME, 9, action=OPEN, recipient="r2")]


def barracuda_names_itself() -> list[Interaction]:
    return [touch("10.4.1.1", BARRACUDA, 5 * HOUR)]


def library() -> list[Interaction]:
    return [touch("10.11.1.1", REQUESTS, 5 * HOUR)]


def headless() -> list[Interaction]:
    return [touch("10.11.1.1", HEADLESS, 5 * HOUR)]


def link_preview() -> list[Interaction]:
    return [touch("10.4.1.1", SLACK, 5 * HOUR)]


def crawler() -> list[Interaction]:
    return [touch("10.14.1.1", GOOGLEBOT, 50 * HOUR)]


def no_user_agent_in_a_cloud() -> list[Interaction]:
    return [touch("10.4.1.1", "", 100)]


def impossible_browser_in_a_cloud() -> list[Interaction]:
    return [touch("10.4.1.1", IE_ON_MAC, 100)]


def stale_browser_in_a_cloud() -> list[Interaction]:
    return [touch("10.4.1.1", CHROME_STALE, 100)]


def faked_browser_in_a_cloud() -> list[Interaction]:
    return [touch("10.4.1.1", CHROME_FAKE, 100)]


def rotating_fleet() -> list[Interaction]:
    return [touch(f"10.3.{n}.9", CHROME_STALE, 30 + 2 * n, recipient=f"r{n}", domain=f"d{n}.test") for n in range(12)]


def sweep_of_a_gateway() -> list[Interaction]:
    return [touch("10.4.1.1", CHROME, 43 + n / 10, link_id=f"l{n}") for n in range(9)]


def late_sweep() -> list[Interaction]:
    return [touch("10.4.1.1", CHROME, 7 * HOUR + n / 10, link_id=f"l{n}") for n in range(9)]


def sweep_over_rotating_addresses() -> list[Interaction]:
    return [touch(f"10.4.{n}.1", CHROME, 7 * HOUR + n / 10, link_id=f"l{n}") for n in range(9)]


def sweep_on_an_office_line() -> list[Interaction]:
    return [touch("10.11.4.7", CHROME, 43 + n / 10, link_id=f"l{n}") for n in range(9)]


def slow_sweep() -> list[Interaction]:
    return [touch("10.4.1.1", CHROME, 100 + 1.1 * n, link_id=f"l{n}") for n in range(10)]


def single_clicks_of_a_rotating_fleet() -> list[Interaction]:
    return [touch(f"10.4.{n}.1", CHROME, 20 + 5 * n, recipient=f"r{n}", domain=f"d{n}.test") for n in range(8)]


def instant_click() -> list[Interaction]:
    return [touch("10.4.1.1", CHROME, 1)]


def vendor_with_its_own_browser() -> list[Interaction]:
    return [touch("10.6.1.1", CHROME_STALE, 120)]


def single_clicks_of_a_sweeping_host() -> list[Interaction]:
    sweep = [touch("10.6.1.1", CHROME, 43 + n / 10, link_id=f"l{n}") for n in range(9)]
    return [
        *sweep,
        touch("10.6.1.1", EDGE, 30, recipient="r2"),
        touch("10.6.1.1", EDGE, 9, action=OPEN, recipient="r3"),
    ]


def late_pixel_of_a_sweep() -> list[Interaction]:
    sweep = [touch("10.4.1.1", CHROME, 7 * HOUR + n / 10, link_id=f"l{n}") for n in range(9)]
    return [touch("10.4.1.1", EDGE, 7 * HOUR - 33, action=OPEN), *sweep]


def hasty_reader_of_every_mail() -> list[Interaction]:
    return [
        touch("10.5.1.1", CHROME, 20 * HOUR + 2 * n, message=f"m{mail}", action=OPEN if n == 0 else CLICK)
        for mail in range(6)
        for n in range(4)
    ]


def antivirus_hours_later() -> list[Interaction]:
    return [touch("10.17.1.1", CHROME, 5 * HOUR), touch("10.17.1.2", IE7, 5 * HOUR, recipient="r2")]


def browser_before_tls() -> list[Interaction]:
    return [touch("10.4.1.1", IE7, 5 * HOUR)]


def undated_sweep() -> list[Interaction]:
    return [touch("10.4.1.1", CHROME, 0) for _ in range(12)]


def open_at_delivery() -> list[Interaction]:
    return [touch("10.4.1.1", CHROME, 9, action=OPEN)]


def before_delivery() -> list[Interaction]:
    return [touch("10.4.1.1", CHROME, -20)]


def harvester() -> list[Interaction]:
    return [
        touch("10.5.1.1", CHROME, 3 * HOUR + 90 * n, recipient=f"r{n}", message=f"m{n}", domain=f"d{n}.test")
        for n in range(25)
    ]


STORIES = [
    (apple_mail_privacy, EVERY, Category.PRIVACY_PROXY),
    (apple_mail_privacy_behind_a_proxy, EVERY, Category.PRIVACY_PROXY),
    (gmail_prefetch, EVERY, Category.MAIL_PREFETCH),
    (exchange_online_protection, EVERY, Category.SECURITY_SCANNER),
    (barracuda_names_itself, EVERY, Category.SECURITY_SCANNER),
    (library, EVERY, Category.AUTOMATION),
    (headless, EVERY, Category.AUTOMATION),
    (link_preview, EVERY, Category.LINK_PREVIEW),
    (crawler, EVERY, Category.CRAWLER),
    (no_user_agent_in_a_cloud, EVERY, None),
    (impossible_browser_in_a_cloud, EVERY, Category.SECURITY_SCANNER),
    (stale_browser_in_a_cloud, EVERY, None),
    (faked_browser_in_a_cloud, EVERY, None),
    (rotating_fleet, EVERY, None),
    (sweep_of_a_gateway, DATED, Category.SECURITY_SCANNER),
    (late_sweep, DATED, Category.SECURITY_SCANNER),
    (sweep_over_rotating_addresses, DATED, Category.SECURITY_SCANNER),
    (sweep_on_an_office_line, DATED, Category.SECURITY_SCANNER),
    (slow_sweep, DATED, Category.SECURITY_SCANNER),
    (single_clicks_of_a_rotating_fleet, DATED, Category.SECURITY_SCANNER),
    (instant_click, DATED, Category.SECURITY_SCANNER),
    (vendor_with_its_own_browser, DATED, None),
    (single_clicks_of_a_sweeping_host, DATED, Category.SECURITY_SCANNER),
    (late_pixel_of_a_sweep, DATED, Category.SECURITY_SCANNER),
    (hasty_reader_of_every_mail, DATED, None),
    (antivirus_hours_later, EVERY, None),
    (browser_before_tls, EVERY, None),
    (undated_sweep, (BARE,), None),
    (open_at_delivery, DATED, Category.SECURITY_SCANNER),
    (before_delivery, DATED, Category.SECURITY_SCANNER),
    (harvester, DATED, None),
]
CASES = [
    pytest.param(story, detail, category, id=f"{story.__name__}-{detail.value}")
    for story, details, category in STORIES
    for detail in details
]


@pytest.mark.parametrize(("story", "detail", "category"), CASES)
def test_every_interaction_is_found(story, detail, category):
    verdicts = tell(story(), detail=detail)

    assert [why(verdict) for verdict in verdicts if not verdict.is_bot] == []
    if category is not None:
        assert {verdict.category for verdict in verdicts} == {category}


def test_a_head_request_is_a_machine_anywhere():
    verdicts = tell([touch("10.11.1.1", CHROME, 5 * HOUR, method="HEAD")])

    assert verdicts[0].is_bot, why(verdicts[0])


def test_a_prefetch_is_a_machine_anywhere():
    verdicts = tell([touch("10.11.1.1", CHROME, 5 * HOUR, headers={"Sec-Purpose": "prefetch"})])

    assert verdicts[0].is_bot, why(verdicts[0])


@pytest.mark.parametrize("detail", DATED)
def test_of_a_pair_only_the_machine_is_found(detail):
    person = touch("10.11.1.1", MAC, 3 * HOUR, link_id="l1")
    copy = touch("10.4.1.1", CHROME, 3 * HOUR + 12, link_id="l1")

    verdicts = tell([person, copy], detail=detail)

    assert [verdict.is_bot for verdict in verdicts] == [False, True], why(verdicts[1])


@pytest.mark.parametrize("detail", DATED)
def test_an_antivirus_that_runs_ahead_of_the_person_is_found(detail):
    copy = touch("10.6.1.1", IE7, 3 * HOUR - 2, link_id="l1")
    person = touch("10.11.1.1", CHROME, 3 * HOUR, link_id="l1")

    verdicts = tell([copy, person], detail=detail)

    assert [verdict.is_bot for verdict in verdicts] == [True, False], why(verdicts[0])


@pytest.mark.parametrize("seconds", [0, 25])
def test_a_hidden_link_marks_its_visitor(seconds):
    visit = Honeypot(domain_id=1, message_id="m1", ip="10.4.1.1", uas=CHROME, ts=SENT + 30)

    verdicts = tell([touch("10.4.1.1", CHROME, 30 + seconds)], honeypots=[visit])

    assert verdicts[0].is_bot
    assert verdicts[0].evidence[0].signal == "honeypot.own_message"


def test_a_hidden_link_marks_the_fleet_around_its_visitor():
    visit = Honeypot(domain_id=1, message_id="m9", ip="10.4.1.1", uas=CHROME, ts=SENT + 30)

    verdicts = tell([touch("10.4.1.77", CHROME, 200, recipient="r2")], honeypots=[visit])

    assert verdicts[0].is_bot, why(verdicts[0])


def test_a_gateway_in_front_of_the_mailbox_tips_an_early_cloud_click():
    early = [touch("10.4.1.1", CHROME, 43)]

    without, with_gateway = tell(early)[0], tell(early, mx={"firm.test": GATEWAY})[0]

    assert not without.is_bot
    assert with_gateway.is_bot


def test_scanners_that_no_mx_record_shows_are_seen_by_the_company_they_scan():
    alone = [touch("10.4.1.1", CHROME, 43)]
    company = [touch(f"10.4.{n}.1", CHROME, 30 + n, recipient=f"r{n}", message=f"m{n}") for n in range(8)]

    assert not tell(alone)[0].is_bot
    assert [why(verdict) for verdict in tell(company) if not verdict.is_bot] == []


@pytest.mark.parametrize("detail", DATED)
def test_clicks_like_a_clock_are_told_from_a_readers(detail):
    clock = [touch("10.4.1.1", CHROME, HOUR + 20 * n, link_id=f"l{n}") for n in range(8)]
    reader = [touch("10.4.1.1", CHROME, HOUR + 20 * n + 3 * (n % 3) ** 2, link_id=f"l{n}") for n in range(8)]

    assert {one.signal for one in tell(clock, detail=detail)[0].evidence} >= {"metronome"}
    assert "metronome" not in {one.signal for one in tell(reader, detail=detail)[0].evidence}


def test_the_order_of_a_batch_does_not_matter():
    story = [*sweep_of_a_gateway(), *harvester(), touch("10.11.1.1", IPHONE, 500), touch("10.3.1.1", EDGE, 90)]

    forward = [verdict.is_bot for verdict in tell(story)]
    backward = [verdict.is_bot for verdict in tell(story[::-1])]

    assert forward == backward[::-1]


def test_what_swept_an_undated_mail_is_known_by_its_host():
    swept = [touch("10.4.1.1", CHROME_STALE, 0) for _ in range(7)]
    single = touch("10.4.1.1", CHROME, 0)

    verdict = tell([*swept, single], detail=BARE)[-1]

    assert verdict.is_bot, why(verdict)
    assert "host_caught" in {one.signal for one in verdict.evidence}
