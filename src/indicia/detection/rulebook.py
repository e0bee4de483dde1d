"""The rules, all of them, in no order that matters."""

from collections.abc import Callable
from operator import attrgetter

from indicia.datasets.model import AgentKind, Network, NetworkClass, UserAgent
from indicia.detection.model import Finding
from indicia.detection.observations import Missing, Signals
from indicia.detection.rules.before_delivery import before_delivery
from indicia.detection.rules.browser_age import browser_age
from indicia.detection.rules.colleagues import colleagues
from indicia.detection.rules.companion import companion
from indicia.detection.rules.company import caught_company, fleet_share, pace
from indicia.detection.rules.conduct import conduct
from indicia.detection.rules.declared import declared
from indicia.detection.rules.delay import delay
from indicia.detection.rules.early_readers import early_readers
from indicia.detection.rules.familiar_client import familiar_client
from indicia.detection.rules.full_build import full_build
from indicia.detection.rules.gmail_prefetch import gmail_prefetch
from indicia.detection.rules.habitat import habitat
from indicia.detection.rules.honeypot import honeypot
from indicia.detection.rules.image_proxy import image_proxy
from indicia.detection.rules.linux_in_cloud import linux_in_cloud
from indicia.detection.rules.mail_client import mail_client
from indicia.detection.rules.mail_filter import mail_filter
from indicia.detection.rules.mail_privacy import mail_privacy
from indicia.detection.rules.metronome import metronome
from indicia.detection.rules.network import network
from indicia.detection.rules.opened_before import opened_before
from indicia.detection.rules.provider import provider
from indicia.detection.rules.raid import raid
from indicia.detection.rules.reach import crush, haste, reach, recipients_at_once
from indicia.detection.rules.relay import relay
from indicia.detection.rules.reputation import (
    agent_reputation,
    mail_domain_reputation,
    network_reputation,
    recipient_reputation,
    sender_reputation,
)
from indicia.detection.rules.request import head_request, request_headers
from indicia.detection.rules.rush import rush
from indicia.detection.rules.security_vendor import security_vendor
from indicia.detection.rules.suspicious_agent import suspicious_agent
from indicia.detection.rules.sweep import sweep

Rule = Callable[[Signals], Finding | None]

# An index, so that nobody is asked about what is not there: rules by what the User-Agent claims to be, ...
_ABOUT_AGENT: dict[AgentKind, tuple[Rule, ...]] = {
    AgentKind.BROWSER: (suspicious_agent, browser_age, full_build, linux_in_cloud),
    AgentKind.OTHER: (suspicious_agent,),
    AgentKind.EMPTY: (suspicious_agent,),
    AgentKind.CRAWLER: (declared,),
    AgentKind.LIBRARY: (declared,),
    AgentKind.HEADLESS: (declared,),
    AgentKind.PREVIEWER: (declared,),
    AgentKind.SECURITY_SCANNER: (declared,),
    AgentKind.MAIL_PRIVACY: (mail_privacy,),
    AgentKind.GMAIL_PREFETCH: (gmail_prefetch,),
    AgentKind.IMAGE_PROXY: (image_proxy,),
    AgentKind.MAIL_CLIENT: (mail_client,),
}

# ... by whose the network is, ...
_ABOUT_NETWORK: dict[NetworkClass, tuple[Rule, ...]] = {
    NetworkClass.RELAY: (relay,),
    NetworkClass.MAIL_FILTER: (mail_filter,),
    NetworkClass.SECURITY_VENDOR: (security_vendor,),
}
_ABOUT_OTHER_NETWORKS: tuple[Rule, ...] = (network,)

# ... and by what was observed.
_ABOUT_OBSERVATIONS: dict[str, tuple[Rule, ...]] = {
    "timing": (delay, before_delivery),
    "early_mails": (early_readers,),
    "provider": (provider,),
    "sweep": (sweep,),
    "raid": (raid,),
    "rhythm": (metronome,),
    "colleagues": (colleagues,),
    "rush": (rush,),
    "companion": (companion,),
    "opened_before": (opened_before,),
    "company": (caught_company, pace, fleet_share),
    "reach": (recipients_at_once, reach, crush, haste),
    "habitat": (habitat,),
    "visits": (honeypot,),
    "familiar_hours": (familiar_client,),
    "conduct": (conduct,),
    "repute": (
        network_reputation,
        agent_reputation,
        recipient_reputation,
        mail_domain_reputation,
        sender_reputation,
    ),
}
_observations = attrgetter(*_ABOUT_OBSERVATIONS)
_rules = tuple(_ABOUT_OBSERVATIONS.values())
_ABOUT_REQUEST: tuple[Rule, ...] = (head_request, request_headers)


def ask(signals: Signals) -> list[Finding]:
    """Collect what the rules conclude from one interaction's signals."""
    asked: list[Rule] = []
    if isinstance(signals.agent, UserAgent):
        asked += _ABOUT_AGENT[signals.agent.kind]
    if isinstance(signals.network, Network):
        asked += _ABOUT_NETWORK.get(signals.network.network_class, _ABOUT_OTHER_NETWORKS)
    for observation, rules in zip(_observations(signals), _rules, strict=True):
        if observation.__class__ is not Missing:
            asked += rules
    if signals.interaction.method or signals.interaction.headers:
        asked += _ABOUT_REQUEST
    return [finding for rule in asked if (finding := rule(signals)) is not None]
