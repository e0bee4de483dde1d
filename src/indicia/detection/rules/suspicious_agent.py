"""The User-Agent is missing, contradicts itself or is nothing that is known."""

from indicia.datasets.model import AgentKind, UserAgent
from indicia.detection.model import Finding
from indicia.detection.observations import Signals


def suspicious_agent(signals: Signals) -> Finding | None:
    """Suspect a header that no browser sends."""
    agent = signals.agent
    if not isinstance(agent, UserAgent):
        return None
    if agent.kind is AgentKind.EMPTY:
        return Finding("empty_agent", "The client sent no User-Agent")
    if agent.impossible is not None:
        return Finding("impossible_agent", "The User-Agent contradicts itself: {}", (agent.impossible,))
    if agent.kind is AgentKind.OTHER:
        return Finding("unknown_agent", "The User-Agent is neither a browser's nor a declared bot's")
    return None
