"""Mautic: a bot is whom two of three give away: under 2 s after sending, the IP list, the User-Agent list.

Source: mautic/mautic issue 16263; docs.acquia.com, bot mitigation (the default ratio of 0.6 means two of three).
"""

from indicia.evaluation.baselines.traffic import Traffic, since_sending

SECONDS = 2


def mautic(traffic: Traffic) -> list[bool]:
    """Flag interactions with two of the three marks."""
    lists = traffic.lists
    return [
        (since_sending(interaction) < SECONDS) + lists.has_address(interaction.ip) + lists.has_agent(interaction.uas)
        >= 2
        for interaction in traffic.interactions
    ]
