"""Every rule, on what it must recognise and on what comes close to it."""

import re
from datetime import date
from pathlib import Path

import pytest

from indicia.datasets.model import AgentKind, MailProvider, Network, NetworkClass, ProviderKind, UserAgent
from indicia.detection import rulebook, rules
from indicia.detection.model import Action, Interaction
from indicia.detection.observations import (
    Companion,
    Company,
    Conduct,
    Crowd,
    Habitat,
    Missing,
    Raid,
    Reach,
    Repute,
    Rhythm,
    Signals,
    Standing,
    Sweep,
    Timing,
    Visits,
)
from indicia.detection.rulebook import ask
from indicia.detection.weights import WEIGHTS

VENDOR = NetworkClass.SECURITY_VENDOR
GATEWAY = MailProvider(ProviderKind.GATEWAY, "x")
PERSON = Companion(12, is_person=True, same_agent=False)
PEOPLE, MACHINES, MIXED = Crowd.PEOPLE, Crowd.MACHINES, Crowd.MIXED


def signals(**observed):
    interaction = Interaction(
        ip="192.0.2.1",
        uas="anything",
        domain="firm.test",
        action=observed.pop("action", Action.CLICK),
        method=observed.pop("method", None),
        headers=observed.pop("headers", None),
    )
    return Signals(interaction, **observed)


def net(network_class, operator="someone"):
    return Network(network_class, asn=64500, organisation="Someone", operator=operator, list_date="2026-10-05")


def agent(kind, **more):
    return UserAgent(kind, "Something", **more)


def browser(**more):
    return UserAgent(AgentKind.BROWSER, "Chrome", "chrome", 125, "windows", 10, released_on=date(2024, 5, 14), **more)


def old_browser():
    return UserAgent(AgentKind.BROWSER, "IE 8", "ie", 8, "windows", 7, released_on=date(2009, 3, 19))


def linux_browser():
    return UserAgent(AgentKind.BROWSER, "Firefox 150", "firefox", 150, "linux", released_on=date(2026, 10, 20))


def after(seconds):
    return Timing(seconds, "delivered")


def standing(nats, crowd=0):
    return Standing(nats, machines=3.0, people=1.0, crowd=crowd)


