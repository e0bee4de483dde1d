"""Reference data small enough to read: networks by the first two octets, user agents and providers by name."""

from collections.abc import Sequence
from datetime import date

from indicia.datasets.model import (
    AgentKind,
    MailProvider,
    Network,
    NetworkClass,
    ProviderKind,
    UserAgent,
)

_LIST_DATE = "2026-10-05"


def _network(network_class: NetworkClass, asn: int, operator: str) -> Network:
    return Network(network_class, asn=asn, organisation=operator, operator=operator, list_date=_LIST_DATE)


NETWORKS = {
    "10.1": _network(NetworkClass.RELAY, 36183, "apple-private-relay"),
    "10.2": _network(NetworkClass.MAIL_FILTER, 8075, "microsoft-eop"),
    "10.3": _network(NetworkClass.HOSTING, 8075, "microsoft"),
    "10.4": _network(NetworkClass.HOSTING, 16509, "aws"),
    "10.5": _network(NetworkClass.HOSTING, 14061, "digitalocean"),
    "10.6": _network(NetworkClass.SECURITY_VENDOR, 26211, "proofpoint"),
    "10.7": _network(NetworkClass.SECURE_WEB_GATEWAY, 22616, "zscaler"),
    "10.8": _network(NetworkClass.VPN, 39351, "mullvad"),
    "10.9": _network(NetworkClass.IMAGE_PROXY, 15169, "google"),
    "10.10": _network(NetworkClass.IMAGE_PROXY, 10310, "yahoo"),
    "10.11": _network(NetworkClass.EYEBALL, 7922, "comcast"),
    "10.12": _network(NetworkClass.MOBILE, 20057, "att-mobility"),
    "10.13": _network(NetworkClass.EDUCATION, 1103, "surf"),
    "10.14": _network(NetworkClass.CRAWLER, 15169, "googlebot"),
    "10.15": _network(NetworkClass.TOR, 200651, "tor"),
    "10.17": _network(NetworkClass.SECURITY_VENDOR, 203987, "kaspersky"),
    "10.16": _network(NetworkClass.CDN, 13335, "cloudflare"),
}

CHROME = "Chrome/157 Windows"
EDGE = "Edge/157 Windows"
FIREFOX = "Firefox/150 Linux"
IPHONE = "Safari/27 iPhone"
MAC = "Safari/27 Macintosh"
ANDROID = "Chrome/157 Android"
CHROME_STALE = "Chrome/125 Windows"
CHROME_FAKE = "Chrome/120.0.6099.109 Windows"
CHROME_WINDOWS_7 = "Chrome/109 Windows 7"
OLD_ANDROID = "Chrome/119 Android 7"
IE7 = "MSIE 7 Windows Vista"
IE_ON_MAC = "MSIE 8 Macintosh"
APPLE_MAIL = "AppleMail Macintosh"
OUTLOOK = "Microsoft Outlook 16"
MAIL_PRIVACY = "Mozilla/5.0"
GMAIL_PREFETCH = "Chrome/42 Edge/12 Mozilla/5.0"
GOOGLE_PROXY = "GoogleImageProxy"
YAHOO_PROXY = "YahooMailProxy"
OUTLOOK_PROXY = "OutlookImageProxy"
SLACK = "Slackbot-LinkExpanding"
BARRACUDA = "Barracuda Sentinel (EE)"
REQUESTS = "python-requests/2.31"
HEADLESS = "HeadlessChrome/157"
GOOGLEBOT = "Googlebot/2.1"
NONSENSE = "Mozilla/9.9 (hello)"

