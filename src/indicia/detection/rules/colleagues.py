"""Many recipients of one mail domain got a click at once: something stands in front of all their mailboxes."""

from indicia.datasets.model import MailProvider, ProviderKind
from indicia.detection.model import Action, Finding
from indicia.detection.observations import AT_ONCE_SECONDS, Crowd, Missing, Signals
from indicia.detection.operators import is_shared

# A few colleagues may be waiting for the same mail.
_FEWEST_COLLEAGUES = 4
# Millions have their mailboxes at the first three, and of a gateway all this is known (see `provider`); what scans a
# company's mail through an interface shows in no MX record.
_TELL_NOTHING = frozenset(
    {
        ProviderKind.CONSUMER,
        ProviderKind.GOOGLE_CONSUMER,
        ProviderKind.MICROSOFT_CONSUMER,
        ProviderKind.GATEWAY,
    }
)


def colleagues(signals: Signals) -> Finding | None:
    """Suspect a click that comes at once, as those for the recipient's colleagues do, outside people's networks."""
    others, timing = signals.colleagues, signals.timing
    if isinstance(others, Missing) or others < _FEWEST_COLLEAGUES or isinstance(timing, Missing):
        return None
    is_click_at_once = signals.interaction.action is Action.CLICK and timing.delay < AT_ONCE_SECONDS
    # Cloud desktops are whole companies'.
    if not is_click_at_once or signals.crowd is Crowd.PEOPLE or signals.copies_person or is_shared(signals.network):
        return None
    if isinstance(signals.provider, MailProvider) and signals.provider.kind in _TELL_NOTHING:
        return None
    return Finding(
        "colleagues",
        "The mail of {} other recipients at {} was clicked within two minutes as well",
        (others, signals.interaction.domain),
        measure=others,
    )