HITS = [
    ("declared_crawler", {"agent": agent(AgentKind.CRAWLER)}),
    ("declared_library", {"agent": agent(AgentKind.LIBRARY)}),
    ("declared_headless", {"agent": agent(AgentKind.HEADLESS)}),
    ("declared_previewer", {"agent": agent(AgentKind.PREVIEWER)}),
    ("declared_scanner", {"agent": agent(AgentKind.SECURITY_SCANNER)}),
    ("apple_mail_privacy", {"agent": agent(AgentKind.MAIL_PRIVACY), "network": net(NetworkClass.RELAY)}),
    ("apple_mail_privacy.header_only", {"agent": agent(AgentKind.MAIL_PRIVACY)}),
    (
        "gmail_prefetch",
        {"agent": agent(AgentKind.GMAIL_PREFETCH), "network": net(NetworkClass.IMAGE_PROXY, "google")},
    ),
    (
        "gmail_prefetch.header_only",
        {"agent": agent(AgentKind.GMAIL_PREFETCH), "network": net(NetworkClass.HOSTING, "aws")},
    ),
    ("image_proxy", {"agent": agent(AgentKind.IMAGE_PROXY), "network": net(NetworkClass.IMAGE_PROXY, "google")}),
    (
        "image_proxy",
        {
            "agent": agent(AgentKind.IMAGE_PROXY),
            "network": net(NetworkClass.HOSTING, "microsoft"),
            "timing": after(7_200),
        },
    ),
    ("image_proxy.elsewhere", {"agent": agent(AgentKind.IMAGE_PROXY), "network": net(NetworkClass.HOSTING, "aws")}),
    ("mail_client", {"agent": agent(AgentKind.MAIL_CLIENT)}),
    ("network.mail_filter", {"network": net(NetworkClass.MAIL_FILTER)}),
    ("network.crawler", {"network": net(NetworkClass.CRAWLER)}),
    ("network.mail_provider", {"network": net(NetworkClass.IMAGE_PROXY), "agent": browser()}),
    ("network.hosting", {"network": net(NetworkClass.HOSTING)}),
    ("network.microsoft", {"network": net(NetworkClass.HOSTING, "microsoft")}),
    ("network.cdn", {"network": net(NetworkClass.CDN)}),
    ("network.vpn", {"network": net(NetworkClass.VPN)}),
    ("network.tor", {"network": net(NetworkClass.TOR)}),
    ("network.eyeball", {"network": net(NetworkClass.EYEBALL)}),
    ("network.mobile", {"network": net(NetworkClass.MOBILE)}),
    ("network.education", {"network": net(NetworkClass.EDUCATION)}),
    ("network.secure_web_gateway", {"network": net(NetworkClass.SECURE_WEB_GATEWAY)}),
    ("network.relay", {"network": net(NetworkClass.RELAY), "agent": browser()}),
    (
        "network.relay.safari",
        {"network": net(NetworkClass.RELAY), "agent": agent(AgentKind.BROWSER, family="mobile_safari")},
    ),
    ("network.security_vendor", {"network": net(NetworkClass.SECURITY_VENDOR, "proofpoint")}),
    ("network.antivirus", {"network": net(NetworkClass.SECURITY_VENDOR, "kaspersky")}),
    ("empty_agent", {"agent": agent(AgentKind.EMPTY)}),
    ("unknown_agent", {"agent": agent(AgentKind.OTHER)}),
    ("impossible_agent", {"agent": browser(impossible="Internet Explorer on macOS")}),
    ("stale_browser", {"agent": browser(), "outdated_days": 400.0, "crowd": MACHINES}),
    ("stale_browser.among_people", {"agent": browser(), "outdated_days": 400.0, "crowd": PEOPLE}),
    (
        "stale_browser.ageing_system",
        {"agent": browser(is_mobile=True), "outdated_days": 400.0, "crowd": MACHINES},
    ),
    ("full_build", {"agent": browser(full_build=True)}),
    ("full_build.expected", {"agent": browser(full_build=True), "crowd": PEOPLE}),
    ("current_browser", {"agent": browser(), "outdated_days": 0.0}),
    (
        "current_browser.not_desktop_chromium",
        {"agent": agent(AgentKind.BROWSER, family="firefox"), "outdated_days": 0.0},
    ),
    ("agent_only_on_machines", {"agent": browser(), "outdated_days": 400.0, "habitat": Habitat(9, 1)}),
    ("click_delay.machines", {"timing": after(40), "crowd": MACHINES}),
    ("click_delay.mixed", {"timing": after(40), "crowd": MIXED}),
    ("click_delay.people", {"timing": after(40), "crowd": PEOPLE}),
    ("open_delay.machines", {"timing": after(40), "crowd": MACHINES, "action": Action.OPEN}),
    ("open_delay.mixed", {"timing": after(40), "crowd": MIXED, "action": Action.OPEN}),
    ("open_delay.people", {"timing": after(40), "crowd": PEOPLE, "action": Action.OPEN}),
    ("click_delay.people", {"timing": after(-4), "crowd": PEOPLE}),
    ("before_delivery", {"timing": after(-6)}),
    ("early_is_usual", {"timing": after(40), "early_mails": 0.5}),
    ("link_sweep", {"sweep": Sweep(3, 3, 3, 3)}),
    ("link_sweep", {"sweep": Sweep(2, 2, 2, 2)}),
    ("metronome", {"rhythm": Rhythm(5, 20.0, 0.1)}),
    ("colleagues", {"colleagues": 6, "timing": after(40), "crowd": MACHINES}),
    ("click_sweep", {"sweep": Sweep(0, 4, 0, 4)}),
    ("click_sweep", {"sweep": Sweep(0, 3, 0, 3), "crowd": MACHINES}),
    ("click_sweep.among_people", {"sweep": Sweep(0, 3, 0, 3), "crowd": PEOPLE}),
    ("network.security_vendor.open", {"network": net(VENDOR), "agent": browser(), "action": Action.OPEN}),
    ("slow_link_sweep", {"sweep": Sweep(1, 1, 5, 5)}),
    ("slow_click_sweep", {"sweep": Sweep(0, 1, 0, 5)}),
    ("host_caught", {"company": Company(host_caught=1), "crowd": MACHINES}),
    ("near_caught", {"company": Company(near_caught=1), "crowd": MACHINES}),
    ("near_caught.among_people", {"company": Company(near_caught=2), "crowd": PEOPLE}),
    ("pace", {"company": Company(host_early=3), "timing": after(100), "crowd": MACHINES}),
    ("pace", {"company": Company(fleet_late=3), "timing": after(100), "crowd": MACHINES}),
    ("fleet_share", {"company": Company(fleet_early=9, early_people=4), "timing": after(100), "crowd": MACHINES}),
    ("recipients_per_minute", {"reach": Reach(4, 4, 4)}),
    ("recipients_per_day", {"reach": Reach(0, 9, 5)}),
    ("recipients_per_day.one_domain", {"reach": Reach(0, 9, 1)}),
    ("crush", {"reach": Reach(0, 0, 0, together=5)}),
    ("crush", {"reach": Reach(0, 0, 0, agents=1, together=1, host_together=9)}),
    ("haste", {"reach": Reach(0, 1, 1, hasty=2), "crowd": MACHINES}),
    ("follows_person", {"companion": Companion(12, is_person=True, same_agent=False), "crowd": MACHINES}),
    (
        "follows_person.perhaps",
        {"companion": Companion(12, is_person=True, same_agent=False, is_certain=False), "crowd": MACHINES},
    ),
    ("follows_person.same_agent", {"companion": Companion(12, is_person=True, same_agent=True)}),
    ("repeated_by_machine", {"companion": Companion(12, is_person=False, same_agent=False)}),
    ("honeypot.own_message", {"visits": Visits(own_message=5.0)}),
    ("honeypot.own_message.among_people", {"visits": Visits(own_message=5.0), "crowd": PEOPLE}),
    ("honeypot.other_message", {"visits": Visits(other_message=5.0)}),
    ("honeypot.other_message.among_people", {"visits": Visits(other_message=5.0), "crowd": PEOPLE}),
    ("honeypot.block", {"visits": Visits(block=5.0)}),
    ("honeypot.message", {"visits": Visits(message=5.0)}),
    ("provider.gateway", {"provider": MailProvider(ProviderKind.GATEWAY, "x"), "timing": after(40)}),
    ("provider.microsoft", {"provider": MailProvider(ProviderKind.MICROSOFT_365, "x"), "timing": after(40)}),
    ("provider.consumer", {"provider": MailProvider(ProviderKind.CONSUMER, "x"), "timing": after(40)}),
    ("familiar_client", {"familiar_hours": 20.0}),
    ("opened_before", {"opened_before": 20.0}),
    ("head_request", {"method": "HEAD"}),
    ("prefetch_request", {"headers": {"Sec-Purpose": "prefetch;prerender"}}),
    ("automation_headers", {"headers": {"sec-ch-ua": '"HeadlessChrome";v="157"'}}),
    ("no_accept_language", {"headers": dict.fromkeys("abcd", "x"), "agent": browser()}),
    ("obsolete_agent", {"agent": old_browser()}),
    ("linux_in_cloud", {"agent": linux_browser(), "crowd": MACHINES}),
    ("twin_links", {"sweep": Sweep(2, 2, 2, 2, is_twin=True)}),
    ("probed_first", {"sweep": Sweep(1, 2, 1, 2, is_probed=True)}),
    ("rush", {"rush": 1.5, "crowd": MACHINES}),
    ("raid.same_host", {"raid": Raid(30, is_same_host=True)}),
    ("raid.open", {"raid": Raid(33, is_same_host=False), "action": Action.OPEN}),
]

