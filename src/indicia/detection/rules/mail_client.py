"""A mail program loaded the message on the recipient's own device."""

from indicia.datasets.model import AgentKind
from indicia.detection.model import Finding
from indicia.detection.observations import Signals


def mail_client(signals: Signals) -> Finding | None:
    """Take a mail program for a sign of its reader."""
    if signals.kind is not AgentKind.MAIL_CLIENT:
        return None
    return Finding("mail_client", "The User-Agent is the mail program {}", (signals.agent_name,))
