"""Hits and near misses; in-app browsers, televisions and old telephones are people."""

import pytest

from indicia.datasets.contradictions import contradiction

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"

HITS = {
    "Internet Explorer outside Windows": "Mozilla/5.0 (compatible; MSIE 9.0; Macintosh; Trident/5.0)",
    "Safari on Windows 7 or later": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0 "
        "Safari/605.1.15"
    ),
    "Chrome 120 on Windows NT 5.1": f"Mozilla/5.0 (Windows NT 5.1) {WEBKIT} Chrome/120.0.0.0 Safari/537.36",
    "Chrome 110 on Windows NT 6.1": f"Mozilla/5.0 (Windows NT 6.1; Win64) {WEBKIT} Chrome/110.0.0.0 Safari/537.36",
    "Firefox 130 on Windows NT 6.0": "Mozilla/5.0 (Windows NT 6.0; rv:130.0) Gecko/20100101 Firefox/130.0",
    "Firefox 130 with rv:120": "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/130.0",
    "desktop Chrome on iOS": (
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) {WEBKIT} Chrome/120.0.0.0 Mobile Safari/537.36"
    ),
    "Edge without a Chrome token": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Safari/537.36 Edg/120.0.0.0",
    "Windows NT and Macintosh at once": (
        f"Mozilla/5.0 (Windows NT 10.0; Macintosh; x64) {WEBKIT} Chrome/120.0.0.0 Safari/537.36"
    ),
    "browser version 0": f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/0.0.0.0 Safari/537.36",
    "unbalanced parentheses": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like",
    "platform without a browser": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
    "Chrome without AppleWebKit/537.36": (
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/605.1.15 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/605.1.15"
    ),
}

NEAR_MISSES = {
    "Internet Explorer 11": "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
    "Windows Phone plays three systems": (
        "Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; Trident/7.0; Touch; rv:11.0; IEMobile/11.0; NOKIA; "
        "Lumia 520) like iPhone OS 7_0_3 Mac OS X AppleWebKit/537 (KHTML, like Gecko) Mobile Safari/537"
    ),
    "the last Chrome for Windows 7": f"Mozilla/5.0 (Windows NT 6.1) {WEBKIT} Chrome/109.0.0.0 Safari/537.36",
    "the last Firefox for Windows 7": "Mozilla/5.0 (Windows NT 6.1; rv:109.0) Gecko/20100101 Firefox/115.0",
    "Chrome on iPhone": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "CriOS/156.0.8078.50 Mobile/15E148 Safari/604.1"
    ),
    "Edge on iPhone": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.0 EdgiOS/140.0.3485.94 Mobile/15E148 Safari/605.1.15"
    ),
    "Facebook on Android": (
        "Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/150.0.7600.10 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/480.0.0.54.88;]"
    ),
    "Instagram on iPhone": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Mobile/15E148 Instagram 330.0.3.29.94 (iPhone14,5; iOS 17_5; en_GB; en-GB; scale=3.00; 1170x2532; 604)"
    ),
    "a television": (f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/94.0.4606.128 Safari/537.36 WebAppManager"),
    "a Samsung television": (f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) {WEBKIT} 76.0.3809.146/6.0 TV Safari/537.36"),
    "KaiOS": "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
    "UC Browser": (
        "Mozilla/5.0 (Linux; U; Android 10; en-US; RMX1911) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        "Chrome/78.0.3904.108 UCBrowser/13.4.0.1306 Mobile Safari/537.36"
    ),
    "Opera": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0",
    "Xbox": (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) {WEBKIT} Chrome/90.0.4430.85 Safari/537.36 "
        "Edge/44.18363.8131"
    ),
    "an old database cut the string": (
        f"Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) {WEBKIT} Version/4.0 Chrome/120.0.6099.43 Mobile Safari/537.36 "
        "[FB_IAB/FB4A;FBAV/443.0.0.23.229;IABMV/1;] Something (long and cut here, as columns of 255 characters do"
    ),
    "not a browser at all": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots",
}


@pytest.mark.parametrize("expected", HITS)
def test_a_contradiction_is_named(expected: str) -> None:
    assert contradiction(HITS[expected]) == expected


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_a_real_client_is_not_contradicted(case: str) -> None:
    assert contradiction(NEAR_MISSES[case]) is None
