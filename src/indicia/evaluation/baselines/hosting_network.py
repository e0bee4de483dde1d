"""Hosting network: a bot is who comes from a data centre.

Source: Omeda's optional reason code 11 (main.omeda.com, clickbot reporting).
"""

from indicia.evaluation.baselines.traffic import Traffic


def hosting_network(traffic: Traffic) -> list[bool]:
    """Flag every address that lists of data centres hold."""
    return [traffic.lists.has_address(interaction.ip) for interaction in traffic.interactions]
