"""A Linux desktop speaks from a cloud: what a browser under automation says unless told otherwise."""

from indicia.datasets.model import AgentKind, UserAgent
from indicia.detection.model import Finding
from indicia.detection.observations import Crowd, Signals


def linux_in_cloud(signals: Signals) -> Finding | None:
    """Suspect the operating system of servers on the networks of servers."""
    agent = signals.agent
    if not isinstance(agent, UserAgent) or agent.kind is not AgentKind.BROWSER or agent.os != "linux":
        return None
    if signals.crowd is not Crowd.MACHINES:
        return None
    return Finding("linux_in_cloud", "{} runs on Linux, in a network of servers", (agent.name,))
