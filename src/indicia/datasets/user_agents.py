"""Reads a User-Agent header: what kind of client it claims to be, which version, and whether that can be true."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from ua_parser.loaders import load_builtins
from ua_parser.regex import Resolver

from indicia.datasets.agent_patterns import AgentPatterns
from indicia.datasets.browser_releases import BrowserReleases
from indicia.datasets.contradictions import contradiction
from indicia.datasets.model import AgentKind, UserAgent
from indicia.datasets.sections import Section

# Real strings are 60 to 400 characters long; longer ones gain nothing and cost time.
_MAX_CHARS = 1024

# At most 16 MiB of cached strings when every one is as long as allowed; usually under 4 MiB.
_CACHED_AGENTS = 8_192

# ua-parser's names -> ours, where a lower-case slug would not do.
_FAMILIES = {
    "Chrome Mobile": "chrome",
    "Chromium": "chrome",
    "Chrome Mobile iOS": "chrome_ios",
    "Chrome Mobile WebView": "webview",
    "Edge Mobile": "edge",
    "Firefox Mobile": "firefox",
    "Mobile Safari UI/WKWebView": "mobile_safari",
    "Samsung Internet": "samsung",
    "Opera Mobile": "opera_android",
}
# Browsers on iOS carry the numbers of their desktop sisters and follow within days.
_RELEASED_AS = {"chrome_ios": "chrome", "firefox_ios": "firefox"}
_SYSTEMS = {"Mac OS X": "macos", "Chrome OS": "chromeos", "Ubuntu": "linux", "Fedora": "linux", "Debian": "linux"}

_NOT_A_SLUG = re.compile(r"[^a-z0-9]+")
_CHROME = re.compile(r"Chrome/(\d+)\.")

# A plain desktop Chrome or Edge and nothing else: forks, Electron applications and web views keep full builds.
_PLAIN_CHROMIUM = re.compile(
    r"^Mozilla/5\.0 \((?:Windows NT|Macintosh|X11)[^()]*\) AppleWebKit/537\.36 \(KHTML, like Gecko\) "
    r"Chrome/(?P<major>\d+)\.(?P<build>[\d.]+) Safari/537\.36(?: Edg/(?P<edge>\d+)\.(?P<edge_build>[\d.]+))?$"
)
_REDUCED_BUILD = "0.0.0"
# Chrome 101 (April 2022) was the first to reduce every desktop build. Edge reduced its own token from 119, and
# companies could opt out until 144.
_CHROME_REDUCED_SINCE = 101
_EDGE_REDUCED_SINCE = 145


class UserAgents:
    """Reads strings with the current lists; `replace` swaps them while others read."""

    def __init__(self, patterns: Iterable[Section], releases: BrowserReleases) -> None:
        self._resolver = Resolver(load_builtins())
        self.replace(patterns, releases)

    def replace(self, patterns: Iterable[Section], releases: BrowserReleases) -> None:
        """Answer from these lists from now on.

        Raises:
            ValueError: A pattern is malformed; the old lists stay.
        """
        reader = _Reader(self._resolver, AgentPatterns(patterns), releases)
        self._read = lru_cache(_CACHED_AGENTS)(reader.read)
        self._releases = releases

    def read(self, uas: str) -> UserAgent:
        """Read one header value; only its first 1,024 characters count.

        `released_on` is the day of the browser's major version, or of the Chromium it is built on where the
        browser itself has no release list.
        """
        return self._read(uas[:_MAX_CHARS])

    def newest(self, family: str, on: date) -> tuple[int, date] | None:
        """Find the newest stable major of `family` released by `on`, and its day; None when not known."""
        return self._releases.newest(_RELEASED_AS.get(family, family), on)


class _Reader(NamedTuple):
    """One consistent generation of the lists."""

    resolver: Resolver
    patterns: AgentPatterns
    releases: BrowserReleases

    def read(self, uas: str) -> UserAgent:
        # Lone surrogates come from headers that were not UTF-8; neither engine takes them.
        text = uas.encode("utf-8", "replace").decode().strip()
        if not text:
            return UserAgent(AgentKind.EMPTY)
        # The resolver's parts are asked directly: its own call builds result objects for twice the time.
        browser, system = self.resolver.ua.extract(text), self.resolver.os.extract(text)
        family = _slug(browser.family, _FAMILIES) if browser else None
        major = _number(browser.major) if browser else None
        os_name = _slug(system.family, _SYSTEMS) if system else None
        kind, name = self.patterns.match(text) or (
            (AgentKind.BROWSER, browser.family) if browser else (AgentKind.OTHER, "")
        )
        return UserAgent(
            kind=kind,
            name=name,
            family=family,
            major=major,
            os=os_name,
            os_major=_number(system.major) if system else None,
            is_mobile=os_name in {"android", "ios"} or "Mobile" in text,
            released_on=self._released_on(text, family, major),
            full_build=_shows_full_build(text),
            impossible=self._impossible(text, kind),
        )

    def _released_on(self, text: str, family: str | None, major: int | None) -> date | None:
        listed = _RELEASED_AS.get(family or "", family)
        if listed and major is not None and (day := self.releases.released_on(listed, major)):
            return day
        chrome = _CHROME.search(text)
        return self.releases.released_on("chrome", int(chrome[1])) if chrome else None

    def _impossible(self, text: str, kind: AgentKind) -> str | None:
        # A client that names itself has no reason to lie; its string follows no browser's form.
        if kind not in {AgentKind.BROWSER, AgentKind.OTHER}:
            return None
        chrome = _CHROME.search(text)
        if chrome and self.releases.is_from_the_future("chrome", int(chrome[1])):
            return f"Chrome {chrome[1]} does not exist yet"
        return contradiction(text)


def _slug(name: str, known: dict[str, str]) -> str:
    return known.get(name) or _NOT_A_SLUG.sub("_", name.lower()).strip("_")


def _number(text: str | None) -> int | None:
    # Hostile strings carry numbers of any length; no version has more than nine digits.
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _shows_full_build(text: str) -> bool:
    match = _PLAIN_CHROMIUM.match(text)
    if not match:
        return False
    if int(match["major"]) >= _CHROME_REDUCED_SINCE and match["build"] != _REDUCED_BUILD:
        return True
    edge = match["edge"]
    return bool(edge) and int(edge) >= _EDGE_REDUCED_SINCE and match["edge_build"] != _REDUCED_BUILD
