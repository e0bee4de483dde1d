"""People who look like machines must stay people, however little of them is posted."""

import msgspec
import pytest

from indicia.detection.model import Honeypot, Interaction
from tests.detection.story import CLICK, HOUR, OPEN, SENT, Detail, tell, touch, why
from tests.doubles.datasets import (
    ANDROID,
    APPLE_MAIL,
    CHROME,
    CHROME_STALE,
    CHROME_WINDOWS_7,
    EDGE,
    FIREFOX,
    GATEWAY,
    GOOGLE_PROXY,
    IPHONE,
    MAC,
    MICROSOFT_365,
    OLD_ANDROID,
    OUTLOOK,
    OUTLOOK_PROXY,
    YAHOO_PROXY,
)

OFFICE = "10.11.4.7"


def office_nat() -> list[Interaction]:
    return [touch(OFFICE, CHROME, 40 + 97 * n, recipient=f"r{n}", link_id=f"l{n % 3}") for n in range(60)]


def carrier_nat() -> list[Interaction]:
    return [touch("10.12.1.1", IPHONE, 5 * n, recipient=f"r{n}", domain=f"d{n}.test") for n in range(100)]


def web_gateway() -> list[Interaction]:
    return [touch("10.7.1.1", CHROME_STALE, 20 + 11 * n, recipient=f"r{n}") for n in range(80)]


def relay_clicks() -> list[Interaction]:
    return [touch("10.1.9.9", IPHONE, 10 + 3 * n, recipient=f"r{n}", domain="gmail.test") for n in range(30)]


def vpn_exit() -> list[Interaction]:
    browsers = [CHROME, EDGE, FIREFOX, IPHONE, MAC, ANDROID]
    return [
        touch("10.8.1.1", browsers[n % 6], 200 * (n + 1), recipient=f"r{n}", domain=f"d{n % 9}.test") for n in range(60)
    ]


def vpn_exit_in_a_cloud() -> list[Interaction]:
    browsers = [CHROME, EDGE, FIREFOX, IPHONE, MAC, ANDROID]
    return [
        touch(f"10.5.{n % 5}.1", browsers[n % 6], 700 * (n + 1), recipient=f"r{n}", domain=f"d{n % 9}.test")
        for n in range(40)
    ]


def cloud_desktops() -> list[Interaction]:
    return [touch("10.3.7.1", EDGE, 400 * (n + 1), recipient=f"r{n}") for n in range(40)]


def isolated_browser() -> list[Interaction]:
    return [touch("10.6.1.1", CHROME, HOUR * (n + 1), recipient=f"r{n}") for n in range(5)]


def isolated_browser_at_once() -> list[Interaction]:
    return [touch("10.6.1.1", CHROME, 40), touch("10.6.1.2", MAC, 4, recipient="r2")]


def outlook_on_the_web_at_once() -> list[Interaction]:
    return [touch(f"10.3.{n}.1", OUTLOOK_PROXY, 1 + 7 * n, action=OPEN, recipient=f"r{n}") for n in range(9)]


def outlook_on_a_cloud_desktop() -> list[Interaction]:
    return [touch("10.3.7.1", OUTLOOK, 20, action=OPEN)]


def code_mail() -> list[Interaction]:
    return [touch(f"10.11.{n}.9", CHROME, 15 + 2 * n, recipient=f"r{n}", message=f"m{n}") for n in range(30)]


def code_mail_on_phones() -> list[Interaction]:
    return [touch("10.12.3.9", ANDROID, 6 + n, recipient=f"r{n}", message=f"m{n}") for n in range(30)]


def triple_click() -> list[Interaction]:
    return [touch(OFFICE, CHROME, 3 * HOUR + 0.2 * n, link_id="l1") for n in range(3)]


def early_double_click() -> list[Interaction]:
    return [touch(OFFICE, CHROME, 30 + 0.3 * n, link_id="l1") for n in range(2)]


def opens_and_clicks() -> list[Interaction]:
    return [
        touch(OFFICE, OUTLOOK, 90, action=OPEN),
        touch(OFFICE, CHROME, 92, link_id="l1"),
        touch("10.11.4.8", CHROME, 50, link_id="l1", recipient="r2"),
        touch("10.11.4.8", OUTLOOK, 53, action=OPEN, recipient="r2"),
    ]


def three_links_in_a_minute() -> list[Interaction]:
    return [touch(OFFICE, CHROME, 2 * HOUR + 20 * n, link_id=f"l{n}") for n in range(3)]


