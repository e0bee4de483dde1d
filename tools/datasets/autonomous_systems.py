"""Compiles AS and country tables, and classes that can be derived for an AS from its prefixes and its name."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from packages import NPM_PINS, npm_package

from indicia.datasets.addresses import address_number, prefix_span
from indicia.datasets.compiling import LabelledRange, merge_prefixes
from indicia.datasets.sections import Section, parse

# An AS counts as hosting when at least this share of its IPv4 space is in lists of clouds and hosts.
_HOSTING_SHARE = 0.5

# Names of universities and schools as registries print them, in the languages that make up most of them.
_EDUCATION = re.compile(
    r"\b(universi\w+|unversity|college|polytechnic\w*|institute of technology|hochschule|school district"
    r"|public schools|ecole\b.*|école\b.*|universit\w+|politecnico|akademi\w*|academic|research network"
    r"|education(al)? network|janet|renater|internet2|geant|surf b\.?v\.?|dfn-verein\w*|garr)\b",
    re.IGNORECASE,
)

# Names that sell machines, and words that say the company sells lines to people as well.
_HOSTING = re.compile(
    r"hosting|hosters?\b|\bvps\b|virtual private server|dedicated servers?|data ?cent(er|re)s?\b|datacent"
    r"|colocation|\bcolo\b|web ?host|\bservers?\b|\bcloud",
    re.IGNORECASE,
)
_ACCESS = re.compile(
    r"internet service|broadband|tele(com|kom)|\bisp\b|fib(er|re|ra)|cable|wireless|mobile", re.IGNORECASE
)


def as_ranges() -> Iterator[LabelledRange]:
    """Yield every announced range, labelled with AS number and organisation."""
    return _ranges("@ip-location-db/asn", "asn", lambda row: f"{row[0]} {' '.join(row[1].split())}")


def country_ranges() -> Iterator[LabelledRange]:
    """Yield every allocated range, labelled with the registry's country."""
    return _ranges("@ip-location-db/asn-country", "asn-country", lambda row: row[0])


def package_date() -> date:
    """Tell the day of the data, which the package's version carries as 2.3.YYYYMMDDHH."""
    return date.fromisoformat(NPM_PINS["@ip-location-db/asn"].rsplit(".", 1)[1][:8])


def derived_sections(lists: Iterable[Path]) -> Iterator[Section]:
    """Derive hosting and education AS numbers that none of the other `lists` names."""
    sections = [section for path in lists for section in parse(path.read_text())]
    named = {entry for section in sections for entry in section.entries if entry.startswith("AS")}
    hosted = [
        prefix_span(prefix)
        for prefix in merge_prefixes(
            entry
            for section in sections
            if section.kind in {"hosting", "cdn"}
            for entry in section.entries
            if not entry.startswith("AS") and ":" not in entry
        )
    ]
    announced = sorted(row for row in as_ranges() if row.version == 4)
    total, covered = Counter[str](), Counter[str]()
    for row in announced:
        total[row.label] += row.last - row.first + 1
    for label, addresses in _overlaps(announced, hosted):
        covered[label] += addresses

    hosting = (
        label
        for label in total
        if covered[label] / total[label] >= _HOSTING_SHARE or (_HOSTING.search(label) and not _ACCESS.search(label))
    )
    education = (label for label in total if _EDUCATION.search(label))
    claimed = set(named)
    for kind, labels in (("education", education), ("hosting", hosting)):
        entries = {f"AS{label.partition(' ')[0]}" for label in labels} - claimed
        claimed |= entries
        yield Section(kind, "", tuple(sorted(entries, key=lambda entry: int(entry[2:]))))


def _overlaps(announced: list[LabelledRange], hosted: list[tuple[int, int, int]]) -> Iterator[tuple[str, int]]:
    """Yield how many addresses of each announced range lie in hosted prefixes; both lists are sorted."""
    index = 0
    for _, first, last, label in announced:
        while index < len(hosted) and hosted[index][2] < first:
            index += 1
        ahead = index
        while ahead < len(hosted) and hosted[ahead][1] <= last:
            yield label, min(last, hosted[ahead][2]) - max(first, hosted[ahead][1]) + 1
            ahead += 1


def _ranges(package: str, stem: str, label: Callable[[list[str]], str]) -> Iterator[LabelledRange]:
    directory = npm_package(package)
    for name in (f"{stem}-ipv4.csv", f"{stem}-ipv6.csv"):
        with (directory / name).open(newline="") as file:
            for first, last, *row in csv.reader(file):
                version, start = address_number(first)
                yield LabelledRange(version, start, address_number(last)[1], label(row))
