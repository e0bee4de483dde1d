"""Trend Micro Phish Insight: more than 3 clicks in 3 s, one address for more than 2 users, a hidden link, odd agents.

Source: success.phishinsight.trendmicro.com (agents: Java and Python libraries, Windows XP and Vista, Internet Explorer
on a Mac).
"""

import re
from collections import defaultdict

from indicia.detection.model import Action
from indicia.evaluation.baselines.traffic import Traffic, hurried, trapped

SECONDS = 3
_AGENTS = re.compile(r"\b(?:java|python)|Windows NT (?:5\.|6\.0)|MSIE[^)]*Macintosh", re.IGNORECASE)


def phish_insight(traffic: Traffic) -> list[bool]:
    """Flag interactions with any of the four marks."""
    users: dict[str | None, set[str | None]] = defaultdict(set)
    for interaction in traffic.interactions:
        users[interaction.ip].add(interaction.recipient_id)
    shared = [len(users[interaction.ip]) > 2 for interaction in traffic.interactions]
    odd = [_AGENTS.search(interaction.uas or "") is not None for interaction in traffic.interactions]
    rushed = hurried(traffic, seconds=SECONDS, more_than=3, actions=(Action.CLICK,))
    return [any(marks) for marks in zip(trapped(traffic), shared, odd, rushed, strict=True)]