def tabs_in_a_row() -> list[Interaction]:
    return [touch("10.11.4.8", MAC, 2 * HOUR + 2 * n, link_id=f"l{n}") for n in range(4)]


def old_devices() -> list[Interaction]:
    return [
        touch("10.12.5.5", OLD_ANDROID, 4 * HOUR, recipient="r1"),
        touch("10.11.5.5", CHROME_WINDOWS_7, 120, recipient="r2"),
        touch("10.11.6.5", CHROME_STALE, 9 * HOUR, recipient="r3"),
        touch("10.13.6.5", CHROME_STALE, 100, recipient="r4"),
    ]


def mail_programs() -> list[Interaction]:
    return [
        touch("10.9.1.1", GOOGLE_PROXY, 4, action=OPEN, recipient="r1", domain="gmail.test"),
        touch("10.10.1.1", YAHOO_PROXY, 9, action=OPEN, recipient="r2", domain="mailbox.test"),
        touch("10.3.1.1", OUTLOOK_PROXY, 2 * HOUR, action=OPEN, recipient="r3", domain="hotmail.test"),
        touch("10.11.1.1", OUTLOOK, 30, action=OPEN, recipient="r4"),
        touch("10.11.1.2", APPLE_MAIL, 30, action=OPEN, recipient="r5"),
        touch("10.1.1.2", APPLE_MAIL, 30, action=OPEN, recipient="r6"),
        touch("10.12.1.2", IPHONE, 8, action=OPEN, recipient="r7"),
    ]


def dated_browsers() -> list[Interaction]:
    offices = [touch(f"10.11.{n}.9", CHROME_STALE, 2 * HOUR + n, recipient=f"r{n}", message=f"m{n}") for n in range(12)]
    travellers = [
        touch(f"10.5.{n}.9", CHROME_STALE, 3 * HOUR + 7 * n, recipient=f"t{n}", message=f"m{n}") for n in range(3)
    ]
    return [*offices, *travellers]


STORIES = [
    office_nat,
    carrier_nat,
    web_gateway,
    relay_clicks,
    vpn_exit,
    vpn_exit_in_a_cloud,
    cloud_desktops,
    isolated_browser,
    isolated_browser_at_once,
    outlook_on_the_web_at_once,
    outlook_on_a_cloud_desktop,
    code_mail,
    code_mail_on_phones,
    triple_click,
    early_double_click,
    opens_and_clicks,
    three_links_in_a_minute,
    tabs_in_a_row,
    old_devices,
    mail_programs,
    dated_browsers,
]


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_nobody_is_taken_for_a_bot(story, detail):
    verdicts = tell(story(), detail=detail)

    assert [why(verdict) for verdict in verdicts if verdict.is_bot] == []


@pytest.mark.parametrize("detail", [Detail.FULL, Detail.DOCUMENTED])
@pytest.mark.parametrize("provider", [GATEWAY, MICROSOFT_365], ids=lambda provider: provider.name)
@pytest.mark.parametrize("story", [office_nat, web_gateway, code_mail, opens_and_clicks], ids=lambda s: s.__name__)
def test_a_filtered_mailbox_still_has_a_reader(story, provider, detail):
    verdicts = tell(story(), detail=detail, mx={"firm.test": provider})

    assert [why(verdict) for verdict in verdicts if verdict.is_bot] == []


@pytest.mark.parametrize("detail", [Detail.FULL, Detail.DOCUMENTED])
def test_a_reader_after_a_scanner_stays_a_reader(detail):
    sweep = [touch(f"10.3.{n}.4", CHROME_STALE, 40 + n / 20, link_id=f"l{n}") for n in range(9)]
    reader = touch(OFFICE, CHROME, 55, link_id="l3")

    verdicts = tell([*sweep, reader], detail=detail)

    assert [verdict.is_bot for verdict in verdicts] == [True] * 9 + [False], why(verdicts[-1])


@pytest.mark.parametrize("detail", [Detail.FULL, Detail.DOCUMENTED])
def test_a_reader_in_the_very_second_of_a_sweep_stays_a_reader(detail):
    sweep = [touch("10.4.1.4", CHROME_STALE, 40 + n / 20, link_id=f"l{n}") for n in range(9)]
    reader = touch(OFFICE, CHROME, 40.3, link_id="l3")

    verdicts = tell([*sweep, reader], detail=detail)

    assert not verdicts[-1].is_bot, why(verdicts[-1])


