"""What was learned of the network, the user agent, the recipient and their mail domain."""

from indicia.detection.model import Action, Finding
from indicia.detection.observations import Crowd, Repute, Signals, Standing
from indicia.detection.operators import is_shared

# Less says nothing worth a sentence.
_TELLING_NATS = 0.25
# An address with so many people behind it is theirs, whatever one visitor of it did.
_SHARED_BY = 20


def network_reputation(signals: Signals) -> Finding | None:
    """Weigh what is known of the client or of the network around it."""
    standing = signals.repute.place if isinstance(signals.repute, Repute) else None
    if standing is None:
        return None
    is_shared = signals.crowd is Crowd.PEOPLE or standing.crowd >= _SHARED_BY
    signal = "reputation.network.among_people" if is_shared and standing.nats > 0 else "reputation.network"
    return _finding(signal, f"{signals.interaction.ip} or its surroundings", standing)


def agent_reputation(signals: Signals) -> Finding | None:
    """Weigh what is known of the exact User-Agent."""
    standing = signals.repute.agent if isinstance(signals.repute, Repute) else None
    return _finding("reputation.agent", "this User-Agent", standing)


def recipient_reputation(signals: Signals) -> Finding | None:
    """Weigh what the customer said about the recipient."""
    standing = signals.repute.recipient if isinstance(signals.repute, Repute) else None
    return _finding("reputation.recipient", "this recipient", standing)


def mail_domain_reputation(signals: Signals) -> Finding | None:
    """Weigh how often mail to the recipient's domain is followed by machines."""
    standing = signals.repute.mail_domain if isinstance(signals.repute, Repute) else None
    # Cloud desktops are whole companies'.
    is_peoples = signals.crowd is Crowd.PEOPLE or is_shared(signals.network)
    if standing is None or (standing.nats > 0 and is_peoples):
        return None
    return _finding("reputation.mail_domain", f"mail to {signals.interaction.domain}", standing)


def sender_reputation(signals: Signals) -> Finding | None:
    """Weigh how many machines and people are known to follow this sender's links."""
    standing = signals.repute.sender if isinstance(signals.repute, Repute) else None
    # What follows hidden links does not tell what loads images.
    if standing is None or signals.interaction.action is not Action.CLICK:
        return None
    return Finding(
        "reputation.sender",
        "Of late machines came to about {:.0f} mails of this sender, and {:.0f} times a reader came back",
        (standing.machines, standing.people),
        measure=standing.nats,
    )


def _finding(signal: str, what: str, standing: Standing | None) -> Finding | None:
    if standing is None or abs(standing.nats) < _TELLING_NATS:
        return None
    return Finding(
        signal,
        "Of late {:.0f} certain events speak for machines and {:.0f} for people behind {}",
        (standing.machines, standing.people, what),
        measure=standing.nats,
    )
