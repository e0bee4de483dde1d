"""Every number that shapes the world's behaviour, each with its source.

Marks in brackets are the sources listed in `README.md`; [D] is derived from one, [K] is general knowledge, [choice] is
a judgement made here because no source gives a number. Nothing in this file is shared with a judge, and nothing of a
judge is known here. Shares of the mix stand beside each family, shares of mailboxes and devices in `providers.py` and
`habitats.py`.
"""

from dataclasses import dataclass

from benchmarks.detection.curves import Binned, Curve, LogNormal

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

# Monday 5 October 2026, 00:00 UTC: a week after the date of the User-Agent sample [choice].
START = 1791158400.0
# Long enough for reputations to form and for lockstep over several issues; then the log is read [choice].
WEEKS, DAYS_AFTERWARDS = 6, 5

# --- What is sent ---------------------------------------------------------------------------------------------------

NEWSLETTERS_PER_WEEK, OFFERS_PER_WEEK = 3, 2  # [choice]
# 9-10 links [craft], up to a 37-link retail mail [r312]; business mail is shorter [choice].
NEWSLETTER_LINKS, OFFER_LINKS = (9, 24), (3, 8)
# One-link mails are what defeats burst rules [anymail].
TRANSACTIONAL_LINKS = (1, 2)
# Sponsored links in a newsletter [poly1, choice].
AD_LINKS = 2
# One campaign leaves over minutes, one recipient domain close together [choice].
SEND_SPREAD = 20 * MINUTE
# From send to SMTP acceptance, which queueing stretches [warmbly438]; numbers [choice].
TRANSFER = LogNormal(median=2.5, sigma=1.0, at_least=0.4, at_most=15 * MINUTE)
# Campaigns that post one message id for all recipients, which the API allows [omn, choice].
SHARED_MESSAGE_ID = 0.25

# --- Machines: when they come ---------------------------------------------------------------------------------------

# Scan burst after SEND over 836 clusters of one sender; its median is 43 s [craft].
SCAN_START = Binned(((1.5, 0.0), (10, 0.005), (20, 0.027), (60, 0.691), (300, 0.974), (1800, 0.993), (DAY, 1.0)))
# Pixel after send: median 9 s, 61 % within 10 s, 84 % within 20 s [craft]; the tail is [choice].
PIXEL_START = Binned(((5.5, 0.0), (10, 0.61), (20, 0.84), (60, 0.96), (300, 1.0)))
# Clicks and opens even before SMTP acceptance [suped]; seconds from acceptance, and the share, are [choice].
BEFORE_ACCEPTANCE, BEFORE_ACCEPTANCE_SHARE = (-8.0, -0.5), 0.3
# "Some scanners delay by minutes to hours" [suped3].
DELAYED_SCAN = LogNormal(median=50 * MINUTE, sigma=1.0, at_least=5 * MINUTE, at_most=8 * HOUR)
# "Retro scans hours later" [suped3].
RETRO_SCAN = LogNormal(median=7 * HOUR, sigma=0.8, at_least=2 * HOUR, at_most=3 * DAY)
# A forwarded mail is scanned again "days later" [gophish2853, gophish2565].
FORWARD_SCAN = LogNormal(median=2 * DAY, sigma=0.7, at_least=6 * HOUR, at_most=9 * DAY)
# When the device next syncs, "minutes to many hours after delivery" [socketlabs].
MPP_FETCH = LogNormal(median=50 * MINUTE, sigma=1.7, at_least=5, at_most=2 * DAY)
# "At delivery while a Gmail session is active" [sparkpost].
GMAIL_PREFETCH = LogNormal(median=6, sigma=0.7, at_least=1, at_most=90)
# Machines that read seed accounts, and crawlers that met a leaked link [choice].
HARVEST = LogNormal(median=12 * MINUTE, sigma=1.1, at_least=20, at_most=6 * HOUR)
CRAWL = LogNormal(median=9 * HOUR, sigma=1.4, at_least=60, at_most=14 * DAY)
HEADLESS_DELAY = LogNormal(median=5 * MINUTE, sigma=1.1, at_least=5)
# A program's page load between two visits [choice].
PAGE_LOAD = LogNormal(median=1.6, sigma=0.4)

# --- Machines: how they walk a message ------------------------------------------------------------------------------

