"""The browser is years behind, as scanners' often are, or current, as people's mostly are."""

from indicia.datasets.model import AgentKind, UserAgent
from indicia.detection.model import Finding
from indicia.detection.observations import Crowd, Missing, Signals
from indicia.detection.rules.suspicious_agent import TLS_1_2

# Updates take a while to reach everyone.
_CURRENT_DAYS = 60

# What machines pose as: desktop browsers that update themselves on every system still in use, and whatever runs on
# their own, which is Linux. Phones, Macs and older
# Windows keep the browser they end with, and Firefox has releases that companies stay on.
_SELF_UPDATING = frozenset({"chrome", "edge", "opera", "chromium", "ie"})
_OLDEST_UPDATED_WINDOWS = 10


def browser_age(signals: Signals) -> Finding | None:
    """Weigh how long a newer version has been the usual one."""
    agent, days = signals.agent, signals.outdated_days
    if not isinstance(agent, UserAgent) or isinstance(days, Missing) or agent.kind is not AgentKind.BROWSER:
        return None
    if agent.released_on is not None and agent.released_on < TLS_1_2:
        return None
    if days < _CURRENT_DAYS:
        is_common = (agent.family in _SELF_UPDATING and not agent.is_mobile) or agent.os == "linux"
        signal = "current_browser" if is_common else "current_browser.not_desktop_chromium"
        sentence = "{} is as current as the browsers that people use"
        return None if agent.full_build else Finding(signal, sentence, (agent.name,))
    return Finding(
        _stale(signals.crowd, agent),
        "{} was released on {}, {:.0f} days before newer versions were the usual ones",
        (agent.name, agent.released_on, days),
        measure=days,
    )


def _stale(crowd: Crowd, agent: UserAgent) -> str:
    if crowd is Crowd.PEOPLE:
        return "stale_browser.among_people"
    is_old_windows = agent.os == "windows" and (agent.os_major or 99) < _OLDEST_UPDATED_WINDOWS
    if agent.is_mobile or is_old_windows or agent.family not in _SELF_UPDATING:
        return "stale_browser.ageing_system"
    return "stale_browser"
