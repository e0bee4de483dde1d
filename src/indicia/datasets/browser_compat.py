"""Reduces MDN's browser-compat-data (20 MB) to the one thing needed of it: the day of each major version."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from indicia.datasets.compiling import Compiled

# browser-compat-data's names -> ours. Chrome for Android has Chrome's majors, and its days are within hours.
_BROWSERS = {
    "chrome": "chrome",
    "edge": "edge",
    "firefox": "firefox",
    "ie": "ie",
    "opera": "opera",
    "opera_android": "opera_android",
    "safari": "safari",
    "safari_ios": "mobile_safari",
    "samsunginternet_android": "samsung",
    "webview_android": "webview",
}


def compile_browser_releases(content: Mapping[str, Any]) -> Compiled:
    """Write release days by family and major version; every major is a row.

    Raises:
        ValueError: `content` does not have the form of browser-compat-data.
    """
    try:
        releases = {family: _majors(content["browsers"][browser]["releases"]) for browser, family in _BROWSERS.items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not browser-compat-data: {error!r}") from error
    text = json.dumps(releases, default=date.isoformat, indent=0, sort_keys=True)
    return Compiled(f"{text}\n".encode(), sum(map(len, releases.values())))


def _majors(releases: Mapping[str, Mapping[str, str]]) -> dict[str, date]:
    majors: dict[str, date] = {}
    for version, release in releases.items():
        # "≤37" means that the version was not looked into; planned releases have a day, previews have none.
        if not version[0].isdigit() or "release_date" not in release:
            continue
        day = date.fromisoformat(release["release_date"])
        major = version.partition(".")[0]
        majors[major] = min(day, majors.get(major, day))
    return dict(sorted(majors.items(), key=lambda item: int(item[0])))