# "One sub-second sweep" [craft]; "links within a few ms" [millionsend]: seconds for all links.
SUB_SECOND, MILLISECONDS = (0.15, 1.0), (0.004, 0.06)
# "About 1 s per link on some gateways" [mautic9798].
SECOND_PER_LINK = (0.7, 1.3)
# What "some links" means: 12 of 37 is 0.32 [r312, D].
SOME_LINKS = (0.25, 0.6)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a scanner walks a message; where no source tells, the values are [choice].

    Attributes:
        start: Seconds after send of its first click.
        links: "all", "some", "first" or "one".
        span: Seconds for the whole sweep, or between two links where `paced`.
        pixel: Share of messages whose open pixel it fetches too.
        trap: Share of its sweeps that follow the hidden link.
        skips_unsubscribe: It tries to leave unsubscribe links alone.
        rotates: Each request, not each message, comes from another address and agent of the fleet.
        mangles: Share of sweeps that first ask with a damaged token.
    """

    start: Curve = SCAN_START
    links: str = "all"
    span: tuple[float, float] = SUB_SECOND
    paced: bool = False
    pixel: float = 0.5
    trap: float = 0.9
    skips_unsubscribe: bool = False
    rotates: bool = False
    mangles: float = 0.0


# Every link, sub-second, opens too [warmbly410]; a mangled token before the clean one [gophish973, se1, se2].
EOP = Manner(pixel=0.7, mangles=0.15)
MICROSOFT_CONSUMER = Manner(pixel=0.4, trap=0.85)
# All links and pixels, varying IPs and UAs [mautic9798].
PROOFPOINT = Manner(pixel=0.8, trap=0.95, rotates=True)
MIMECAST = Manner(pixel=0.4)
CISCO = Manner(links="some", pixel=0.3)
SOPHOS = Manner(links="some", pixel=0.1)
# Gateway bursts [millionsend].
TREND_GATEWAY = Manner(span=MILLISECONDS, pixel=0.2)
# Own rules on which links; tries to skip unsubscribe [broadcom].
SYMANTEC = Manner(pixel=0.2, trap=0.4, skips_unsubscribe=True)
# Emulates sites, inline behind Microsoft or Google [cp1, cp2].
API_SCANNER = Manner(pixel=0.4)
# The FIRST link only [acton]; opens too [suped].
BARRACUDA_ESS = Manner(links="first", pixel=0.3, trap=0.0)
SENTINEL = Manner(links="some", pixel=0.2, trap=0.6)
# Cloud IPs and UAs rotate [mau16263].
ROTATING_CLOUD = Manner(pixel=0.5, rotates=True)
# 12 of 37+ links, and no opens in that table [r312].
ONE_AGENT_CLUSTER = Manner(links="some", span=(0.3, 4.0), pixel=0.0, trap=0.3)
DELAYED = Manner(start=DELAYED_SCAN, pixel=0.2)
RETRO = Manner(start=RETRO_SCAN, pixel=0.1, trap=0.8)
FORWARDED = Manner(start=FORWARD_SCAN)
# "And single-link hits from the same fleet" [millionsend].
SINGLE_LINK = Manner(links="one", pixel=0.2, trap=0.0)
# Not all bots hit the hidden link [spotler1].
HONEYPOT_SKIPPING = Manner(pixel=0.4, trap=0.0)
SLOW = Manner(span=SECOND_PER_LINK, paced=True, pixel=0.3)

# Filters sample inbound traffic [suped2]; the share, and how many of a domain's copies are looked at, are [choice].
INBOUND_SAMPLED, SCANNED_TOGETHER = 0.7, 6

# --- Machines: what they look like ----------------------------------------------------------------------------------

# Age in days of the Chrome that scanners claimed when they were seen: 57 in 2018-02, 79, 80 and 96 in 2022-04, 101 in
# 2022-10, 125 in 2025-03 [gophish973, gophish2446, gophish2646, fleet, D]; how far it varies is [choice].
SCANNER_CHROME_AGE_DAYS, SCANNER_CHROME_AGE_JITTER = (345, 850, 790, 150, 180, 300), 0.25
# One of those reports shows a full build number [gophish2646]; the share is [choice].
FULL_BUILD_SHARE = 0.3
# Random phone models [humming]; current "browsers' names on every burst" [millionsend]; shares are [choice].
ODD_MOBILE_SHARE, FRESH_AGENT_SHARE = 0.1, 0.25
# One cluster of 9,608 clicks: 28 IPs in 11 CIDRs [r312].
CLUSTER_ADDRESSES, CLUSTER_PREFIXES = 28, 11
# Headless browsers that hide the word [poly1]; the share, and the majors that automation kits bundled, are [choice].
STEALTH_SHARE, HEADLESS_MAJORS = 0.4, (136, 156)
# The relay's egress is IPv4 and IPv6 [notes]; the share is [choice].
MPP_IPV6_SHARE = 0.4

# --- Machines that repeat a person's click --------------------------------------------------------------------------

# A vendor repeats each click from its own network, +12 s once [resend], and can ARRIVE FIRST [evalanche].
DUPLICATE_AFTER = LogNormal(median=6.0, sigma=0.8, at_least=0.2, at_most=120)
DUPLICATE_FIRST_SHARE, DUPLICATE_FIRST = 0.25, (0.05, 2.0)
# "1 s to > 1 h later, sometimes before" [trend1-4].
REFETCH_AFTER = LogNormal(median=90, sigma=1.9, at_least=1, at_most=3 * HOUR)
REFETCH_FIRST_SHARE, REFETCH_FIRST = 0.05, (0.2, 3.0)
# "Immediately before/after the user's click" [thomask].
CLICK_TIME_SCAN = (-2.5, 2.5)
# How long until a reader shares the link [choice].
PREVIEW_AFTER = LogNormal(median=4 * MINUTE, sigma=1.2, at_least=5, at_most=2 * DAY)

# --- Fraud ----------------------------------------------------------------------------------------------------------

# Groups of accounts that act together [syn1]; size, issues they work on and turnout are [choice].
LOCKSTEP_ACCOUNTS, LOCKSTEP_ISSUES, LOCKSTEP_TURNOUT = 45, 8, 0.8
# "Realistic intervals" after the mail [omn], synchronised to minutes, not seconds [syn1]; numbers [choice].
LOCKSTEP_BASE = LogNormal(median=3 * HOUR, sigma=0.9, at_least=15 * MINUTE, at_most=20 * HOUR)
LOCKSTEP_JITTER = LogNormal(median=55, sigma=0.8, at_most=15 * MINUTE)
# Offers that a harvester follows per issue; events per seed account, which decides how many there are [choice].
HARVESTED_LINKS, EVENTS_PER_SEED_ACCOUNT = (1, 4), 40

# --- People ---------------------------------------------------------------------------------------------------------

# Fitted to 5.5 bn mails [gr, D]. That curve holds bots, so what no hand can do is left out: 8 s [choice].
CLICK_DELAY = LogNormal(median=2.8 * HOUR, sigma=2.45, at_least=8, at_most=14 * DAY)
# Median 6 h 25 m; 25.9 % within 1 h, 71.2 % within 24 h [xc, D].
OPEN_DELAY = LogNormal(median=6.42 * HOUR, sigma=2.6, at_least=5, at_most=60 * DAY)
# However soon a person gets to a message, it must have arrived, been noticed and been opened [choice].
REACTION = (3.0, 9.0)
# 20-60 s after send [notes].
OTP_DELAY = LogNormal(median=34, sigma=0.5, at_least=7, at_most=8 * MINUTE)
# Delays about double on weekends [sg2].
WEEKEND_FACTOR = 2.0
# Shares of readers with at most 1, 2 and 3 links of a mail; about one is organic [r312, choice].
AT_MOST_LINKS = (0.76, 0.93, 0.985)
# Seconds between two links of one reader; of one who opens three in a minute [suped4]; numbers [choice].
LINK_GAP = LogNormal(median=28, sigma=0.9, at_least=1.5, at_most=40 * MINUTE)
QUICK_LINK_GAP = LogNormal(median=12, sigma=0.8, at_least=0.8, at_most=30)
# The same link again in under 1 s [mkt2].
DOUBLE_CLICK_GAP = (0.12, 0.9)
# Links of one issue that a keen reader follows, and the share of readers who are keen [choice].
POWER_LINKS, POWER_READERS = (2, 6), 0.03
# People who click in a mail that was sent on to them [choice].
FORWARDED_TO = (1, 3)
# A tap on the hidden link comes seconds before the intended one [groupvalet, choice].
MISSED_TAP = (0.5, 15.0)
# The open precedes the click, or follows it where images were blocked [warmbly412]; numbers [choice].
OPEN_BEFORE_CLICK, CLICK_FIRST_SHARE = LogNormal(median=22, sigma=1.0, at_least=1.5, at_most=10 * MINUTE), 0.08
# Activity by local hour from 0 to 23, with peaks in the morning and the evening [choice].
AWAKE = (
    0.06, 0.03, 0.02, 0.02, 0.04, 0.12, 0.35, 0.65, 0.9, 1.0, 1.0, 0.95,
    0.95, 0.9, 0.9, 0.9, 0.88, 0.85, 0.85, 0.9, 0.95, 0.8, 0.5, 0.2,
)  # fmt: skip
NIGHT_HOURS = (-1, 0, 1, 2, 3)

# --- How people share addresses -------------------------------------------------------------------------------------

# Hundreds to thousands of users per IPv4 [cf-cgnat1].
CGNAT_READERS_PER_ADDRESS = 200
# Sites per web gateway operator, and addresses per site [choice].
GATEWAY_SITES, GATEWAY_ADDRESSES = 4, 6
VPN_READERS_PER_EXIT, RELAY_READERS_PER_ADDRESS = 8, 5  # [choice]
# 30 % of dynamic addresses move in 1-3 days [wwh].
MOVING_HOUSEHOLDS, LEASE_DAYS = 0.3, (1.0, 3.0)
IPV6_HOUSEHOLDS, IPV6_PHONES = 0.35, 0.6  # [choice]
