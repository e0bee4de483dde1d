"""What the recipient's visits of the last weeks have in common: lockstep with others, no home, clockwork."""

from indicia.detection.model import Action, Finding
from indicia.detection.observations import Conduct, Signals


def conduct(signals: Signals) -> Finding | None:
    """Report the strongest oddity of the recipient's clicks; a mail program that opens is no part of it."""
    seen = signals.conduct
    if not isinstance(seen, Conduct) or signals.interaction.action is not Action.CLICK:
        return None
    if seen.in_step:
        return Finding(
            "lockstep",
            "This recipient and {} others clicked within the same minutes on up to {} occasions, each time from "
            "other networks",
            (seen.in_step, seen.occasions),
            measure=seen.occasions,
        )
    if seen.even_delay is not None:
        return Finding("even_delay", "This recipient clicks every mail {:.0f} s after it came", (seen.even_delay,))
    if seen.strange_networks:
        return Finding(
            "never_repeats",
            "The last {} visits of this recipient came from as many unrelated networks",
            (seen.strange_networks,),
            measure=seen.strange_networks,
        )
    return None
