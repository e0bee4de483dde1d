"""All numbers that decide, in one table.

A weight is in nats: the natural logarithm of how many times likelier the finding is from a machine than from a
person. Weights add up, because rules are kept about different things; what is about the same thing shares a group,
and a group's cap keeps one fact from being counted twice. The sum and the prior give the log-odds of a bot.

Where the numbers come from, as named in the table:
  sweep log   836 scan bursts of one production sender (Craft Campaign, GitHub issue 546, August 2026);
  readers     5.5 bn mails of GetResponse (2019-20): clicks are log-normal around 2.8 h, 1.8 % within a minute, 7.6 %
              within five; and XCampaign (14.9 M sends): opens around 6.4 h;
  documented  the operator's own documentation says what these machines are or send;
  field       reports of senders and of open source trackers about the named behaviour;
  judgement   a careful guess, to be fitted on labelled traffic.
"""

import msgspec

from indicia.detection.model import Category

# Log-odds of a bot before anything is known, about 1:6. Published shares of machine clicks range from 5 % to 90 %, so
# this is no estimate: it is what a person is owed before something speaks.
PRIOR = -1.8

# Where not even times are posted, most of what would speak for a scanner cannot, and what little speaks for a machine
# mostly is one: half of all clicks are (5 % to 90 %, see above). So the probability is told from even odds once this
# many nats speak for a machine, less below. It is calibrated on worlds with seeds 11 to 13, and changes no verdict.
EVEN_ODDS_FROM = 0.7

# Ordinary facts about people (a home line, a current browser, a late hour) are each weak and go together; all of them
# must not outweigh one finding that no person can cause.
HUMAN_CAP = -4.5


class Group(msgspec.Struct, frozen=True, eq=False):
    """Findings about the same thing, with the lowest and the highest sum of their weights; compared by identity."""

    title: str
    lowest: float
    highest: float


IDENTITY = Group("identity", -4.0, 9.0)
NETWORK = Group("network", -2.0, 5.0)
AGENT = Group("agent", -2.0, 5.0)
TIMING = Group("timing", -2.5, 5.0)
SWEEP = Group("sweep", 0.0, 9.0)
COMPANY = Group("company", -2.2, 4.5)
HONEYPOT = Group("honeypot", 0.0, 5.5)
RECIPIENT = Group("recipient", -3.0, 1.5)
REQUEST = Group("request", 0.0, 7.0)
CONDUCT = Group("conduct", 0.0, 9.0)
REPUTATION = Group("reputation", -2.5, 4.5)

# What is learned over weeks, and may come after a verdict was given.
LEARNED = frozenset({CONDUCT, REPUTATION})


class Weight(msgspec.Struct, frozen=True):
    """One row of the table.

    `curve` is a list of (measure, nats), interpolated between its points and flat beyond them; a single point is a
    constant. `category` is what the visitor is if this row is the strongest one.
    """

    group: Group
    curve: tuple[tuple[float, float], ...]
    origin: str
    category: Category = Category.UNKNOWN_BOT

    def nats(self, measure: float) -> float:
        """Read the curve at `measure`."""
        known, nats = self.curve[0]
        if measure <= known:
            return nats
        for point, nats_there in self.curve:
            if measure < point:
                return nats + (measure - known) / (point - known) * (nats_there - nats)
            known, nats = point, nats_there
        return nats


def _always(nats: float) -> tuple[tuple[float, float], ...]:
    return ((0.0, nats),)


