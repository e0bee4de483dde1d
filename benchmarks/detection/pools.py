"""Which real networks the world's visitors come from: the recipe behind `data/networks.csv`.

A pool is either some autonomous systems, some labels of the `iporigin` package, some lists of the MISP warning
lists, or literal prefixes from a cited source. Only `compile_data.py` reads this; the generator reads the file.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pool:
    """Where one operator's addresses are looked up; `country` is a person's, "" where nobody lives there."""

    kind: str
    operator: str
    country: str = ""
    asns: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    misp: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


# Microsoft 365 endpoint sets 9 and 10, and the ranges field logs name beside them [warmbly-net, mautic9400, msqa].
_EOP = "40.92.0.0/15 40.107.0.0/16 52.100.0.0/14 52.238.78.88/32 104.47.0.0/17 2a01:111:f400::/48 2a01:111:f403::/48"
_MICROSOFT_FIELD_LOGS = "40.94.29.0/24 40.94.89.0/24 52.112.103.0/24"
# Barracuda Email Gateway Defense, by region [warmbly-net].
_BARRACUDA = (
    "3.24.133.128/25 15.222.16.128/25 35.157.190.224/27 18.185.115.192/26 18.184.203.224/27 13.200.136.128/25 "
    "35.176.92.96/27 18.133.136.128/26 18.133.136.96/27 209.222.82.0/24"
)
# Exchange Online and Outlook.com front ends, which are not the filtering tier (endpoint set 1) [K].
_OUTLOOK_WEB = "40.96.0.0/13 40.104.0.0/15 52.96.0.0/14"
# Ranges in which GoogleImageProxy is met, all inside AS15169 [K].
_GOOGLE_IMAGES = "64.233.160.0/19 66.102.0.0/20 66.249.80.0/20 72.14.192.0/18 74.125.0.0/16 209.85.128.0/17"

_EYEBALLS = (
    Pool("eyeball", "comcast", "US", asns=(7922,)),
    Pool("eyeball", "charter", "US", asns=(20115, 20001, 11427)),
    Pool("eyeball", "att", "US", asns=(7018,)),
    Pool("eyeball", "verizon", "US", asns=(701,)),
    Pool("eyeball", "cox", "US", asns=(22773,)),
    Pool("eyeball", "bell", "CA", asns=(577,)),
    Pool("eyeball", "rogers", "CA", asns=(812,)),
    Pool("eyeball", "telekom", "DE", asns=(3320,)),
    Pool("eyeball", "vodafone-de", "DE", asns=(3209,)),
    Pool("eyeball", "bt", "GB", asns=(2856,)),
    Pool("eyeball", "sky", "GB", asns=(5607,)),
    Pool("eyeball", "virgin-media", "GB", asns=(5089,)),
    Pool("eyeball", "orange", "FR", asns=(3215,)),
    Pool("eyeball", "free", "FR", asns=(12322,)),
    Pool("eyeball", "telefonica", "ES", asns=(3352,)),
    Pool("eyeball", "telecom-italia", "IT", asns=(3269,)),
    Pool("eyeball", "kpn", "NL", asns=(1136,)),
    Pool("eyeball", "ziggo", "NL", asns=(33915,)),
    Pool("eyeball", "telia", "SE", asns=(3301,)),
    Pool("eyeball", "o2-cz", "CZ", asns=(5610,)),
    Pool("eyeball", "vodafone-cz", "CZ", asns=(16019,)),
    Pool("eyeball", "swisscom", "CH", asns=(3303,)),
    Pool("eyeball", "a1", "AT", asns=(8447,)),
    Pool("eyeball", "orange-polska", "PL", asns=(5617,)),
    Pool("eyeball", "ntt-ocn", "JP", asns=(4713,)),
    Pool("eyeball", "telstra", "AU", asns=(1221,)),
    Pool("eyeball", "vivo", "BR", asns=(18881,)),
    Pool("eyeball", "claro", "BR", asns=(28573,)),
    Pool("eyeball", "airtel", "IN", asns=(24560,)),
)
_MOBILE = (
    Pool("mobile", "t-mobile-us", "US", asns=(21928,)),
    Pool("mobile", "verizon-wireless", "US", asns=(6167, 22394)),
    Pool("mobile", "att-mobility", "US", asns=(20057,)),
    Pool("mobile", "three-uk", "GB", asns=(206067,)),
    Pool("mobile", "telefonica-de", "DE", asns=(6805,)),
    Pool("mobile", "sfr", "FR", asns=(15557,)),
    Pool("mobile", "tim", "IT", asns=(16232,)),
    Pool("mobile", "wind-tre", "IT", asns=(1267, 24608)),
    Pool("mobile", "docomo", "JP", asns=(9605,)),
    Pool("mobile", "jio", "IN", asns=(55836,)),
)
_EDUCATION = (
    Pool("education", "mit", "US", asns=(3,)),
    Pool("education", "stanford", "US", asns=(32,)),
    Pool("education", "michigan", "US", asns=(36375,)),
    Pool("education", "jisc", "GB", asns=(786,)),
    Pool("education", "surf", "NL", asns=(1103,)),
    Pool("education", "dfn", "DE", asns=(680,)),
    Pool("education", "cesnet", "CZ", asns=(2852,)),
    Pool("education", "renater", "FR", asns=(2200,)),
    Pool("education", "garr", "IT", asns=(137,)),
)
# Carriers that sell office lines; one of them is called "hosting" by a popular list [notes].
_BUSINESS = (
    Pool("business", "cogent", "US", asns=(174,)),
    Pool("business", "lumen", "US", asns=(3356,)),
    Pool("business", "zayo", "US", asns=(6461,)),
    Pool("business", "colt", "GB", asns=(8220,)),
    Pool("business", "gtt", "DE", asns=(3257,)),
)
_CLOUDS = (
    Pool("hosting", "aws", labels=("Amazon AWS",)),
    Pool("hosting", "azure", labels=("Microsoft Azure",)),
    Pool("hosting", "google-cloud", labels=("Google Cloud",)),
    Pool("hosting", "digitalocean", labels=("DigitalOcean",)),
    Pool("hosting", "hetzner", labels=("Hetzner",)),
    Pool("hosting", "ovh", labels=("OVHcloud",)),
    Pool("hosting", "linode", labels=("Linode",)),
    Pool("hosting", "vultr", labels=("Vultr",)),
)
_VPNS = (
    Pool("vpn", "mullvad", labels=("Mullvad",)),
    Pool("vpn", "proton", labels=("ProtonVPN",)),
    Pool("vpn", "m247", asns=(9009,)),
    Pool("vpn", "datacamp", asns=(212238, 60068)),
    Pool("vpn", "clouvider", asns=(62240,)),
    Pool("vpn", "tzulo", asns=(11878,)),
)
_MAIL = (
    Pool("relay", "apple", labels=("Apple Private Relay",)),
    Pool("image-proxy", "google", prefixes=tuple(_GOOGLE_IMAGES.split())),
    Pool("image-proxy", "yahoo", asns=(36647, 10310, 26101, 34010)),
    Pool("image-proxy", "outlook", prefixes=tuple(_OUTLOOK_WEB.split())),
    Pool("mail-filter", "microsoft-eop", prefixes=tuple(_EOP.split())),
    Pool("mail-filter", "microsoft-field", prefixes=tuple(_MICROSOFT_FIELD_LOGS.split())),
)
# Vendors' systems [warmbly-net, trend1-4, notes].
_VENDORS = (
    Pool("vendor", "proofpoint", asns=(22843, 26211, 52129)),
    Pool("vendor", "mimecast", asns=(30031, 39588, 42427, 60492)),
    Pool("vendor", "barracuda", prefixes=tuple(_BARRACUDA.split())),
    Pool("vendor", "cisco", asns=(16417, 30238)),
    Pool("vendor", "trend-micro", asns=(16880, 132229)),
    Pool("vendor", "forcepoint", asns=(44444, 13448)),
    Pool("vendor", "hornetsecurity", asns=(401943,)),
    Pool("vendor", "menlo", asns=(62654,)),
    Pool("vendor", "kaspersky", asns=(200107,)),
    Pool("vendor", "bitdefender", asns=(44418,)),
    Pool("vendor", "eset", asns=(50881,)),
    Pool("vendor", "cloudflare", asns=(13335,)),
)
_GATEWAYS = (
    Pool("web-gateway", "zscaler", "US", misp=("zscaler",)),
    Pool("web-gateway", "netskope", "US", asns=(55256,)),
    Pool("web-gateway", "umbrella", "US", asns=(36692,)),
    Pool("web-gateway", "palo-alto", "US", asns=(54538,)),
    Pool("web-gateway", "cato", "US", asns=(13150,)),
)
_CRAWLERS = (
    Pool("crawler", "googlebot", labels=("Googlebot",)),
    Pool("crawler", "bingbot", labels=("Bingbot",)),
    Pool("crawler", "meta", labels=("Meta",)),
)

POOLS = (
    *_EYEBALLS, *_MOBILE, *_EDUCATION, *_BUSINESS, *_CLOUDS, *_VPNS, *_MAIL, *_VENDORS, *_GATEWAYS, *_CRAWLERS,
)  # fmt: skip
