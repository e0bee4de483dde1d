"""User-Agent list: a bot is whose User-Agent is on the public list of crawlers.

Source: the IAB list that Marketo and others apply (nation.marketo.com 344196); the public lists stand in for it.
"""

from indicia.evaluation.baselines.traffic import Traffic


def ua_list(traffic: Traffic) -> list[bool]:
    """Flag what the list names."""
    return [traffic.lists.has_agent(interaction.uas) for interaction in traffic.interactions]
