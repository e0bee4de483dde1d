"""Samples come out of the shipped lists themselves: operators move, the claims stay."""

from collections.abc import Iterator
from datetime import date
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.datasets.ip_ranges import IpRanges, NetworkList
from indicia.datasets.manifest import DatasetKind
from indicia.datasets.model import NetworkClass
from indicia.datasets.range_table import RangeTable, Span, unpack
from indicia.datasets.registry import Datasets
from indicia.datasets.sections import Section, parse

DAY = date(2026, 11, 1)


def listed(shipped: Datasets, name: str, kind: str = "") -> Iterator[str]:
    """Yield the first address of every prefix in a shipped list."""
    info = next(info for info in shipped.manifest if info.name == name)
    for section in parse(info.read().decode()):
        if not kind or section.kind == kind:
            yield from (str(ip_network(entry)[0]) for entry in section.entries if not entry.startswith("AS"))


def ranges(*lists: NetworkList, asn: str = "64500 Example Lines") -> IpRanges:
    everything = [Span(4, 0, 2**32 - 1, 1), Span(6, 0, 2**64 - 1, 1)]
    return IpRanges(RangeTable(["", asn], everything), RangeTable(["", "NL"], list(everything)), lists)


@pytest.mark.parametrize(
    ("name", "kind", "network_class", "operator"),
    [
        ("apple-private-relay", "", NetworkClass.RELAY, "apple-private-relay"),
        ("microsoft-eop", "", NetworkClass.MAIL_FILTER, "microsoft-eop"),
        ("azure", "mail_filter", NetworkClass.MAIL_FILTER, "microsoft-eop"),
        ("mail-services", "mail_filter", NetworkClass.MAIL_FILTER, "barracuda"),
        ("zscaler", "", NetworkClass.SECURE_WEB_GATEWAY, "zscaler"),
        ("tor-exits", "", NetworkClass.TOR, "tor"),
        ("special-purpose", "", NetworkClass.RESERVED, None),
    ],
)
def test_every_prefix_of_a_decisive_list_has_its_class(
    shipped: Datasets, name: str, kind: str, network_class: NetworkClass, operator: str | None
) -> None:
    addresses = list(listed(shipped, name, kind))
    found = [shipped.ip_ranges.look_up(address) for address in addresses]

    # A few Tor exits are also VPN exits; VPN stands above.
    agreeing = [network for network in found if (network.network_class, network.operator) == (network_class, operator)]
    assert addresses
    assert len(agreeing) >= 0.95 * len(found)


@pytest.mark.parametrize(
    ("name", "kind", "network_class", "operator"),
    [
        ("azure", "hosting", NetworkClass.HOSTING, "microsoft"),
        ("aws", "", NetworkClass.HOSTING, "aws"),
        ("google-cloud", "", NetworkClass.HOSTING, "google-cloud"),
        ("google", "", NetworkClass.IMAGE_PROXY, "google"),
        ("google-crawlers", "", NetworkClass.CRAWLER, "googlebot"),
        ("cloudflare", "", NetworkClass.CDN, "cloudflare"),
    ],
)
def test_most_of_a_broad_list_has_its_class(
    shipped: Datasets, name: str, kind: str, network_class: NetworkClass, operator: str
) -> None:
    found = [shipped.ip_ranges.look_up(address) for address in listed(shipped, name, kind)]

    agreeing = [network for network in found if (network.network_class, network.operator) == (network_class, operator)]
    assert len(agreeing) > 0.7 * len(found)


