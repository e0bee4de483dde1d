"""Estimates from little evidence: pulled towards what is usual, and believed in only as far as that is sure."""

import math

START_STRENGTH = 4.0
"""What an estimate starts from counts as much as this much evidence; judgement, between a handful and a dozen."""

# Of a one-sided 95 % bound of the normal approximation: machines are believed in only as far as that is sure.
_SURE = 1.64
# Half of the machines that sweep a mail follow its hidden link, before anything is known (judgement); and whatever is
# known, a visit stands for no more than four mails.
_USUAL_PROPENSITY = 0.5
_LOWEST_PROPENSITY = 0.25


def log_odds(share: float) -> float:
    """Answer a share as log-odds in nats, within a thousandth of certainty."""
    share = min(max(share, 0.001), 0.999)
    return math.log(share / (1 - share))


def surely(share: float, evidence: float) -> float:
    """Answer what a share found on so much evidence is at least."""
    return share - _SURE * math.sqrt(share * (1 - share) / (evidence + 1))


def mails_behind_a_visit(swept: float, trapped: float) -> float:
    """Tell for how many mails one visit to a hidden link stands, by the propensity of the machines in question.

    Of the mails that were `swept` for certain, the hidden link of `trapped` was followed. Visits are positive examples
    among unlabelled ones, and not chosen at random: machines that follow the first link only are never seen (Bekker,
    Robberechts and Davis, 2018). Not visiting proves nothing and counts for nothing.
    """
    propensity = (trapped + _USUAL_PROPENSITY * START_STRENGTH) / (swept + START_STRENGTH)
    return 1 / max(propensity, _LOWEST_PROPENSITY)
