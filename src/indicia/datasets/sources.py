"""Where `indicia datasets refresh` gets fresh data: the operators' own publications, one row each.

Hetzner, OVH, Alibaba, Tencent and others publish nothing; their shipped lists and AS numbers stay. Hand-kept
lists have no source here either. Marks: every URL was seen in the operator's documentation or in a public
project that reads it in November 2026, but for those marked "unconfirmed", which are from memory.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import msgspec

from indicia.datasets.browser_compat import compile_browser_releases
from indicia.datasets.compiling import Compiled, LabelledRange, compile_networks, compile_ranges, compile_sections
from indicia.datasets.crawler_lists import compile_crawlers
from indicia.datasets.manifest import DatasetKind
from indicia.datasets.prefix_formats import (
    azure_prefixes,
    json_prefixes,
    line_prefixes,
    microsoft_mail_filters,
    zipped_prefixes,
)
from indicia.datasets.range_formats import delegated_ranges, iptoasn_ranges
from indicia.datasets.sections import Section

_PUBLISHED = "published by the operator for this use"


class Source(NamedTuple):
    """How to renew one dataset.

    `compile` gets the documents at `urls` in their order. Where `link` is set, the only URL is a page whose first
    match of that pattern is the address of the document.
    """

    kind: DatasetKind
    urls: tuple[str, ...]
    compile: Callable[[Sequence[bytes]], Compiled]
    licence: str = _PUBLISHED
    link: str = ""


def _networks(kind: str, operator: str, *urls: str, read: Callable[[bytes], Iterable[str]] = json_prefixes) -> Source:
    def compile_documents(documents: Sequence[bytes]) -> Compiled:
        return compile_networks([(kind, operator, chain.from_iterable(map(read, documents)))])

    return Source(DatasetKind.NETWORKS, urls, compile_documents)


def _azure(documents: Sequence[bytes]) -> Compiled:
    everything, filters = azure_prefixes(documents[0])
    return compile_networks([("hosting", "microsoft", everything), ("mail_filter", "microsoft-eop", filters)])


def _ranges(read: Callable[[bytes], Iterable[LabelledRange]]) -> Callable[[Sequence[bytes]], Compiled]:
    return lambda documents: compile_ranges(chain.from_iterable(map(read, documents)))


def _crawlers(documents: Sequence[bytes]) -> Compiled:
    return compile_crawlers(*documents)


def _disposable(documents: Sequence[bytes]) -> Compiled:
    domains = {line.strip().lower() for line in documents[0].decode().splitlines() if not line.startswith("#")}
    return compile_sections([Section("disposable", "", tuple(sorted(domains - {""})))])


def _browsers(documents: Sequence[bytes]) -> Compiled:
    return compile_browser_releases(msgspec.json.decode(documents[0]))


_GOOGLE = "https://www.gstatic.com/ipranges"
_CRAWLING = "https://developers.google.com/static/crawling/ipranges"
_GITHUB_RAW = "https://raw.githubusercontent.com"

SOURCES: Mapping[str, Source] = {
    # The whole Internet. iptoasn is compiled hourly from public routing data (PDDL).
    "as-numbers": Source(
        DatasetKind.AS_NUMBERS,
        ("https://iptoasn.com/data/ip2asn-v4.tsv.gz", "https://iptoasn.com/data/ip2asn-v6.tsv.gz"),
        _ranges(iptoasn_ranges),
        licence="PDDL-1.0",
    ),
    # The five registries' delegations, daily.
    "countries": Source(
        DatasetKind.COUNTRIES,
        (
            "https://ftp.afrinic.net/stats/afrinic/delegated-afrinic-extended-latest",
            "https://ftp.apnic.net/stats/apnic/delegated-apnic-extended-latest",
            "https://ftp.arin.net/pub/stats/arin/delegated-arin-extended-latest",
            "https://ftp.lacnic.net/pub/stats/lacnic/delegated-lacnic-extended-latest",
            "https://ftp.ripe.net/pub/stats/ripencc/delegated-ripencc-extended-latest",
        ),
        _ranges(delegated_ranges),
    ),
    # Apple updates the egress list of iCloud Private Relay about daily.
    "apple-private-relay": _networks(
        "relay", "apple-private-relay", "https://mask-api.icloud.com/egress-ip-ranges.csv", read=line_prefixes
    ),
    # Microsoft asks for any GUID as the client's name; monthly.
    "microsoft-eop": _networks(
        "mail_filter",
        "microsoft-eop",
        "https://endpoints.office.com/endpoints/worldwide?clientrequestid=b10c5ed1-bad1-445f-b386-b919946339a7",
        read=microsoft_mail_filters,
    ),
    # Weekly, under a name with the day in it, so the download page has to be read first.
    "azure": Source(
        DatasetKind.NETWORKS,
        ("https://www.microsoft.com/en-us/download/details.aspx?id=56519",),
        _azure,
        link=r"https://download\.microsoft\.com/[^\"'\s]+/ServiceTags_Public_\d+\.json",
    ),
    # Google's cloud and crawlers are inside goog.json too; their own lists decide over it.
    "google": _networks("image_proxy", "google", f"{_GOOGLE}/goog.json"),
    "google-cloud": _networks("hosting", "google-cloud", f"{_GOOGLE}/cloud.json"),
    # Not the user-triggered fetchers of Google: those are its image proxies (google-proxy-*.google.com).
    "google-crawlers": _networks(
        "crawler", "googlebot", f"{_CRAWLING}/common-crawlers.json", f"{_CRAWLING}/special-crawlers.json"
    ),
    "aws": _networks("hosting", "aws", "https://ip-ranges.amazonaws.com/ip-ranges.json"),
    "oracle-cloud": _networks("hosting", "oracle-cloud", "https://docs.oracle.com/iaas/tools/public_ip_ranges.json"),
    "digitalocean": _networks("hosting", "digitalocean", "https://digitalocean.com/geo/google.csv", read=line_prefixes),
    "linode": _networks("hosting", "linode", "https://geoip.linode.com/", read=line_prefixes),
    "vultr": _networks("hosting", "vultr", "https://geofeed.constant.com/?json"),
    "github": _networks("hosting", "github", "https://api.github.com/meta"),
    "cloudflare": _networks(
        "cdn",
        "cloudflare",
        "https://www.cloudflare.com/ips-v4",
        "https://www.cloudflare.com/ips-v6",
        read=line_prefixes,
    ),
    "fastly": _networks("cdn", "fastly", "https://api.fastly.com/public-ip-list"),
    "akamai": _networks(
        "cdn",
        "akamai",
        "https://techdocs.akamai.com/property-manager/pdfs/akamai_ipv4_ipv6_CIDRs-txt.zip",
        read=zipped_prefixes,
    ),
    "zscaler": _networks(
        "secure_web_gateway",
        "zscaler",
        "https://config.zscaler.com/api/zscaler.net/hubs/cidr/json/recommended",
    ),
    "tor-exits": _networks("tor", "tor", "https://check.torproject.org/torbulkexitlist", read=line_prefixes),
    "mullvad": _networks("vpn", "mullvad", "https://api.mullvad.net/www/relays/all"),
    "protonvpn": _networks("vpn", "protonvpn", "https://api.protonvpn.ch/vpn/logicals"),
    "bingbot": _networks("crawler", "bingbot", "https://www.bing.com/toolbox/bingbot.json"),
    "duckduckbot": _networks("crawler", "duckduckbot", "https://duckduckgo.com/duckduckbot.json"),
    "openai": _networks(
        "crawler",
        "openai",
        "https://openai.com/gptbot.json",
        "https://openai.com/searchbot.json",
        "https://openai.com/chatgpt-user.json",
    ),
    "perplexitybot": _networks("crawler", "perplexitybot", "https://www.perplexity.ai/perplexitybot.json"),
    # Unconfirmed.
    "applebot": _networks("crawler", "applebot", "https://search.developer.apple.com/applebot.json"),
    # Unconfirmed, both paths.
    "crawler-agents": Source(
        DatasetKind.AGENTS,
        (
            f"{_GITHUB_RAW}/monperrus/crawler-user-agents/master/crawler-user-agents.json",
            f"{_GITHUB_RAW}/omrilotan/isbot/main/src/patterns.json",
        ),
        _crawlers,
        licence="MIT, Unlicense",
    ),
    # Curated by hand, daily. Unconfirmed.
    "disposable-domains": Source(
        DatasetKind.ADDRESSES,
        (f"{_GITHUB_RAW}/disposable-email-domains/disposable-email-domains/main/disposable_email_blocklist.conf",),
        _disposable,
        licence="CC0-1.0",
    ),
    # 20 MB; the only machine-readable source of Safari's days.
    "browser-releases": Source(
        DatasetKind.BROWSER_RELEASES,
        ("https://github.com/mdn/browser-compat-data/releases/latest/download/data.json",),
        _browsers,
        licence="CC0-1.0",
    ),
}