NEAR_MISSES = [
    ("network.security_vendor", {"network": net(NetworkClass.SECURITY_VENDOR, "eset")}),
    ("obsolete_agent", {"agent": browser()}),
    ("stale_browser", {"agent": old_browser(), "outdated_days": 5_000.0, "crowd": MACHINES}),
    ("linux_in_cloud", {"agent": linux_browser(), "crowd": PEOPLE}),
    ("linux_in_cloud", {"agent": browser(), "crowd": MACHINES}),
    ("current_browser.not_desktop_chromium", {"agent": linux_browser(), "outdated_days": 0.0}),
    ("click_delay.machines", {"timing": after(40), "crowd": MACHINES, "companion": PERSON}),
    ("click_delay.machines", {"timing": after(40), "crowd": MACHINES, "network": net(VENDOR, "eset")}),
    ("early_is_usual", {"timing": after(40), "early_mails": 0.9, "crowd": MACHINES, "companion": PERSON}),
    ("provider.gateway", {"provider": GATEWAY, "timing": after(40), "network": net(VENDOR, "proofpoint")}),
    ("provider.gateway", {"provider": GATEWAY, "timing": after(40), "companion": PERSON}),
    ("provider.gateway", {"provider": GATEWAY, "timing": after(40), "network": net(NetworkClass.HOSTING, "microsoft")}),
    ("full_build", {"agent": browser(full_build=True), "outdated_days": 900.0, "crowd": MACHINES}),
    ("opened_before", {"opened_before": 20.0, "companion": PERSON}),
    ("familiar_client", {"familiar_hours": 20.0, "network": net(VENDOR, "proofpoint")}),
    ("raid.open", {"raid": Raid(130, is_same_host=False), "action": Action.OPEN}),
    ("raid.open", {"raid": Raid(10, is_same_host=False)}),
    ("rush", {"rush": 1.0, "crowd": MIXED}),
    ("host_caught", {"company": Company(host_caught=1, host_late=2), "crowd": MACHINES}),
    ("near_caught", {"company": Company(near_caught=1, host_late=4), "crowd": MACHINES}),
    ("near_caught", {"company": Company(near_caught=9), "network": net(VENDOR), "timing": after(7_200)}),
    ("near_caught", {"company": Company(near_caught=9), "network": net(VENDOR)}),
    ("honeypot.block", {"visits": Visits(block=60), "network": net(VENDOR), "timing": after(7_200)}),
    ("near_caught.among_people", {"company": Company(near_caught=1), "crowd": PEOPLE}),
    ("pace", {"company": Company(host_early=3), "timing": after(9_000), "crowd": MACHINES}),
    ("pace", {"company": Company(host_early=3), "timing": after(100), "crowd": PEOPLE}),
    ("pace", {"company": Company(host_early=3), "timing": after(100), "crowd": MACHINES, "companion": PERSON}),
    ("pace", {"company": Company(fleet_early=9), "timing": after(100), "crowd": MACHINES}),
    (
        "pace",
        {"company": Company(host_early=3, host_fresh=3), "timing": after(100), "crowd": MACHINES, "early_share": 0.97},
    ),
    (
        "pace",
        {"company": Company(host_late=9), "timing": after(100), "crowd": MACHINES, "sweep": Sweep(0, 4, 0, 4)},
    ),
    ("fleet_share", {"company": Company(fleet_early=9, early_people=24), "timing": after(100), "crowd": MACHINES}),
    ("fleet_share", {"company": Company(fleet_early=9, early_people=None), "timing": after(100), "crowd": MACHINES}),
    ("fleet_share", {"company": Company(fleet_early=9, fleet_late=8), "timing": after(100), "crowd": MACHINES}),
    ("fleet_share", {"company": Company(fleet_early=9), "timing": after(400), "crowd": MACHINES}),
    ("recipients_per_minute", {"reach": Reach(4, 4, 4, agents=6)}),
    ("recipients_per_minute", {"reach": Reach(2, 2, 2)}),
    ("recipients_per_day", {"reach": Reach(0, 9, 5), "network": net(NetworkClass.HOSTING, "microsoft")}),
    ("recipients_per_day", {"reach": Reach(0, 9, 5, agents=6)}),
    ("recipients_per_day", {"reach": Reach(0, 9, 5), "network": net(NetworkClass.VPN)}),
    ("crush", {"reach": Reach(0, 0, 0, together=3)}),
    ("crush", {"reach": Reach(0, 0, 0, agents=9, together=6, host_together=40)}),
    ("crush", {"reach": Reach(0, 0, 0, together=9), "network": net(NetworkClass.VPN)}),
    ("haste", {"reach": Reach(0, 1, 1, hasty=1), "crowd": MACHINES}),
    ("haste", {"reach": Reach(0, 1, 1, hasty=9)}),
    ("repeated_by_machine", {"companion": Companion(600, is_person=False, same_agent=False)}),
    ("image_proxy", {"agent": agent(AgentKind.IMAGE_PROXY), "network": net(NetworkClass.HOSTING, "aws")}),
    ("link_sweep", {"sweep": Sweep(2, 2, 8, 8)}),
    ("twin_links", {"sweep": Sweep(4, 4, 4, 4, is_twin=True)}),
    ("probed_first", {"sweep": Sweep(2, 2, 2, 2)}),
    ("mail_client", {"agent": browser()}),
    ("network.hosting", {"network": net(NetworkClass.HOSTING), "agent": agent(AgentKind.IMAGE_PROXY)}),
    ("network.mail_provider", {"network": net(NetworkClass.IMAGE_PROXY), "agent": agent(AgentKind.IMAGE_PROXY)}),
    ("network.relay", {"network": net(NetworkClass.RELAY), "agent": agent(AgentKind.MAIL_PRIVACY)}),
    ("empty_agent", {"agent": Missing.NOT_GIVEN}),
    ("stale_browser", {"agent": browser(), "outdated_days": Missing.UNAVAILABLE}),
    ("current_browser", {"agent": browser(), "outdated_days": 61.0}),
    ("current_browser", {"agent": browser(full_build=True), "outdated_days": 0.0}),
    ("full_build", {"agent": browser()}),
    ("agent_only_on_machines", {"agent": browser(), "outdated_days": 400.0, "habitat": Habitat(9, 4)}),
    ("agent_only_on_machines", {"agent": browser(), "outdated_days": 0.0, "habitat": Habitat(20, 0)}),
    ("click_delay.machines", {"timing": Missing.NOT_GIVEN, "crowd": MACHINES}),
    (
        "click_delay.machines",
        {
            "timing": after(9_000),
            "crowd": MACHINES,
            "companion": Companion(3, is_person=True, same_agent=False),
        },
    ),
    ("open_delay.mixed", {"timing": after(40), "action": Action.OPEN, "agent": agent(AgentKind.MAIL_PRIVACY)}),
    ("before_delivery", {"timing": after(-4)}),
    ("early_is_usual", {"timing": after(40), "early_mails": 0.1}),
    ("early_is_usual", {"timing": after(900), "early_mails": 0.5}),
    ("early_is_usual", {"timing": after(40), "early_mails": 0.5, "action": Action.OPEN}),
    ("link_sweep", {"sweep": Sweep(1, 1, 2, 2)}),
    ("click_sweep", {"sweep": Sweep(0, 2, 0, 2)}),
    ("slow_link_sweep", {"sweep": Sweep(1, 1, 2, 2)}),
    ("slow_click_sweep", {"sweep": Sweep(0, 1, 0, 4)}),
    ("honeypot.block", {"visits": Visits(block=5.0), "crowd": PEOPLE}),
    ("honeypot.message", {"visits": Visits(message=21.0)}),
    ("honeypot.message", {"visits": Visits(message=5.0), "crowd": PEOPLE}),
    ("provider.gateway", {"provider": MailProvider(ProviderKind.GATEWAY, "x"), "timing": after(3_600)}),
    ("provider.gateway", {"provider": MailProvider(ProviderKind.GATEWAY, "x")}),
    ("provider.gateway", {"provider": MailProvider(ProviderKind.OTHER, ""), "timing": after(40)}),
    ("network.security_vendor.open", {"network": net(VENDOR), "agent": browser()}),
    (
        "network.security_vendor.open",
        {"network": net(VENDOR), "agent": agent(AgentKind.MAIL_CLIENT), "action": Action.OPEN},
    ),
    ("click_delay.people", {"agent": agent(AgentKind.EMPTY), "timing": after(7_200), "crowd": PEOPLE}),
    ("click_sweep", {"sweep": Sweep(0, 3, 0, 3), "crowd": PEOPLE}),
    ("metronome", {"rhythm": Rhythm(5, 20.0, 0.3)}),
    ("metronome", {"rhythm": Rhythm(5, 1.0, 0.0)}),
    ("colleagues", {"colleagues": 3, "timing": after(40), "crowd": MACHINES}),
    ("colleagues", {"colleagues": 6, "timing": after(140), "crowd": MACHINES}),
    ("colleagues", {"colleagues": 6, "timing": after(40), "crowd": PEOPLE}),
    ("colleagues", {"colleagues": 6, "timing": after(40), "crowd": MACHINES, "provider": GATEWAY}),
    (
        "colleagues",
        {
            "colleagues": 6,
            "timing": after(40),
            "crowd": MACHINES,
            "network": net(NetworkClass.HOSTING, "microsoft"),
        },
    ),
    ("near_caught", {"company": Company(near_caught=9), "network": net(VENDOR), "timing": after(400)}),
    ("provider.gateway", {"provider": GATEWAY, "timing": after(40), "crowd": PEOPLE}),
    ("familiar_client", {"familiar_hours": 0.5}),
    ("familiar_client", {"familiar_hours": 20.0, "agent": agent(AgentKind.MAIL_PRIVACY)}),
    (
        "provider.consumer",
        {
            "provider": MailProvider(ProviderKind.CONSUMER, "x"),
            "timing": after(40),
            "agent": agent(AgentKind.MAIL_PRIVACY),
        },
    ),
    ("head_request", {"method": "GET"}),
    ("prefetch_request", {"headers": {"Sec-Purpose": "navigate"}}),
    ("no_accept_language", {"headers": dict.fromkeys("abc", "x"), "agent": browser()}),
    ("no_accept_language", {"headers": {**dict.fromkeys("abc", "x"), "Accept-Language": "de"}, "agent": browser()}),
]