@pytest.mark.parametrize(
    ("organisation", "network_class", "operator"),
    [
        ("Proofpoint, Inc.", NetworkClass.SECURITY_VENDOR, "proofpoint"),
        ("Mimecast Services Limited", NetworkClass.SECURITY_VENDOR, "mimecast"),
        ("Cisco Systems Ironport Division", NetworkClass.SECURITY_VENDOR, "cisco-ironport"),
        ("Netskope Inc", NetworkClass.SECURE_WEB_GATEWAY, "netskope"),
        ("Cisco OpenDNS, LLC", NetworkClass.SECURE_WEB_GATEWAY, "cisco-umbrella"),
        ("Oath Holdings Inc.", NetworkClass.IMAGE_PROXY, "yahoo"),
        ("Comcast Cable Communications, LLC", NetworkClass.EYEBALL, None),
        ("T-Mobile USA, Inc.", NetworkClass.MOBILE, "t-mobile-us"),
        ("Princeton University", NetworkClass.EDUCATION, None),
        # A transit carrier with many offices behind it: packages call it hosting, we do not.
        ("Cogent Communications", NetworkClass.EYEBALL, None),
    ],
)
def test_an_address_of_an_organisation_has_the_class_of_its_as(
    shipped: Datasets, organisation: str, network_class: NetworkClass, operator: str | None
) -> None:
    table = unpack(next(info for info in shipped.manifest if info.name == "as-numbers").read())
    first = next(
        start
        for start, label in zip(table._v4.starts, table._v4.labels, strict=True)
        if table.labels[label].partition(" ")[2] == organisation
    )
    network = shipped.ip_ranges.look_up(".".join(str(octet) for octet in first.to_bytes(4, "big")))

    assert network.organisation == organisation
    assert (network.network_class, network.operator) == (network_class, operator)


def test_no_list_of_an_unlicensed_provider_is_shipped(shipped: Datasets) -> None:
    unlicensed = {"cogent", "cdn77", "glesys", "scalaxy", "gthost", "melbicom", "buyvm", "vercel"}
    operators = {
        section.name
        for info in shipped.manifest
        if info.kind is DatasetKind.NETWORKS
        for section in parse(info.read().decode())
        if any(not entry.startswith("AS") for entry in section.entries)
    }

    assert not operators & unlicensed


@given(st.ip_addresses())
def test_any_address_has_an_answer(address: object) -> None:
    datasets = ranges()

    assert datasets.look_up(str(address)).asn == 64500
    assert datasets.country_of(str(address)) == "NL"


def test_an_address_of_a_known_as_belongs_to_people_unless_a_list_says_otherwise() -> None:
    assert ranges().look_up("192.0.2.1").network_class is NetworkClass.EYEBALL
    assert ranges(asn="").look_up("192.0.2.1").network_class is NetworkClass.UNKNOWN


def test_a_prefix_list_decides_over_the_class_of_the_as() -> None:
    found = ranges(
        NetworkList(DAY, [Section("security_vendor", "proofpoint", ("AS64500",))]),
        NetworkList(DAY, [Section("hosting", "aws", ("192.0.2.0/24",))]),
    )

    assert found.look_up("192.0.2.1").operator == "aws"
    assert found.look_up("198.51.100.1").operator == "proofpoint"


def test_a_relay_decides_over_the_network_it_rents_and_tells_its_date() -> None:
    found = ranges(
        NetworkList(date(2026, 1, 1), [Section("cdn", "fastly", ("192.0.2.0/24",))]),
        NetworkList(DAY, [Section("relay", "apple-private-relay", ("192.0.0.0/16",))]),
    )

    network = found.look_up("::ffff:192.0.2.1")

    assert (network.network_class, network.operator, network.list_date) == (
        NetworkClass.RELAY,
        "apple-private-relay",
        "2026-11-01",
    )


def test_the_higher_class_of_an_as_wins_whatever_the_order_of_the_lists() -> None:
    lists = [
        NetworkList(DAY, [Section("hosting", "", ("AS64500",))]),
        NetworkList(DAY, [Section("mail_filter", "example", ("AS64500",))]),
    ]

    for ordered in (lists, lists[::-1]):
        assert ranges(*ordered).look_up("192.0.2.1").network_class is NetworkClass.MAIL_FILTER


def test_a_bad_list_leaves_the_tables_in_use() -> None:
    found = ranges(NetworkList(DAY, [Section("tor", "tor", ("192.0.2.0/24",))]))
    empty: RangeTable[str] = RangeTable([""], [])

    with pytest.raises(ValueError, match="no such class"):
        found.replace(empty, empty, [NetworkList(DAY, [Section("no such class", "", ("192.0.2.0/24",))])])

    assert found.look_up("192.0.2.1").network_class is NetworkClass.TOR
