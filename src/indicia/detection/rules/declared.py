"""The User-Agent says outright that it is a bot, a library, a link preview or a scanner."""

from indicia.datasets.model import AgentKind
from indicia.detection.model import Finding
from indicia.detection.observations import Signals

_SIGNALS = {
    AgentKind.CRAWLER: ("declared_crawler", "The User-Agent names the crawler {}"),
    AgentKind.LIBRARY: ("declared_library", "The User-Agent names the HTTP library {}"),
    AgentKind.HEADLESS: ("declared_headless", "The User-Agent names a browser under automation, {}"),
    AgentKind.PREVIEWER: ("declared_previewer", "The User-Agent names the link preview of {}"),
    AgentKind.SECURITY_SCANNER: ("declared_scanner", "The User-Agent names the security scanner {}"),
}


def declared(signals: Signals) -> Finding | None:
    """Take a client at its word when it says that it is no person."""
    kind = signals.kind
    if kind not in _SIGNALS:
        return None
    signal, sentence = _SIGNALS[kind]
    return Finding(signal, sentence, (signals.agent_name,))
