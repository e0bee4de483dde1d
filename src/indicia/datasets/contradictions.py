"""Finds what no real browser would say of itself in one User-Agent string.

Every rule stays silent on in-app browsers, televisions and old phones: they are people. A rule that cannot be
sure says nothing.
"""

import re
from collections.abc import Iterator

_WINDOWS_NT = re.compile(r"Windows NT (\d+)\.(\d+)")
_CHROME = re.compile(r"Chrome/(\d+)\.")
_SAFARI = re.compile(r"Version/[\d.]+ Safari/")
_FIREFOX = re.compile(r"rv:(\d+)\.[\d.]*\) Gecko/[\d.]+ Firefox/(\d+)\.[\d.]*$")
_IOS_DEVICE = re.compile(r"\((?:iPhone|iPad|iPod)[;)]")
_VERSION_ZERO = re.compile(r"\b(?:Chrome|CriOS|Firefox|FxiOS|Edg|Version|OPR)/0+(?:\.|\b)")
_NO_ENGINE = re.compile(r"^Mozilla/5\.0 \([^()]*\)$")
_PLATFORM = re.compile(r"^Mozilla/\d\.\d \(([^)]*)\)")

# The last major that ran on a Windows version, by NT number: Chrome 49 (2016) on XP and Vista, 109 (2023) on
# 7 to 8.1; Firefox 52 ESR on XP and Vista, 115 ESR on 7 to 8.1.
_LAST_CHROME = {(5, 0): 49, (5, 1): 49, (5, 2): 49, (6, 0): 49, (6, 1): 109, (6, 2): 109, (6, 3): 109}
_LAST_FIREFOX = {(5, 0): 52, (5, 1): 52, (5, 2): 52, (6, 0): 52, (6, 1): 115, (6, 2): 115, (6, 3): 115}

# Operating systems that exclude each other within the platform part.
_PLATFORMS = ("Windows NT", "Macintosh", "Android", "iPhone OS", "CPU OS", "CrOS")

# Longer strings are often cut by a database column (255 is usual), which says nothing about the client.
_CUT_BY_STORAGE_CHARS = 200


def contradiction(uas: str) -> str | None:
    """Name the first contradiction in `uas`, as a short phrase; None when there is none."""
    # Windows Phone pretended to be Android, an iPhone and Internet Explorer at once, by design.
    if "Windows Phone" in uas:
        return None
    return next(_contradictions(uas), None)


def _contradictions(uas: str) -> Iterator[str]:
    yield from _malformed(uas)
    windows = _windows(uas)
    chrome = _major(_CHROME, uas)
    yield from _wrong_system(uas, windows)
    if chrome is not None:
        yield from _wrong_chrome(uas, chrome, windows)
    elif "Edg/" in uas:
        yield "Edge without a Chrome token"
    yield from _wrong_firefox(uas, windows)


def _malformed(uas: str) -> Iterator[str]:
    # The plain test first: it spares nearly every string the slow pattern.
    if "/0" in uas and _VERSION_ZERO.search(uas):
        yield "browser version 0"
    if not uas.startswith("Mozilla/"):
        return
    if len(uas) < _CUT_BY_STORAGE_CHARS and uas.count("(") != uas.count(")"):
        yield "unbalanced parentheses"
    if _NO_ENGINE.match(uas) and not _is_internet_explorer(uas) and "compatible" not in uas and "rv:" not in uas:
        yield "platform without a browser"


def _wrong_system(uas: str, windows: tuple[int, int] | None) -> Iterator[str]:
    platform = match[1] if (match := _PLATFORM.match(uas)) else ""
    named = [name for name in _PLATFORMS if name in platform]
    if len(named) > 1:
        yield f"{named[0]} and {named[1]} at once"
    if _is_internet_explorer(uas) and not any(system in uas for system in ("Windows", "Win 9", "Xbox")):
        yield "Internet Explorer outside Windows"
    if windows and windows >= (6, 1) and "Chrom" not in uas and _SAFARI.search(uas):
        yield "Safari on Windows 7 or later"


def _wrong_chrome(uas: str, chrome: int, windows: tuple[int, int] | None) -> Iterator[str]:
    if windows and chrome > _LAST_CHROME.get(windows, chrome):
        yield f"Chrome {chrome} on Windows NT {windows[0]}.{windows[1]}"
    if _IOS_DEVICE.search(uas):
        yield "desktop Chrome on iOS"
    # Since Blink (Chrome 28, 2013) the engine token is frozen.
    if chrome >= 28 and "AppleWebKit/537.36" not in uas:
        yield "Chrome without AppleWebKit/537.36"


def _wrong_firefox(uas: str, windows: tuple[int, int] | None) -> Iterator[str]:
    match = _FIREFOX.search(uas)
    if not match:
        return
    revision, firefox = int(match[1]), int(match[2])
    # Firefox 110 to 119 said rv:109.0, because some servers took rv:11x for Internet Explorer 11.
    frozen = 110 <= firefox <= 119 and revision == 109
    if revision != firefox and not frozen:
        yield f"Firefox {firefox} with rv:{revision}"
    if windows and firefox > _LAST_FIREFOX.get(windows, firefox):
        yield f"Firefox {firefox} on Windows NT {windows[0]}.{windows[1]}"


def _is_internet_explorer(uas: str) -> bool:
    return "MSIE " in uas or "Trident/" in uas


def _windows(uas: str) -> tuple[int, int] | None:
    match = _WINDOWS_NT.search(uas)
    return (int(match[1]), int(match[2])) if match else None


def _major(pattern: re.Pattern[str], uas: str) -> int | None:
    match = pattern.search(uas)
    return int(match[1]) if match else None
