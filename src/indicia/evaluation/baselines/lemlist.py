"""lemlist: a bot is who opens or clicks within 5 s of sending, or clicks within 9 s of an open.

Source: help.lemlist.com 9140285.
"""

from collections.abc import Hashable

from indicia.detection.model import Action
from indicia.evaluation.baselines.traffic import Traffic, message_of, since_sending

SECONDS_AFTER_SENDING = 5
SECONDS_AFTER_OPEN = 9


def lemlist(traffic: Traffic) -> list[bool]:
    """Flag what comes early, and clicks that follow an open at once."""
    opened_at: dict[Hashable, float] = {}
    flagged = []
    for interaction in traffic.interactions:
        is_bot = since_sending(interaction) < SECONDS_AFTER_SENDING
        message = message_of(interaction)
        if message is not None and interaction.ts is not None:
            if interaction.action is Action.OPEN:
                opened_at[message] = interaction.ts
            elif message in opened_at:
                is_bot = is_bot or interaction.ts - opened_at[message] < SECONDS_AFTER_OPEN
        flagged.append(is_bot)
    return flagged
