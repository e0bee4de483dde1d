"""Who receives the recipient's mail: gateways scan it as it comes, private mailboxes have none in front."""

from indicia.datasets.model import MailProvider, NetworkClass, ProviderKind
from indicia.detection.model import Finding
from indicia.detection.observations import Crowd, Signals, Timing
from indicia.detection.rules.delay import NOT_READERS

_SIGNALS = {
    ProviderKind.GATEWAY: "provider.gateway",
    ProviderKind.MICROSOFT_365: "provider.microsoft",
    ProviderKind.MICROSOFT_CONSUMER: "provider.microsoft",
    ProviderKind.GOOGLE_CONSUMER: "provider.consumer",
    ProviderKind.CONSUMER: "provider.consumer",
}

# Scanning at delivery is over by then.
_DELIVERY_SECONDS = 600.0


def provider(signals: Signals) -> Finding | None:
    """Weigh the provider while the mail is being delivered."""
    received_by, timing = signals.provider, signals.timing
    if not isinstance(received_by, MailProvider) or received_by.kind not in _SIGNALS:
        return None
    if not isinstance(timing, Timing) or timing.delay > _DELIVERY_SECONDS or signals.copies_person:
        return None
    # Mailbox providers and phones load the pictures of private mail most of all.
    if signals.kind in NOT_READERS:
        return None
    # That its customers' mail comes through a vendor is no news from that vendor's own network, and no vendor scans
    # from Microsoft's, where there are cloud desktops of the same companies, or from where its customers' people are.
    if received_by.kind is ProviderKind.GATEWAY and (
        signals.network_class is NetworkClass.SECURITY_VENDOR
        or signals.operator == "microsoft"
        or signals.crowd is Crowd.PEOPLE
    ):
        return None
    return Finding(
        _SIGNALS[received_by.kind],
        "Mail for {} is received by {}",
        (signals.interaction.domain, received_by.name),
    )
