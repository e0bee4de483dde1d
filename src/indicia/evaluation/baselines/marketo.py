"""Marketo's proximity rule: a bot is who does more than two different things with one message at the same time.

Source: nation.marketo.com 344196, 328753; experienceleague.adobe.com, filtering email bot activity. The window can be
set from 0 to 3 s; the widest is the strongest. Since 2022 the address does not matter, and exact repeats do not count.
"""

from indicia.evaluation.baselines.traffic import Traffic, hurried

SECONDS = 3


def marketo(traffic: Traffic) -> list[bool]:
    """Flag three different activities within the window."""
    return hurried(traffic, seconds=SECONDS, more_than=2)
