"""Click within a minute: a bot is who clicks less than 60 seconds after sending.

Source: a folk rule (genetrix.tech; support.upsales.com), at its most common setting.
"""

from indicia.detection.model import Action
from indicia.evaluation.baselines.traffic import Traffic, since_sending

SECONDS = 60


def quick_click(traffic: Traffic) -> list[bool]:
    """Flag early clicks."""
    return [
        interaction.action is Action.CLICK and since_sending(interaction) < SECONDS
        for interaction in traffic.interactions
    ]
