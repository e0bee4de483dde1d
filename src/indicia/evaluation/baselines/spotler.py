"""Spotler: a bot is who took a hidden link (same address and user agent), clicks 100 ms apart, or before delivery.

Source: help.spotler.co.uk 4417896081042; mailplus.spotler.help.
"""

from indicia.detection.model import Action
from indicia.evaluation.baselines.traffic import Traffic, hurried, trapped

SECONDS_BETWEEN_LINKS = 0.1


def spotler(traffic: Traffic) -> list[bool]:
    """Flag trapped clients, pairs of clicks and what precedes delivery."""
    rushed = hurried(traffic, seconds=SECONDS_BETWEEN_LINKS, more_than=1, actions=(Action.CLICK,))
    early = [
        interaction.ts is not None
        and interaction.delivered_ts is not None
        and interaction.ts < interaction.delivered_ts
        for interaction in traffic.interactions
    ]
    return [any(marks) for marks in zip(trapped(traffic), rushed, early, strict=True)]
