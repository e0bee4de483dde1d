"""Several links of one recipient's message were followed almost at once."""

from indicia.detection.model import Finding
from indicia.detection.observations import Crowd, Missing, Signals, Sweep


def sweep(signals: Signals) -> Finding | None:
    """Report the strongest burst that this click is part of."""
    burst = signals.sweep
    if isinstance(burst, Missing):
        return None
    clicks = "click_sweep.among_people" if signals.crowd is Crowd.PEOPLE else "click_sweep"
    return _within_a_second(burst, clicks) or _too_close(burst) or _within_seconds(burst) or _barely(burst, clicks)


def _within_a_second(burst: Sweep, clicks: str) -> Finding | None:
    if burst.links >= 3:
        return Finding(
            "link_sweep",
            "{} different links of this message were followed within a second",
            (burst.links,),
            measure=burst.links,
        )
    # Links that are known to be the same were collapsed; of unknown ones two may be a double click.
    if burst.clicks >= 4:
        return Finding(
            clicks,
            "{} clicks on this message came within a second",
            (burst.clicks,),
            measure=burst.clicks,
        )
    return None


def _within_seconds(burst: Sweep) -> Finding | None:
    if burst.slow_links >= 3:
        return Finding(
            "slow_link_sweep",
            "{} different links of this message were followed within 15 s",
            (burst.slow_links,),
            measure=burst.slow_links,
        )
    if burst.slow_clicks >= 5:
        return Finding(
            "slow_click_sweep",
            "{} clicks on this message came within 15 s",
            (burst.slow_clicks,),
            measure=burst.slow_clicks,
        )
    return None


def _too_close(burst: Sweep) -> Finding | None:
    if burst.is_probed:
        return Finding("probed_first", "A HEAD request on this message came within 15 s")
    if burst.is_twin:
        return Finding("twin_links", "Two different links of this message were followed within 0.3 s")
    return None


def _barely(burst: Sweep, clicks: str) -> Finding | None:
    if burst.links == 2:
        return Finding("link_sweep", "2 different links of this message were followed within a second", measure=2)
    if burst.clicks == 3:
        return Finding(clicks, "3 clicks on this message came within a second", measure=3)
    return None