WEIGHTS: dict[str, Weight] = {
    # Clients that say, or that their operator says, what they are. Eight nats outweigh all that speaks for a person.
    "declared_crawler": Weight(IDENTITY, _always(8.0), "documented: published crawler lists", Category.CRAWLER),
    "declared_library": Weight(IDENTITY, _always(8.0), "documented: the library's default header", Category.AUTOMATION),
    "declared_headless": Weight(IDENTITY, _always(8.0), "documented: the tool's default header", Category.AUTOMATION),
    "declared_previewer": Weight(
        IDENTITY, _always(8.0), "documented: chat and social link previews", Category.LINK_PREVIEW
    ),
    "declared_scanner": Weight(
        IDENTITY, _always(8.0), "field: scanners that name themselves", Category.SECURITY_SCANNER
    ),
    "apple_mail_privacy": Weight(
        IDENTITY,
        _always(8.0),
        "documented: Apple's egress list and this exact header",
        Category.PRIVACY_PROXY,
    ),
    "apple_mail_privacy.header_only": Weight(
        IDENTITY,
        _always(5.0),
        "field: no browser sends it; a proxy may hide the address",
        Category.PRIVACY_PROXY,
    ),
    "gmail_prefetch": Weight(
        IDENTITY,
        _always(8.0),
        "documented by SparkPost on 9.8 bn opens (December 2021)",
        Category.MAIL_PREFETCH,
    ),
    "gmail_prefetch.header_only": Weight(
        IDENTITY,
        _always(5.0),
        "field: a frozen header of 2015 with a doubled token",
        Category.MAIL_PREFETCH,
    ),
    "image_proxy": Weight(IDENTITY, _always(-3.0), "documented: fetched when the recipient looks at the mail"),
    "image_proxy.elsewhere": Weight(IDENTITY, _always(-1.0), "judgement: the header alone is easily copied"),
    "mail_client": Weight(IDENTITY, _always(-2.5), "judgement: scanners pose as browsers, not as mail programs"),
    # Networks. What a network is called decides little by itself: people use VPNs, relays and cloud desktops.
    "network.mail_filter": Weight(
        IDENTITY,
        _always(8.0),
        "documented: ranges that only filter mail",
        Category.SECURITY_SCANNER,
    ),
    "network.crawler": Weight(NETWORK, _always(4.0), "documented: published crawler ranges", Category.CRAWLER),
    "network.mail_provider": Weight(
        NETWORK, _always(1.5), "judgement: a mailbox provider's own machines, not as an image proxy"
    ),
    "network.hosting": Weight(NETWORK, _always(1.5), "judgement: half of VPN exits are listed so"),
    "network.microsoft": Weight(NETWORK, _always(0.6), "field: link scans, but also cloud desktops of people"),
    "network.cdn": Weight(NETWORK, _always(0.5), "judgement: carries people's privacy services"),
    "network.vpn": Weight(NETWORK, _always(0.3), "judgement: mostly people"),
    "network.tor": Weight(NETWORK, _always(0.5), "judgement: people and abuse"),
    "network.eyeball": Weight(NETWORK, _always(-1.0), "judgement: ad-fraud botnets live here too"),
    "network.mobile": Weight(NETWORK, _always(-1.0), "field: shared addresses, but fewer bots"),
    "network.education": Weight(NETWORK, _always(-1.0), "judgement: as access lines"),
    "network.secure_web_gateway": Weight(NETWORK, _always(-0.5), "documented: carries office people to the web"),
    "network.relay": Weight(NETWORK, _always(-0.7), "documented: carries people with Apple devices"),
    "network.relay.safari": Weight(
        NETWORK, _always(-2.0), "documented: the relay validates the device and serves Safari"
    ),
    "network.security_vendor": Weight(
        NETWORK, _always(0.6), "field: scanners, but also people in isolated browsers", Category.SECURITY_SCANNER
    ),
    "network.security_vendor.open": Weight(
        NETWORK,
        _always(2.2),
        "field: isolated browsers and rewriting proxies carry people's clicks, not their mail programs",
        Category.SECURITY_SCANNER,
    ),
    "network.antivirus": Weight(
        NETWORK,
        _always(3.8),
        "field: fetches again what customers visit, and carries nobody",
        Category.SECURITY_SCANNER,
    ),
    # User agents.
    "empty_agent": Weight(
        AGENT, _always(4.6), "judgement: one privacy tool in 10,000 clicks, one script in 100", Category.AUTOMATION
    ),
    "unknown_agent": Weight(AGENT, _always(1.0), "judgement: neither browser nor declared bot"),
    "impossible_agent": Weight(AGENT, _always(3.3), "field: scanners invent headers", Category.SECURITY_SCANNER),
    "obsolete_agent": Weight(
        AGENT,
        _always(5.0),
        "documented: RFC 8996; field: antivirus software poses as Internet Explorer 6 to 8 and Chrome 14",
        Category.SECURITY_SCANNER,
    ),
    # Measure: days since a newer major version became the usual one. Safe Links ran Chrome 57 to 125, 5 to 10 months
    # behind; people behind by years sit on phones and on systems that get no updates.
    "stale_browser": Weight(
        AGENT,
        ((60, 0.0), (120, 0.4), (240, 1.2), (365, 1.6), (730, 2.2), (1_460, 2.6)),
        "field: versions seen in scans",
    ),
    "stale_browser.ageing_system": Weight(
        AGENT,
        ((60, -0.7), (365, -0.3), (1_460, 0.6)),
        "judgement: phones and old systems stop updating, and scanners seldom pose as them",
    ),
    "stale_browser.among_people": Weight(
        AGENT, ((90, 0.1), (365, 0.7), (1_460, 1.5)), "judgement: kiosks and managed desktops"
    ),
    "full_build": Weight(
        AGENT, _always(1.2), "documented: Chromium reduced its header from 2022 on; fakes kept the build"
    ),
    "full_build.expected": Weight(
        AGENT, _always(0.5), "judgement: policies and forks can keep the build; an old browser is weighed already"
    ),
    "linux_in_cloud": Weight(
        AGENT, _always(1.1), "judgement: few people's desktops, most servers", Category.AUTOMATION
    ),
    "current_browser": Weight(AGENT, _always(-0.3), "judgement: 40 % of people against 30 % of scanners"),
    "current_browser.not_desktop_chromium": Weight(
        AGENT, _always(-1.5), "judgement: over half of people, an eighth of scanners"
    ),
    # Measure: address blocks of machines beyond those that people can explain.
    "agent_only_on_machines": Weight(
        COMPANY,
        ((3, 0.8), (6, 1.5), (12, 2.2)),
        "field: one header over 28 addresses in 11 networks",
        Category.SECURITY_SCANNER,
    ),
    # Timing. Measure: seconds since delivery or sending. The sweep log over the readers' curve gives +4.0 at 20-60 s,
    # +1.6 at 1-5 min, -2.2 to -4.2 later. Shaved on both sides: mail that people wait for is clicked at 20-60 s, and
    # harvesters and repeated scans come at any hour. A cloud and an early click stay just below the threshold: 1.8 %
    # of the people there click within a minute, so one more fact must tip it. Among people timing never condemns.
    "click_delay.machines": Weight(
        TIMING,
        (
            (2, 2.6),
            (5, 1.2),
            (20, 1.5),
            (30, 1.8),
            (60, 1.7),
            (90, 1.4),
            (180, 1.1),
            (300, 0.7),
            (600, -0.2),
            (1_800, -0.9),
            (3_600, -1.3),
        ),
        "sweep log over readers; halved early for people in clouds, capped late for harvesters",
        Category.SECURITY_SCANNER,
    ),
    "click_delay.mixed": Weight(
        TIMING,
        (
            (2, 2.4),
            (5, 1.2),
            (20, 1.5),
            (30, 1.8),
            (60, 1.7),
            (120, 1.1),
            (300, 0.5),
            (600, -0.5),
            (1_800, -1.2),
            (3_600, -2.0),
            (86_400, -2.5),
        ),
        "sweep log over readers, halved early",
        Category.SECURITY_SCANNER,
    ),
    "click_delay.people": Weight(
        TIMING,
        (
            (3, 2.0),
            (8, 1.0),
            (30, 1.5),
            (60, 1.2),
            (150, 0.6),
            (300, 0.2),
            (600, -0.7),
            (1_800, -1.4),
            (3_600, -2.0),
        ),
        "sweep log over readers; capped, since scanners are rare here",
        Category.SECURITY_SCANNER,
    ),
    "open_delay.machines": Weight(
        TIMING,
        (
            (20, 2.6),
            (30, 2.0),
            (45, 1.6),
            (60, 1.3),
            (120, 0.8),
            (300, 0.3),
            (600, -0.4),
            (1_800, -0.9),
            (3_600, -1.3),
        ),
        "sweep log: pixel loaded after 9 s (median), 84 % within 20 s; readers",
        Category.SECURITY_SCANNER,
    ),
    "open_delay.mixed": Weight(
        TIMING,
        ((20, 2.0), (60, 1.3), (120, 0.7), (300, 0.2), (600, -0.6), (1_800, -1.2), (3_600, -2.0)),
        "sweep log over readers, shaved",
        Category.SECURITY_SCANNER,
    ),
    "open_delay.people": Weight(
        TIMING,
        ((3, 1.5), (20, 1.0), (60, 0.5), (300, 0.0), (1_800, -1.2), (3_600, -1.8)),
        "sweep log over readers; phones announce mail at once",
        Category.SECURITY_SCANNER,
    ),
    # Measure: seconds before the mail. Below 5 s clocks differ; above an hour a time zone is the better guess.
    "before_delivery": Weight(
        TIMING,
        ((5, 0.5), (30, 5.0), (900, 5.0), (3_600, 2.0)),
        "field: gateways click before they accept; clock skew",
        Category.SECURITY_SCANNER,
    ),
    # Measure: share of this domain's mails that get early clicks only.
    "early_is_usual": Weight(
        TIMING,
        ((0.3, -0.3), (0.5, -0.8), (0.9, -1.5)),
        "ln(share / 7.6 %) of the readers' curve, shaved",
    ),
    # Sweeps. Measure: links, or clicks on links unknown.
    "link_sweep": Weight(
        SWEEP,
        ((2, 1.0), (3, 8.0), (6, 9.0)),
        "sweep log: 9-10 links in under a second; Marketo's proximity rule",
        Category.SECURITY_SCANNER,
    ),
    "click_sweep": Weight(
        SWEEP,
        ((2, 0.0), (3, 2.2), (4, 3.5), (6, 5.5), (9, 7.0)),
        "field: four clicks in a second; two are a double click, and few people click a third time",
        Category.SECURITY_SCANNER,
    ),
    "click_sweep.among_people": Weight(
        SWEEP,
        ((2, 0.0), (3, 1.0), (4, 3.5), (6, 5.5), (9, 7.0)),
        "field: as above, where people are many and scanners few",
        Category.SECURITY_SCANNER,
    ),
    "slow_link_sweep": Weight(
        SWEEP,
        ((3, 0.8), (4, 1.6), (5, 3.0), (8, 5.5)),
        "field: some gateways queue one link a second; people open tabs",
        Category.SECURITY_SCANNER,
    ),
    "slow_click_sweep": Weight(
        SWEEP,
        ((5, 0.8), (8, 2.5), (12, 4.5)),
        "field: as above, with impatient people",
        Category.SECURITY_SCANNER,
    ),
    "twin_links": Weight(
        SWEEP,
        _always(3.0),
        "sweep log: a few milliseconds between links; a double click is on one",
        Category.SECURITY_SCANNER,
    ),
    "probed_first": Weight(
        SWEEP, _always(5.0), "documented: browsers follow links with GET", Category.SECURITY_SCANNER
    ),
    "metronome": Weight(
        SWEEP,
        ((5, 1.6), (8, 2.4)),
        "judgement: people's gaps vary by far more than a fifth; some page through a list",
        Category.AUTOMATION,
    ),
    "rush": Weight(
        SWEEP,
        _always(1.6),
        "field: lemlist and beehiiv suspect clicks within seconds of the pixel",
        Category.AUTOMATION,
    ),
    "raid.same_host": Weight(
        SWEEP,
        _always(5.0),
        "field: the pixel and the links are loaded by one host, under several names",
        Category.SECURITY_SCANNER,
    ),
    "raid.open": Weight(
        SWEEP, _always(2.5), "sweep log: the pixel is loaded 33 s before the links", Category.SECURITY_SCANNER
    ),
    # Company: what the same client did elsewhere. Measure: other messages, less those it came to like a reader.
    "host_caught": Weight(
        COMPANY,
        ((0.5, 2.5), (1, 3.2), (2, 4.0), (4, 4.5)),
        "field: single clicks come from the hosts that sweep; few servers have a second user",
        Category.SECURITY_SCANNER,
    ),
    "near_caught": Weight(
        COMPANY,
        ((0.5, 1.0), (1, 1.5), (2, 2.2), (4, 3.0)),
        "field: a cluster's address blocks say what single addresses do not",
        Category.SECURITY_SCANNER,
    ),
    "near_caught.among_people": Weight(
        COMPANY, ((1, 1.5), (3, 2.5)), "judgement: a gateway on an office's own line", Category.SECURITY_SCANNER
    ),
    "pace": Weight(
        COMPANY,
        ((-4, -2.2), (-1, -0.8), (0, 0.0), (1, 0.3), (2, 0.9), (3, 1.6), (5, 2.6), (8, 3.3)),
        "97 % early (sweep log) against 7.6 % (readers), shaved as fleets share a cause",
        Category.SECURITY_SCANNER,
    ),
    # Measure: messages at this operator beyond those that people with this user agent explain.
    "fleet_share": Weight(
        COMPANY,
        ((1, 0.5), (3, 1.2), (8, 2.0), (20, 2.8)),
        "judgement: few people are in clouds, most scanners are",
        Category.SECURITY_SCANNER,
    ),
    "colleagues": Weight(
        COMPANY,
        ((4, 0.5), (10, 1.0), (20, 1.3)),
        "judgement: what filters a company's mail scans all of it; colleagues may wait for the same mail",
        Category.SECURITY_SCANNER,
    ),
    "recipients_per_minute": Weight(
        COMPANY,
        ((3, 1.2), (5, 2.2), (10, 3.2)),
        "judgement: one client, many mailboxes at once",
        Category.SECURITY_SCANNER,
    ),
    "recipients_per_day": Weight(
        COMPANY,
        ((3, 1.5), (5, 2.8), (8, 3.8), (15, 4.5)),
        "field: 50 mailboxes per client in a harvester's cluster, 1 among people",
        Category.AUTOMATION,
    ),
    "recipients_per_day.one_domain": Weight(
        COMPANY, ((5, 0.3), (20, 1.2)), "judgement: an office behind a cloud proxy does it too"
    ),
    "crush": Weight(
        COMPANY,
        ((4, 1.0), (5, 2.0), (6, 2.4), (10, 3.2), (20, 3.8)),
        "judgement: sweeps, as far as they can be told without times",
        Category.SECURITY_SCANNER,
    ),
    "haste": Weight(
        COMPANY,
        ((2, 2.6), (3, 3.4), (5, 4.2)),
        "judgement: people read between clicks, most of the time",
        Category.AUTOMATION,
    ),
    # Companions. Measure: seconds between the two clicks.
    "follows_person": Weight(
        COMPANY,
        ((15, 3.2), (60, 2.6), (600, 1.8), (3_600, 1.2)),
        "field: security software repeats a person's click, 12 s later in one report",
        Category.SECURITY_SCANNER,
    ),
    "follows_person.perhaps": Weight(
        COMPANY,
        ((15, 2.0), (60, 1.6), (600, 1.0), (3_600, 0.6)),
        "judgement: as above, of a click that may be a machine's as well",
        Category.SECURITY_SCANNER,
    ),
    "follows_person.same_agent": Weight(
        COMPANY, _always(1.5), "judgement: or the person switched a VPN on", Category.SECURITY_SCANNER
    ),
    "repeated_by_machine": Weight(RECIPIENT, _always(-1.5), "field: of such a pair exactly one is a machine"),
    # Honeypots. Measure: seconds since the visit, or before it.
    "honeypot.own_message": Weight(
        HONEYPOT,
        ((300, 5.5), (1_800, 4.5)),
        "field: hidden links are followed by machines",
        Category.SECURITY_SCANNER,
    ),
    "honeypot.own_message.among_people": Weight(
        HONEYPOT,
        ((5, 1.8), (60, 1.4), (1_800, 0.8)),
        "field: people tap blank areas; 5 less ln of some 25 people behind the address",
        Category.SECURITY_SCANNER,
    ),
    "honeypot.other_message": Weight(
        HONEYPOT,
        ((60, 4.5), (1_800, 3.5)),
        "field: the same client on another mail",
        Category.SECURITY_SCANNER,
    ),
    "honeypot.other_message.among_people": Weight(
        HONEYPOT, ((60, 1.2), (1_800, 0.5)), "judgement: a shared address", Category.SECURITY_SCANNER
    ),
    "honeypot.block": Weight(
        HONEYPOT,
        _always(2.0),
        "field: scanners rotate addresses inside a block",
        Category.SECURITY_SCANNER,
    ),
    "honeypot.message": Weight(
        HONEYPOT,
        _always(2.0),
        "field: one sweep over several addresses lasts about 20 s",
        Category.SECURITY_SCANNER,
    ),
    # Recipients.
    "provider.gateway": Weight(RECIPIENT, _always(1.0), "field: gateways follow links", Category.SECURITY_SCANNER),
    "provider.microsoft": Weight(
        RECIPIENT,
        _always(0.3),
        "field: scans differ by tenant and year",
        Category.SECURITY_SCANNER,
    ),
    "provider.consumer": Weight(RECIPIENT, _always(-1.6), "judgement: no third party filters a private mailbox"),
    "familiar_client": Weight(RECIPIENT, ((1, -0.5), (6, -1.5)), "judgement: people come back with the same device"),
    "opened_before": Weight(RECIPIENT, _always(-1.2), "judgement: scanners do not use the recipient's mail program"),
    # The request itself.
    "head_request": Weight(
        REQUEST,
        _always(7.0),
        "documented: browsers follow links with GET",
        Category.SECURITY_SCANNER,
    ),
    "prefetch_request": Weight(REQUEST, _always(7.0), "documented: the Sec-Purpose header", Category.LINK_PREVIEW),
    "automation_headers": Weight(
        REQUEST, _always(6.0), "documented: client hints name the headless browser", Category.AUTOMATION
    ),
    "no_accept_language": Weight(REQUEST, _always(1.5), "field: every browser sends it", Category.AUTOMATION),
    # What shows only over weeks (see `learning`). Late, at home, with a current browser is how these machines mean to
    # look, so lockstep must outweigh all of that. Measure: occasions, and visits.
    "lockstep": Weight(
        CONDUCT,
        ((3, 8.0), (6, 9.0)),
        "SynchroTrap (CCS 2014): over 99 % of such groups were machines; chance is excluded beyond e^6",
        Category.BOTNET,
    ),
    "never_repeats": Weight(
        CONDUCT, ((8, 1.5), (12, 2.0)), "judgement: residential proxies, but also travellers", Category.BOTNET
    ),
    "even_delay": Weight(CONDUCT, _always(2.0), "judgement: a scheduler, or a person of iron habits", Category.BOTNET),
    # Measure: nats of the learned posterior. Shaved, as hidden links and networks are weighed by themselves as well.
    "reputation.network": Weight(
        REPUTATION,
        ((-3, -1.5), (0, 0.0), (5, 4.5)),
        "learned: hidden links, returning readers, customers' labels",
        Category.SECURITY_SCANNER,
    ),
    "reputation.network.among_people": Weight(
        REPUTATION, ((0, 0.0), (5, 1.0)), "learned; an address of many people", Category.SECURITY_SCANNER
    ),
    "reputation.agent": Weight(REPUTATION, ((-3, -0.7), (0, 0.0), (5, 1.5)), "learned: returning readers, labels"),
    "reputation.recipient": Weight(
        REPUTATION, ((-3, -1.5), (0, 0.0), (5, 2.0)), "learned: customers' labels", Category.AUTOMATION
    ),
    "reputation.mail_domain": Weight(
        REPUTATION, ((-3, -0.5), (0, 0.0), (2, 0.6)), "learned: hidden links, sweeps, labels", Category.SECURITY_SCANNER
    ),
    "reputation.sender": Weight(
        REPUTATION,
        ((-0.5, -0.5), (0, 0.0), (0.5, 0.5)),
        "learned prior of a domain: hidden links, mails swept, readers who came back",
    ),
}
