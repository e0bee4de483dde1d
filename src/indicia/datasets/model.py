"""What reference data says about a network, a user agent and a mail provider."""

from datetime import date
from enum import StrEnum

import msgspec

from indicia.base.errors import AppError


class DatasetError(AppError):
    """A reference data file is missing, corrupt or refused; the last good one stays in use.

    Attributes:
        dataset: The dataset's name.
        reason: One short sentence that says what is wrong and what to do.
    """

    def __init__(self, dataset: str, reason: str) -> None:
        super().__init__(f"dataset {dataset}: {reason}")
        self.dataset = dataset
        self.reason = reason


class NetworkClass(StrEnum):
    """Who normally speaks from a network; more specific classes win over broader ones."""

    RELAY = "relay"
    """Apple's iCloud Private Relay and Mail Privacy Protection egress."""
    IMAGE_PROXY = "image_proxy"
    """A mailbox provider's own image fetchers (Google, Yahoo)."""
    MAIL_FILTER = "mail_filter"
    """Ranges that only filter mail, such as Exchange Online Protection."""
    SECURITY_VENDOR = "security_vendor"
    """A mail security vendor's own network; it may also carry its isolation browsers."""
    SECURE_WEB_GATEWAY = "secure_web_gateway"
    """A gateway that carries office people to the web, such as Zscaler."""
    VPN = "vpn"
    TOR = "tor"
    HOSTING = "hosting"
    CDN = "cdn"
    CRAWLER = "crawler"
    """Published ranges of search engines' and AI companies' crawlers."""
    MOBILE = "mobile"
    EYEBALL = "eyeball"
    """Internet access for people: residential and business lines."""
    EDUCATION = "education"
    RESERVED = "reserved"
    """Private, loopback, documentation and other special-purpose addresses."""
    UNKNOWN = "unknown"


class Network(msgspec.Struct, frozen=True, gc=False):
    """What the shipped lists say about one address.

    `operator` is a stable lower-case slug where a list names one ("apple-private-relay", "microsoft-eop",
    "microsoft", "google", "yahoo", "proofpoint", "zscaler", "aws"). `list_date` is the ISO date of the list
    that decided `network_class`, for explanations.
    """

    network_class: NetworkClass
    asn: int | None = None
    organisation: str | None = None
    operator: str | None = None
    list_date: str | None = None


class AgentKind(StrEnum):
    """What a User-Agent header claims to be."""

    BROWSER = "browser"
    MAIL_CLIENT = "mail_client"
    """A person's mail program that renders the message itself (Outlook, Thunderbird, Apple Mail)."""
    IMAGE_PROXY = "image_proxy"
    """GoogleImageProxy, YahooMailProxy and their like: fetched because a person opened."""
    MAIL_PRIVACY = "mail_privacy"
    """Exactly `Mozilla/5.0`: what Apple's Mail Privacy Protection sends."""
    GMAIL_PREFETCH = "gmail_prefetch"
    """The exact Chrome 42 / Edge 12 string that Gmail prefetches with."""
    PREVIEWER = "previewer"
    """Link previews of chat and social applications."""
    SECURITY_SCANNER = "security_scanner"
    CRAWLER = "crawler"
    LIBRARY = "library"
    """HTTP libraries and command-line tools."""
    HEADLESS = "headless"
    """Browsers under automation that say so."""
    EMPTY = "empty"
    OTHER = "other"


class UserAgent(msgspec.Struct, frozen=True, gc=False):
    """One User-Agent header, read once.

    `family` is a lower-case slug ("chrome", "edge", "firefox", "safari", "mobile_safari", "samsung", ...),
    `os` likewise ("windows", "macos", "ios", "android", "linux", "chromeos"). `released_on` is when that
    major version became stable; `full_build` says that a Chromium shows a build that today's browsers reduce to
    `x.0.0.0`; `impossible` names the contradiction in the string, if one was found.
    """

    kind: AgentKind
    name: str = ""
    family: str | None = None
    major: int | None = None
    os: str | None = None
    os_major: int | None = None
    is_mobile: bool = False
    released_on: date | None = None
    full_build: bool = False
    impossible: str | None = None


class ProviderKind(StrEnum):
    """How mail to a domain is received, as far as its MX hosts tell."""

    GATEWAY = "gateway"
    """A secure email gateway that scans links before or at delivery."""
    MICROSOFT_365 = "microsoft_365"
    MICROSOFT_CONSUMER = "microsoft_consumer"
    GOOGLE_WORKSPACE = "google_workspace"
    GOOGLE_CONSUMER = "google_consumer"
    CONSUMER = "consumer"
    """Other large mailbox providers for private people."""
    OTHER = "other"


class MailProvider(msgspec.Struct, frozen=True, gc=False):
    """Who receives mail for a domain; `name` is a stable lower-case slug ("proofpoint", "gmail")."""

    kind: ProviderKind
    name: str