HITS += [
    ("lockstep", {"conduct": Conduct(in_step=11, occasions=4)}),
    ("lockstep", {"conduct": Conduct(in_step=11, occasions=4, even_delay=7_200.0, strange_networks=9)}),
    ("never_repeats", {"conduct": Conduct(strange_networks=9)}),
    ("even_delay", {"conduct": Conduct(even_delay=7_200.0, strange_networks=9)}),
    ("reputation.network", {"repute": Repute(place=standing(2.0)), "crowd": MACHINES}),
    ("reputation.network", {"repute": Repute(place=standing(-2.0, crowd=200)), "crowd": PEOPLE}),
    ("reputation.network.among_people", {"repute": Repute(place=standing(2.0)), "crowd": PEOPLE}),
    ("reputation.network.among_people", {"repute": Repute(place=standing(2.0, crowd=25)), "crowd": MACHINES}),
    ("reputation.agent", {"repute": Repute(agent=standing(-1.0))}),
    ("reputation.recipient", {"repute": Repute(recipient=standing(-1.0))}),
    ("reputation.mail_domain", {"repute": Repute(mail_domain=standing(1.0))}),
    ("reputation.sender", {"repute": Repute(sender=standing(-0.4))}),
]
NEAR_MISSES += [
    ("lockstep", {"conduct": Conduct(strange_networks=9)}),
    ("lockstep", {"conduct": Conduct(in_step=11, occasions=4), "action": Action.OPEN}),
    ("never_repeats", {"conduct": Conduct(even_delay=7_200.0)}),
    ("reputation.network", {"repute": Repute(place=standing(2.0)), "crowd": PEOPLE}),
    ("reputation.network", {"repute": Repute(place=standing(0.2)), "crowd": MACHINES}),
    ("reputation.agent", {"repute": Repute(place=standing(2.0))}),
]