_BROWSER = AgentKind.BROWSER
AGENTS = {
    "": UserAgent(AgentKind.EMPTY),
    CHROME: UserAgent(_BROWSER, "Chrome 157", "chrome", 157, "windows", 10, released_on=date(2026, 11, 3)),
    EDGE: UserAgent(_BROWSER, "Edge 157", "edge", 157, "windows", 10, released_on=date(2026, 11, 5)),
    FIREFOX: UserAgent(_BROWSER, "Firefox 150", "firefox", 150, "linux", released_on=date(2026, 10, 20)),
    IPHONE: UserAgent(
        _BROWSER, "Safari 27", "mobile_safari", 27, "ios", 27, is_mobile=True, released_on=date(2026, 9, 14)
    ),
    MAC: UserAgent(_BROWSER, "Safari 27", "safari", 27, "macos", released_on=date(2026, 9, 14)),
    ANDROID: UserAgent(
        _BROWSER, "Chrome 157", "chrome", 157, "android", 10, is_mobile=True, released_on=date(2026, 11, 3)
    ),
    CHROME_STALE: UserAgent(_BROWSER, "Chrome 125", "chrome", 125, "windows", 10, released_on=date(2024, 5, 14)),
    CHROME_FAKE: UserAgent(
        _BROWSER, "Chrome 120", "chrome", 120, "windows", 10, released_on=date(2023, 12, 5), full_build=True
    ),
    CHROME_WINDOWS_7: UserAgent(_BROWSER, "Chrome 109", "chrome", 109, "windows", 7, released_on=date(2023, 1, 10)),
    OLD_ANDROID: UserAgent(
        _BROWSER, "Chrome 119", "chrome", 119, "android", 7, is_mobile=True, released_on=date(2023, 10, 31)
    ),
    IE7: UserAgent(_BROWSER, "IE 7", "ie", 7, "windows", released_on=date(2006, 10, 18)),
    IE_ON_MAC: UserAgent(_BROWSER, "IE 8", "ie", 8, "macos", impossible="Internet Explorer 8 on macOS"),
    APPLE_MAIL: UserAgent(AgentKind.MAIL_CLIENT, "Apple Mail", "apple_mail", os="macos"),
    OUTLOOK: UserAgent(AgentKind.MAIL_CLIENT, "Outlook", "outlook", os="windows"),
    MAIL_PRIVACY: UserAgent(AgentKind.MAIL_PRIVACY, "Apple Mail Privacy Protection"),
    GMAIL_PREFETCH: UserAgent(AgentKind.GMAIL_PREFETCH, "Gmail prefetch"),
    GOOGLE_PROXY: UserAgent(AgentKind.IMAGE_PROXY, "GoogleImageProxy"),
    YAHOO_PROXY: UserAgent(AgentKind.IMAGE_PROXY, "YahooMailProxy"),
    OUTLOOK_PROXY: UserAgent(AgentKind.IMAGE_PROXY, "OutlookImageProxy"),
    SLACK: UserAgent(AgentKind.PREVIEWER, "Slack"),
    BARRACUDA: UserAgent(AgentKind.SECURITY_SCANNER, "Barracuda Sentinel"),
    REQUESTS: UserAgent(AgentKind.LIBRARY, "python-requests"),
    HEADLESS: UserAgent(AgentKind.HEADLESS, "HeadlessChrome"),
    GOOGLEBOT: UserAgent(AgentKind.CRAWLER, "Googlebot"),
}

PROVIDERS = {
    "gmail.test": MailProvider(ProviderKind.GOOGLE_CONSUMER, "gmail"),
    "mailbox.test": MailProvider(ProviderKind.CONSUMER, "mailbox"),
    "hotmail.test": MailProvider(ProviderKind.MICROSOFT_CONSUMER, "outlook.com"),
    # Two companies whose mail hosts are nobody's product.
    "scanned.test": MailProvider(ProviderKind.OTHER, ""),
    "other.test": MailProvider(ProviderKind.OTHER, ""),
}
GATEWAY = MailProvider(ProviderKind.GATEWAY, "proofpoint")
MICROSOFT_365 = MailProvider(ProviderKind.MICROSOFT_365, "microsoft-365")


class FakeDatasets:
    """Stands in for `indicia.datasets.registry.Datasets`: the same three look-ups, known answers."""

    def __init__(self) -> None:
        self.ip_ranges = self
        self.user_agents = self
        self.mail_providers = self

    def look_up(self, ip: str) -> Network:
        return NETWORKS.get(".".join(ip.split(".")[:2]), Network(NetworkClass.UNKNOWN))

    def read(self, uas: str) -> UserAgent:
        return AGENTS.get(uas, UserAgent(AgentKind.OTHER))

    def newest(self, family: str, on: date) -> tuple[int, date] | None:
        return None

    def of_domain(self, domain: str) -> MailProvider | None:
        return PROVIDERS.get(domain)

    def of_mx(self, hosts: Sequence[str]) -> MailProvider:
        return MailProvider(ProviderKind.OTHER, "")
