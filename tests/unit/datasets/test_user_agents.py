from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.datasets.model import AgentKind
from indicia.datasets.registry import Datasets

HUMAN = [
    line
    for line in (Path(__file__).parent / "human_user_agents.txt").read_text().splitlines()
    if not line.startswith("#")
]
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/{{}} Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
MAC_MAIL = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"

KINDS = [
    ("", AgentKind.EMPTY, ""),
    (" \t", AgentKind.EMPTY, ""),
    ("Mozilla/5.0", AgentKind.MAIL_PRIVACY, "apple-mail-privacy"),
    (CHROME.format("42.0.2311.135") + " Edge/12.246 Mozilla/5.0", AgentKind.GMAIL_PREFETCH, "gmail-prefetch"),
    (
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        AgentKind.IMAGE_PROXY,
        "google-image-proxy",
    ),
    (
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
        AgentKind.IMAGE_PROXY,
        "yahoo-mail-proxy",
    ),
    ("OutlookImageProxy", AgentKind.IMAGE_PROXY, "outlook-image-proxy"),
    (
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
        AgentKind.MAIL_CLIENT,
        "outlook",
    ),
    (
        "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/8.0; Microsoft Outlook 16.0.5; ms-office)",
        AgentKind.MAIL_CLIENT,
        "outlook",
    ),
    ("Outlook-iOS/2.0", AgentKind.MAIL_CLIENT, "outlook"),
    ("MacOutlook/16.105.26100412 (Intelx64 Mac OS X Version 15.6)", AgentKind.MAIL_CLIENT, "outlook"),
    (
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5",
        AgentKind.MAIL_CLIENT,
        "thunderbird",
    ),
    (MAC_MAIL, AgentKind.MAIL_CLIENT, "apple-mail"),
    ("Mail/3826 CFNetwork/1568 Darwin/24.1.0", AgentKind.MAIL_CLIENT, "apple-mail"),
    ("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)", AgentKind.MAIL_CLIENT, "android-app"),
    ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", AgentKind.PREVIEWER, "slack"),
    ("WhatsApp/2.23.20.0 A", AgentKind.PREVIEWER, "whatsapp"),
    (f"{MAC_MAIL} Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0", AgentKind.PREVIEWER, "imessage"),
    ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", AgentKind.PREVIEWER, "skype-teams"),
    ("TelegramBot (like TwitterBot)", AgentKind.PREVIEWER, "telegram"),
    ("LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient)", AgentKind.PREVIEWER, "linkedin"),
    ("Barracuda Sentinel (EE)", AgentKind.SECURITY_SCANNER, "barracuda"),
    ("Google-Safety", AgentKind.SECURITY_SCANNER, "google-safety"),
    (CHROME.format("157.0.0.0").replace("Chrome/", "HeadlessChrome/"), AgentKind.HEADLESS, "chrome-headless"),
    ("python-requests/2.32.3", AgentKind.LIBRARY, "python"),
    ("curl/8.9.1", AgentKind.LIBRARY, "curl"),
    ("Go-http-client/2.0", AgentKind.LIBRARY, "go"),
    ("okhttp/4.12.0", AgentKind.LIBRARY, "okhttp"),
    ("axios/1.7.2", AgentKind.LIBRARY, "node"),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", AgentKind.CRAWLER, "googlebot"),
    ("SomeNewThing/1.0 (crawler; +https://new.test/)", AgentKind.CRAWLER, "generic"),
    (CHROME.format("157.0.0.0"), AgentKind.BROWSER, "Chrome"),
    ("nothing anybody knows", AgentKind.OTHER, ""),
    ("UnheardOfMail/7.2", AgentKind.OTHER, ""),
]


@pytest.mark.parametrize(("uas", "kind", "name"), KINDS)
def test_a_client_is_what_it_says(shipped: Datasets, uas: str, kind: AgentKind, name: str) -> None:
    agent = shipped.user_agents.read(uas)

    assert (agent.kind, agent.name) == (kind, name)


@pytest.mark.parametrize("uas", HUMAN)
def test_nothing_speaks_against_a_person(shipped: Datasets, uas: str) -> None:
    agent = shipped.user_agents.read(uas)

    assert agent.kind in {AgentKind.BROWSER, AgentKind.MAIL_CLIENT}
    assert agent.impossible is None


@pytest.mark.parametrize(
    ("uas", "family", "major", "os", "is_mobile"),
    [
        (CHROME.format("157.0.0.0"), "chrome", 157, "windows", False),
        (CHROME.format("157.0.0.0") + " Edg/157.0.0.0", "edge", 157, "windows", False),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/157.0.0.0 Mobile Safari/537.36",
            "chrome",
            157,
            "android",
            True,
        ),
        (
            f"{IPHONE} Version/26.0 Mobile/15E148 Safari/604.1",
            "mobile_safari",
            26,
            "ios",
            True,
        ),
        (MAC_MAIL + " Version/26.0 Safari/605.1.15", "safari", 26, "macos", False),
        (
            f"Mozilla/5.0 (Linux; Android 14; K) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
            "samsung",
            28,
            "android",
            True,
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "firefox", 150, "linux", False),
    ],
)
def test_a_browser_has_family_version_system_and_age(
    shipped: Datasets, uas: str, family: str, major: int, os: str, *, is_mobile: bool
) -> None:
    agent = shipped.user_agents.read(uas)

    assert (agent.family, agent.major, agent.os, agent.is_mobile) == (family, major, os, is_mobile)
    assert agent.released_on is not None


@pytest.mark.parametrize(
    ("uas", "full_build"),
    [
        (CHROME.format("101.0.4951.54"), True),
        (CHROME.format("157.0.0.0"), False),
        (CHROME.format("100.0.4896.60"), False),
        (CHROME.format("145.0.0.0") + " Edg/145.0.3800.70", True),
        (CHROME.format("120.0.0.0") + " Edg/120.0.2210.91", False),
        (CHROME.format("130.0.6723.59").replace(" Safari", " Electron/33.0.2 Safari"), False),
        (CHROME.format("140.0.0.0") + " OPR/124.0.5705.15", False),
    ],
)
def test_a_build_that_browsers_reduce_today_is_seen(shipped: Datasets, uas: str, *, full_build: bool) -> None:
    assert shipped.user_agents.read(uas).full_build is full_build


def test_a_chrome_that_cannot_exist_yet_is_impossible(shipped: Datasets) -> None:
    assert shipped.user_agents.read(CHROME.format("999.0.0.0")).impossible == "Chrome 999 does not exist yet"


def test_newest_is_by_day_of_release(shipped: Datasets) -> None:
    assert shipped.user_agents.newest("chrome", date(2022, 4, 1)) == (100, date(2022, 3, 29))
    assert shipped.user_agents.newest("chrome", date(2000, 1, 1)) is None
    assert shipped.user_agents.newest("no such browser", date(2026, 1, 1)) is None


@given(st.text(max_size=3000))
def test_any_string_has_an_answer(shipped: Datasets, uas: str) -> None:
    agent = shipped.user_agents.read(uas)

    assert agent == shipped.user_agents.read(uas[:1024])


@pytest.mark.parametrize("uas", ["Chrome/" + "9" * 1000, "Mozilla/5.0 (" + "(" * 1000, "\ud800", "Firefox/" + "1" * 50])
def test_hostile_strings_have_an_answer(shipped: Datasets, uas: str) -> None:
    assert shipped.user_agents.read(uas).kind
