"""The published rules, all of them, under the names that reports use."""

from collections.abc import Mapping

from indicia.evaluation.baselines.hosting_network import hosting_network
from indicia.evaluation.baselines.lemlist import lemlist
from indicia.evaluation.baselines.marketo import marketo
from indicia.evaluation.baselines.mautic import mautic
from indicia.evaluation.baselines.phish_insight import phish_insight
from indicia.evaluation.baselines.quick_click import quick_click
from indicia.evaluation.baselines.spotler import spotler
from indicia.evaluation.baselines.traffic import Rule
from indicia.evaluation.baselines.ua_list import ua_list

BASELINES: Mapping[str, Rule] = {
    "UA list": ua_list,
    "hosting network": hosting_network,
    "click < 60 s": quick_click,
    "Mautic 2 of 3": mautic,
    "lemlist": lemlist,
    "Marketo proximity": marketo,
    "Spotler": spotler,
    "Phish Insight": phish_insight,
}
