"""This message was swept as well, by the same host or about the same time."""

from indicia.detection.model import Action, Finding
from indicia.detection.observations import Raid, Signals

# The pixel is loaded half a minute before the links are (see `weights`, sweep log).
_RAID_SECONDS = 120.0


def raid(signals: Signals) -> Finding | None:
    """Count an interaction that stands beside a sweep among it: a host's always, others' opens close to it."""
    found = signals.raid
    if not isinstance(found, Raid):
        return None
    if found.is_same_host:
        return Finding(
            "raid.same_host",
            "{} swept or probed this message, {:.0f} s apart",
            (signals.interaction.ip, found.gap),
        )
    if signals.interaction.action is not Action.OPEN or found.gap > _RAID_SECONDS:
        return None
    return Finding("raid.open", "The links of this message were swept {:.0f} s apart", (found.gap,))
