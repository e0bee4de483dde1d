"""When each browser version became stable.

Chrome ships every two weeks now, so "six versions old" means three months for one browser and years for another:
age is counted in days from here.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date

# Two years of releases at the pace of late 2026: a browser further ahead of the list does not exist, even when
# the list has not been refreshed for a long time.
_IMPOSSIBLE_AHEAD = 52


class BrowserReleases:
    """Release days by browser family and major version."""

    def __init__(self, releases: Mapping[str, Mapping[int, date]]) -> None:
        self._days = releases
        self._in_order = {
            family: sorted((day, major) for major, day in majors.items()) for family, majors in releases.items()
        }

    def released_on(self, family: str, major: int) -> date | None:
        """Tell when `major` of `family` became stable; None when not known."""
        return self._days.get(family, {}).get(major)

    def newest(self, family: str, on: date) -> tuple[int, date] | None:
        """Find the newest stable major released by the end of day `on`, and its day."""
        releases = self._in_order.get(family, [])
        count = bisect_right(releases, on, key=lambda release: release[0])
        if count == 0:
            return None
        major, day = max((major, day) for day, major in releases[:count])
        return major, day

    def is_from_the_future(self, family: str, major: int) -> bool:
        """Say whether no release this far ahead of the list can exist yet."""
        majors = self._days.get(family)
        return majors is not None and major > max(majors, default=major) + _IMPOSSIBLE_AHEAD