def _named(cases):
    return [pytest.param(signal, observed, id=f"{signal}-{n}") for n, (signal, observed) in enumerate(cases)]


@pytest.mark.parametrize(("signal", "observed"), _named(HITS))
def test_a_hit_is_found_and_can_say_why(signal, observed):
    findings = {finding.signal: finding for finding in ask(signals(**observed))}

    assert signal in findings
    sentence = findings[signal].sentence.format(*findings[signal].values)
    assert sentence
    assert "None" not in sentence


@pytest.mark.parametrize(("signal", "observed"), _named(NEAR_MISSES))
def test_a_near_miss_is_left_alone(signal, observed):
    assert signal not in {finding.signal for finding in ask(signals(**observed))}


def test_every_row_of_the_table_has_a_hit():
    assert {signal for signal, _ in HITS} == set(WEIGHTS)


def test_every_rule_is_in_the_rulebook():
    defined = set()
    for path in Path(rules.__path__[0]).glob("*.py"):
        defined.update(re.findall(r"^def ([a-z]\w*)\(signals: Signals\) -> Finding", path.read_text(), re.MULTILINE))

    assert defined <= set(vars(rulebook))


def test_nothing_is_said_about_nothing():
    assert ask(Signals(Interaction())) == []


def test_a_reason_names_the_list_and_its_date():
    findings = ask(signals(network=net(NetworkClass.MAIL_FILTER, "microsoft-eop")))

    sentence = findings[0].sentence.format(*findings[0].values)
    assert sentence == "192.0.2.1 is in the mail-filtering range of microsoft-eop (list of 2026-10-05)"
