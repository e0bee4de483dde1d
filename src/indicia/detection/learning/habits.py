"""What the visits of one recipient have in common: networks that never repeat, delays like clockwork."""

from collections.abc import Sequence

from indicia.detection.learning.trails import NO_DELAY, Visit

# People come from home, from work and by phone, again and again. With fewer visits everyone is new everywhere.
FEWEST_VISITS = 3

# Five is the least at which even gaps are no chance. People who read the morning's mail at breakfast vary by a
# quarter of an hour in two; a scheduler does not.
_EVEN_VISITS = 5
_EVEN_VARIATION = 0.02
_SHORTEST_EVEN_SECONDS = 60.0


def is_restless(visits: Sequence[Visit]) -> bool:
    """Tell whether nearly every visit came from another block, and most from another network.

    A phone changes blocks, but stays with its carrier.
    """
    blocks = len({visit.block for visit in visits})
    networks = len({visit.asn for visit in visits})
    return blocks > 0.9 * len(visits) and networks >= max(FEWEST_VISITS, len(visits) // 2 + 1)


def even_delay(visits: Sequence[Visit]) -> float | None:
    """Answer after how many seconds every mail is clicked, when it is always nearly the same; else None."""
    delays = [visit.delay for visit in visits if visit.delay != NO_DELAY]
    if len(delays) < _EVEN_VISITS:
        return None
    shortest, longest = min(delays), max(delays)
    middle = (shortest + longest) / 2
    if middle < _SHORTEST_EVEN_SECONDS or longest - middle > _EVEN_VARIATION * middle:
        return None
    return middle
