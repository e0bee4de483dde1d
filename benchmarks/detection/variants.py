"""What a sender posts about an interaction: everything, the documented fields, or the bare minimum."""

from enum import StrEnum
from typing import Any

from benchmarks.detection.mail import SENDER
from benchmarks.detection.stage import Interaction, TrapHit

Event = dict[str, Any]


class Variant(StrEnum):
    """How much of each interaction the sender tells."""

    EVERYTHING = "everything"
    DOCUMENTED = "documented"
    MINIMAL = "minimal"


# The fields of the API that is re-implemented; in this variant times are whole seconds, as unix time usually is.
_DOCUMENTED = ("ip", "uas", "event_id", "action", "domain", "recipient_id", "message_id", "ts", "message_ts")
_MINIMAL = ("ip", "uas", "event_id")


def posted(interaction: Interaction, event_id: str) -> Event:
    """Write the interaction with everything a sender could know about it."""
    delivery, visitor = interaction.delivery, interaction.visitor
    event: Event = {
        "ip": visitor.ip,
        "uas": visitor.uas,
        "event_id": event_id,
        "action": interaction.action,
        "domain": delivery.recipient.domain.name,
        "recipient_id": delivery.recipient.id,
        "message_id": delivery.message_id,
        "ts": interaction.at,
        "message_ts": delivery.sent_at,
        "delivered_ts": delivery.delivered_at,
        "method": interaction.method,
        "headers": _headers(interaction),
    }
    if interaction.link is not None:
        kind, number = delivery.campaign.links[interaction.link], delivery.campaign.number
        token = f"{number:03d}{delivery.recipient.id}{interaction.link:02d}"
        event["link_id"] = f"{number:03d}-{interaction.link:02d}"
        # `%27` at the end is how scanners were seen to damage tokens (gophish#973).
        event["url"] = f"https://links.{SENDER}/c/{token}{'%27' if interaction.mangled else ''}?to={kind}"
    return event


def stripped(event: Event, variant: Variant) -> Event:
    """Leave out what `variant` does not tell; nothing is added or, but for whole seconds, changed."""
    if variant is Variant.EVERYTHING:
        return event
    fields = _DOCUMENTED if variant is Variant.DOCUMENTED else _MINIMAL
    kept = {field: event[field] for field in fields}
    for field in ("ts", "message_ts"):
        if field in kept:
            kept[field] = int(kept[field])
    return kept


def honeypot(hit: TrapHit) -> Event:
    """Write a visit of a hidden link as the service would see it."""
    return {
        "domain": SENDER,
        "message_id": hit.delivery.message_id,
        "ip": hit.visitor.ip,
        "uas": hit.visitor.uas,
        "ts": hit.at,
    }


def _headers(interaction: Interaction) -> dict[str, str]:
    accept = (
        "image/avif,image/webp,*/*;q=0.8"
        if interaction.action == "open"
        else "text/html,application/xhtml+xml,*/*;q=0.8"
    )
    language = interaction.visitor.language
    return {"accept": accept, "accept-language": language} if language else {"accept": "*/*"}