def test_a_tap_on_a_blank_area_at_work_is_a_tap_and_no_scan():
    tap = Honeypot(domain_id=1, message_id="m1", ip=OFFICE, uas=CHROME, ts=SENT + 40)

    verdicts = tell([touch(OFFICE, CHROME, 43)], honeypots=[tap], mx={"firm.test": GATEWAY})

    assert not verdicts[0].is_bot, why(verdicts[0])


def test_a_tap_on_a_blank_area_does_not_condemn_those_behind_the_same_address():
    tap = Honeypot(domain_id=1, message_id="m0", ip="10.12.1.1", uas=IPHONE, ts=SENT + 30)
    others = [touch("10.12.1.1", IPHONE, 20 + n, recipient=f"r{n}", message=f"m{n}") for n in range(1, 20)]

    verdicts = tell(others, honeypots=[tap])

    assert [why(verdict) for verdict in verdicts if verdict.is_bot] == []


def test_one_weak_companion_does_not_condemn_a_cloud_address():
    weak = [
        touch("10.5.6.1", CHROME, 45, recipient="r6"),
        touch("10.5.1.1", CHROME, 5 * HOUR, recipient="r1"),
        touch("10.5.2.1", CHROME, 200, recipient="r2"),
        touch("10.5.3.1", IPHONE, 35, recipient="r3", domain="gmail.test"),
        touch("10.5.4.1", CHROME_WINDOWS_7, 5 * HOUR, recipient="r4"),
        touch("10.5.5.1", CHROME_STALE, 5 * HOUR, recipient="r5"),
    ]

    verdicts = tell(weak)

    assert [why(verdict) for verdict in verdicts if verdict.is_bot] == []


def mailed_later(interaction: Interaction, seconds: float) -> Interaction:
    return msgspec.structs.replace(
        interaction,
        ts=interaction.ts + seconds,
        message_ts=interaction.message_ts + seconds,
        delivered_ts=interaction.delivered_ts + seconds,
    )


def test_where_mails_are_clicked_at_once_an_early_click_is_discounted():
    readers = [
        mailed_later(touch(f"10.11.{n}.9", CHROME, 20 + n, recipient=f"r{n}", message=f"m{n}"), n * HOUR)
        for n in range(40)
    ]
    on_vpn = touch("10.5.3.9", EDGE, 30, recipient="v", message="v")

    verdict = tell([*readers, on_vpn])[-1]

    assert "early_is_usual" in {one.signal for one in verdict.evidence}
    assert not verdict.is_bot, why(verdict)


def test_a_returning_reader_is_recognised():
    visits = [
        touch(OFFICE, CHROME_STALE, 30, message="m1"),
        touch("10.11.77.7", CHROME_STALE, 30 + 30 * HOUR, message="m2"),
    ]

    verdicts = tell(visits)

    assert "familiar_client" in {one.signal for one in verdicts[1].evidence}


def test_who_reads_late_on_a_cloud_desktop_is_recognised_when_they_are_fast():
    visits = [
        touch("10.3.7.1", CHROME_STALE, 5 * HOUR, message="m1"),
        touch("10.3.7.9", CHROME_STALE, 30 + 30 * HOUR, message="m2"),
    ]

    verdicts = tell(visits)

    assert "familiar_client" in {one.signal for one in verdicts[1].evidence}


@pytest.mark.parametrize(("ip", "after"), [("10.3.7.1", 40), ("10.4.7.1", 5 * HOUR)])
def test_what_scans_from_a_cloud_is_no_familiar_client(ip, after):
    """Microsoft's scanner comes at once; in other clouds nobody works, whatever the hour."""
    visits = [touch(ip, CHROME_STALE, after, message="m1"), touch(ip, CHROME_STALE, 30 + 30 * HOUR, message="m2")]

    verdicts = tell(visits)

    assert "familiar_client" not in {one.signal for one in verdicts[1].evidence}


def test_an_open_and_three_links_in_one_undated_batch_are_a_readers_even_in_a_cloud():
    read = [touch("10.5.3.9", CHROME, 0) for _ in range(4)]

    verdicts = tell(read, detail=Detail.BARE)

    assert [why(verdict) for verdict in verdicts if verdict.is_bot] == []


def test_a_click_in_an_undated_batch_is_not_a_burst():
    clicks = [touch(OFFICE, CHROME, 0, action=CLICK) for _ in range(30)]

    verdicts = tell(clicks, detail=Detail.BARE)

    assert not any(verdict.is_bot for verdict in verdicts)
