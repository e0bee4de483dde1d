"""What each form of publication gives; documents are cut from the operators' own."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.datasets.browser_compat import compile_browser_releases
from indicia.datasets.compiling import merge_prefixes
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
from indicia.datasets.registry import Datasets
from indicia.datasets.sections import parse
from indicia.datasets.sources import SOURCES


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            {"syncToken": "1", "prefixes": [{"ip_prefix": "3.0.0.0/15", "region": "eu-west-1", "service": "EC2"}]},
            ["3.0.0.0/15"],
        ),
        (
            {"prefixes": [{"ipv4Prefix": "8.8.4.0/24"}, {"ipv6Prefix": "2001:4860::/32"}]},
            ["8.8.4.0/24", "2001:4860::/32"],
        ),
        ({"addresses": ["23.235.32.0/20"], "ipv6_addresses": ["2a04:4e40::/32"]}, ["23.235.32.0/20", "2a04:4e40::/32"]),
        ({"LogicalServers": [{"Servers": [{"ExitIP": "185.1.2.3", "Domain": "a.test"}]}]}, ["185.1.2.3"]),
        ({"fingerprint": "ab:cd", "version": "4.12", "created": "2026-11-01T10:00:00"}, []),
    ],
)
def test_prefixes_are_found_wherever_they_stand_in_json(document: object, expected: list[str]) -> None:
    assert list(json_prefixes(json.dumps(document).encode())) == expected


def test_the_first_field_of_a_line_is_read() -> None:
    document = b"# geofeed\n172.224.226.0/27,GB,GB-ENG,London,\n\n2a02:26f7:64::/64,US,,\nnot,a,prefix\n192.0.66.1\n"

    assert list(line_prefixes(document)) == ["172.224.226.0/27", "2a02:26f7:64::/64", "192.0.66.1"]


def test_text_files_of_an_archive_are_read() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("akamai_ipv4_CIDRs.txt", "2.16.0.0/13\n")
        file.writestr("README.md", "192.0.66.0/24\n")

    assert list(zipped_prefixes(archive.getvalue())) == ["2.16.0.0/13"]


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.txt", b"\n" * (17 * 1024 * 1024))

    with pytest.raises(ValueError, match="too much"):
        list(zipped_prefixes(archive.getvalue()))


def test_only_mail_filters_are_taken_of_the_microsoft_365_endpoints() -> None:
    document = [
        {"id": 10, "urls": ["*.mail.protection.outlook.com"], "ips": ["40.92.0.0/15", "2a01:111:f400::/48"]},
        {"id": 31, "urls": ["*.sharepoint.com"], "ips": ["13.107.136.0/22"]},
        {"id": 46, "urls": ["*.office.com"]},
    ]

    assert list(microsoft_mail_filters(json.dumps(document).encode())) == ["40.92.0.0/15", "2a01:111:f400::/48"]


def test_azure_tells_its_mail_filters_from_its_machines() -> None:
    tags = {
        "values": [
            {"name": "AzureCloud", "properties": {"addressPrefixes": ["20.0.0.0/11"]}},
            {"name": "EOPExternalPublishedIPs", "properties": {"addressPrefixes": ["40.92.0.0/14"]}},
        ]
    }

    assert azure_prefixes(json.dumps(tags).encode()) == (["20.0.0.0/11"], ["40.92.0.0/14"])


def test_ranges_that_nobody_announces_are_left_out() -> None:
    lines = (
        "1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\n"
        "1.0.1.0\t1.0.3.255\t0\tNone\tNot routed\n"
        "2001:200::\t2001:200:ffff:ffff:ffff:ffff:ffff:ffff\t2500\tJP\tWIDE-BB WIDE Project\n"
    )

    found = list(iptoasn_ranges(gzip.compress(lines.encode())))

    assert found == [
        (4, 0x01000000, 0x010000FF, "13335 CLOUDFLARENET"),
        (6, 0x20010200_00000000, 0x20010200_FFFFFFFF, "2500 WIDE-BB WIDE Project"),
    ]


def test_delegations_have_a_country_and_a_size() -> None:
    lines = (
        "2|apnic|20261101|80000|19830613|20261030|+1000\n"
        "apnic|*|ipv4|*|50000|summary\n"
        "apnic|AU|ipv4|1.0.0.0|256|20110811|assigned|A91872ED\n"
        "apnic|JP|ipv6|2001:200::|35|19990813|allocated|A9162E3D\n"
        "apnic|CN|asn|4134|1|20020801|allocated|A9\n"
        "apnic||ipv4|1.1.0.0|256||available|\n"
    )

    assert list(delegated_ranges(lines.encode())) == [
        (4, 0x01000000, 0x010000FF, "AU"),
        (6, 0x20010200_00000000, 0x20010200_1FFFFFFF, "JP"),
    ]


def test_crawler_patterns_without_a_re2_form_are_rewritten_or_left_out() -> None:
    named = json.dumps([{"pattern": "Googlebot\\/"}]).encode()
    generic = json.dumps([r"(?<!cam)scan", r"feed(?!back)", "spider"]).encode()

    crawlers, rest = parse(compile_crawlers(named, generic).content.decode())

    assert crawlers.entries == ("Googlebot\\/",)
    assert rest.entries == (r"(?i)(?:^|[^m]|(?:^|[^a])m|(?:^|[^c])am)scan", "(?i)spider")


def test_crawler_patterns_that_describe_only_a_shape_are_left_out() -> None:
    generic = json.dumps([r"^[\w \.\-\(?:\):%]+(?:/v?\d+)?(?:,|$)", r"^mozilla/\d\.\d\s[\w\.-]+$", r"\.com\b", "bw/"])

    _, rest = parse(compile_crawlers(b'[{"pattern": "x"}]', generic.encode()).content.decode())

    assert rest.entries == ("(?i)bw/",)


def test_a_major_version_counts_from_its_first_release() -> None:
    names = "edge firefox ie opera opera_android safari safari_ios samsunginternet_android webview_android"
    browsers: dict[str, object] = {name: {"releases": {}} for name in names.split()}
    releases = {"9.1": {"release_date": "2016-03-21"}, "9": {"release_date": "2015-09-30"}, "preview": {}}

    compiled = compile_browser_releases({"browsers": {**browsers, "chrome": {"releases": releases}}})

    assert json.loads(compiled.content)["chrome"] == {"9": "2015-09-30"}
    assert compiled.rows == 1


def test_prefixes_are_merged_and_impossibly_large_ones_left_out() -> None:
    assert merge_prefixes(["10.1.0.0/24", "10.1.1.0/24", "10.1.0.7", "0.0.0.0/0", "2002::/16", " 2a02::/29 "]) == [
        "10.1.0.0/23",
        "2a02::/29",
    ]


@pytest.mark.parametrize(
    "read",
    [json_prefixes, line_prefixes, zipped_prefixes, microsoft_mail_filters, azure_prefixes, iptoasn_ranges],
)
@given(document=st.binary(max_size=200))
def test_rubbish_is_a_value_error_or_nothing(read: Callable[[bytes], Iterable[object]], document: bytes) -> None:
    try:
        found = list(read(document))
    except ValueError:
        return
    assert all(found)


def test_every_source_renews_a_dataset_of_the_same_kind(shipped: Datasets) -> None:
    kinds = {info.name: info.kind for info in shipped.manifest}

    # Akamai publishes prefixes that we may not ship, so this list exists only after a refresh.
    assert {name for name in SOURCES if name not in kinds} == {"akamai"}
    assert all(kinds.get(name, DatasetKind.NETWORKS) is source.kind for name, source in SOURCES.items())
    assert all(url.startswith("https://") for source in SOURCES.values() for url in source.urls)
