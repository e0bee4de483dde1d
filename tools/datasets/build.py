"""Builds the reference data that ships with Indicia, from pinned packages and the hand-kept lists.

    python tools/datasets/build.py           everything; needs npm, about a minute
    python tools/datasets/build.py --stamp   after editing a hand-kept list: only renew the manifest

Afterwards read the diff: a list that lost many rows is a reason to stop.
"""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from agents import compat_data, crawlers
from autonomous_systems import as_ranges, country_ranges, derived_sections, package_date
from mailbox_domains import disposable_domains, free_domains
from networks import network_lists
from packages import NPM_PINS, PYPI_PINS

from indicia.datasets.browser_compat import compile_browser_releases
from indicia.datasets.compiling import Compiled, compile_ranges, compile_sections
from indicia.datasets.manifest import SHIPPED, DatasetInfo, DatasetKind, checksum, read_manifest, write_manifest
from indicia.datasets.sections import parse

_DERIVED = "networks/derived.txt"
_OWN = "own compilation of facts"

# (file, kind, day of the last check by hand, source). Change the day when you have looked at every line.
_HAND_KEPT = (
    ("networks/special-purpose.txt", DatasetKind.NETWORKS, "2026-11-23", "IANA special-purpose registries"),
    ("networks/mail-services.txt", DatasetKind.NETWORKS, "2026-11-23", "providers' documentation"),
    ("networks/microsoft-eop.txt", DatasetKind.NETWORKS, "2026-11-23", "Microsoft 365 endpoints, sets 9 and 10"),
    ("networks/security-vendors.txt", DatasetKind.NETWORKS, "2026-11-23", "routing data"),
    ("networks/secure-web-gateways.txt", DatasetKind.NETWORKS, "2026-11-23", "routing data"),
    ("networks/hosting.txt", DatasetKind.NETWORKS, "2026-11-23", "routing data"),
    ("networks/mobile.txt", DatasetKind.NETWORKS, "2026-11-23", "routing data"),
    ("mail-agents.txt", DatasetKind.AGENTS, "2026-11-28", "vendors' documentation, field reports"),
    ("mx-hosts.txt", DatasetKind.MX_HOSTS, "2026-11-23", "vendors' set-up pages"),
    ("mailbox-domains.txt", DatasetKind.MAILBOX_DOMAINS, "2026-11-23", "providers' pages"),
    ("addresses/relay-domains.txt", DatasetKind.ADDRESSES, "2026-11-28", "services' pages"),
    ("addresses/role-accounts.txt", DatasetKind.ADDRESSES, "2026-11-28", "RFC 2142, usage"),
    ("addresses/well-known-domains.txt", DatasetKind.ADDRESSES, "2026-11-28", "providers' pages"),
)


def main() -> None:
    """Write the data files that were asked for, then the manifest."""
    datasets = read_manifest(SHIPPED)
    if "--stamp" not in sys.argv[1:]:
        datasets = {info.name: info for info in _compiled()}
    datasets |= {info.name: info for info in _hand_kept()}
    write_manifest(SHIPPED, datasets.values())
    for _, info in sorted(datasets.items()):
        print(f"{info.name:24} {info.date} {info.rows:9,}  {info.licence}")


def _compiled() -> Iterator[DatasetInfo]:
    for name, content, day, source, licence in network_lists():
        yield _write(f"networks/{name}.txt", DatasetKind.NETWORKS, content, day, source, licence)
    others = (path for path in SHIPPED.glob("networks/*.txt") if path != SHIPPED / _DERIVED)
    yield _write(
        _DERIVED,
        DatasetKind.NETWORKS,
        compile_sections(derived_sections(others)),
        package_date(),
        "share of an AS in the lists of hosts; organisation names",
        _OWN,
    )
    yield _write(
        "as-numbers.zst",
        DatasetKind.AS_NUMBERS,
        compile_ranges(as_ranges()),
        package_date(),
        _npm("@ip-location-db/asn") + ": RouteViews, NRO, DB-IP",
        "CC-BY-4.0",
    )
    yield _write(
        "countries.zst",
        DatasetKind.COUNTRIES,
        compile_ranges(country_ranges()),
        package_date(),
        _npm("@ip-location-db/asn-country") + ": NRO",
        "CC0-1.0",
    )
    yield _write(
        "crawler-agents.txt",
        DatasetKind.AGENTS,
        crawlers(),
        date(2026, 10, 25),
        f"crawler-user-agents {PYPI_PINS['crawler-user-agents']} (PyPI), {_npm('isbot')}",
        "MIT, Unlicense",
    )
    yield from _mailbox_domains()
    compat = compat_data()
    releases = compile_browser_releases(compat)
    day = date.fromisoformat(compat["__meta"]["timestamp"][:10])
    source = _npm("@mdn/browser-compat-data")
    yield _write("browser-releases.json", DatasetKind.BROWSER_RELEASES, releases, day, source, "CC0-1.0")


def _mailbox_domains() -> Iterator[DatasetInfo]:
    package = "disposable-email-domains"
    yield _write(
        "addresses/disposable-domains.txt",
        DatasetKind.ADDRESSES,
        disposable_domains(),
        date(2026, 11, 9),
        f"{package} {PYPI_PINS[package]} (PyPI)",
        "MIT",
    )
    yield _write(
        "addresses/free-domains.txt",
        DatasetKind.ADDRESSES,
        free_domains(),
        date(2026, 9, 1),
        f"{_npm('free-email-domains')}, less the disposable ones",
        "MIT",
    )


def _hand_kept() -> Iterator[DatasetInfo]:
    for file, kind, day, source in _HAND_KEPT:
        content = (SHIPPED / file).read_bytes()
        rows = sum(len(section.entries) for section in parse(content.decode()))
        yield _info(file, kind, Compiled(content, rows), date.fromisoformat(day), source, _OWN)


def _write(file: str, kind: DatasetKind, compiled: Compiled, day: date, source: str, licence: str) -> DatasetInfo:
    if file.endswith(".txt"):
        head = f"# Built by tools/datasets/build.py from {source}; data of {day}. Edit the tool, not this file.\n"
        compiled = compiled._replace(content=head.encode() + compiled.content)
    (SHIPPED / file).write_bytes(compiled.content)
    return _info(file, kind, compiled, day, source, licence)


def _info(file: str, kind: DatasetKind, compiled: Compiled, day: date, source: str, licence: str) -> DatasetInfo:
    return DatasetInfo(
        name=Path(file).stem,
        kind=kind,
        file=file,
        source=source,
        date=day,
        rows=compiled.rows,
        licence=licence,
        sha256=checksum(compiled.content),
    )


def _npm(package: str) -> str:
    return f"{package} {NPM_PINS[package]} (npm)"


if __name__ == "__main__":
    main()
