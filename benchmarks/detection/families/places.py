"""People told apart by where they read: the networks and devices that pass for machines, and the plain ones."""

from collections.abc import Iterator

from benchmarks.detection.reading import usual_session
from benchmarks.detection.stage import Act, Family, Part, Stage, Story


def _read(stage: Stage, part: Part) -> Iterator[Story]:
    """Read mail the usual way, by everybody whose habitat has the family's name."""
    recipients = stage.population.readers[part.family.name]
    while True:
        yield usual_session(stage, part, stage.fresh_delivery(part, recipients))


def _family(name: str, sentence: str, sources: tuple[str, ...], share: float) -> Family:
    return Family(name, False, Act.READING, ("click",), sentence, sources, share, _read)


PLACES = (
    _family("home_broadband", "Reads at home, over an ordinary line.", ("gr", "sg2"), 0.045),
    _family("mobile_carrier", "Reads on a phone with addresses of its own, mostly IPv6.", ("sg2", "r312"), 0.025),
    _family("mobile_cgnat", "Reads on a phone that shares its address with hundreds.", ("cf-cgnat1", "r312"), 0.015),
    _family(
        "private_relay", "Clicks in Safari through iCloud Private Relay, from a CDN's address.",
        ("apple", "notes"), 0.015,
    ),
    _family("office_nat", "Reads in an office whose people all share one address.", ("trend-pi", "notes"), 0.015),
    _family(
        "secure_web_gateway", "Reads at work behind Zscaler, Netskope and their like.",
        ("f5", "zscaler", "indus"), 0.008,
    ),
    _family(
        "isolation_browser", "Reads in a browser that runs at Proofpoint, Mimecast, Cloudflare or Menlo.",
        ("warmbly-net", "cf-iso", "notes"), 0.004,
    ),
    _family("hornet_web_proxy", "Reads through Hornetsecurity's rewriting web proxy.", ("hornet1", "hornet2"), 0.003),
    _family("consumer_vpn", "Reads over a consumer VPN, from a data centre.", ("notes",), 0.006),
    _family("cloud_desktop", "Reads on a Windows 365 or Azure desktop.", ("warmbly-net",), 0.004),
    _family("university", "Reads on a campus network.", ("notes",), 0.004),
    _family("old_browser", "Reads with the last browser that an old system can run.", ("notes",), 0.004),
)  # fmt: skip
