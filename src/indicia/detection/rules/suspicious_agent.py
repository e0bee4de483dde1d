"""The User-Agent is missing, contradicts itself or is nothing that is known."""

from datetime import date

from indicia.datasets.model import AgentKind, UserAgent
from indicia.detection.model import Finding
from indicia.detection.observations import Signals

# Chrome 30, Internet Explorer 11 and Safari 7, all of October 2013, were the first with TLS 1.2, and RFC 8996 retired
# what came before it in 2021: a browser older than that reaches hardly any site, so nobody uses one.
TLS_1_2 = date(2013, 10, 1)


def suspicious_agent(signals: Signals) -> Finding | None:
    """Suspect a header that no browser sends."""
    agent = signals.agent
    if not isinstance(agent, UserAgent):
        return None
    if agent.kind is AgentKind.EMPTY:
        return Finding("empty_agent", "The client sent no User-Agent")
    if agent.impossible is not None:
        return Finding("impossible_agent", "The User-Agent contradicts itself: {}", (agent.impossible,))
    if agent.released_on is not None and agent.released_on < TLS_1_2:
        return Finding(
            "obsolete_agent",
            "{} of {} cannot speak the encryption that the web requires",
            (agent.name, agent.released_on),
        )
    if agent.kind is AgentKind.OTHER:
        return Finding("unknown_agent", "The User-Agent is neither a browser's nor a declared bot's")
    return None
