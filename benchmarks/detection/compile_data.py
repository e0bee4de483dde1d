"""Compile `data/*.csv` from pinned packages; the generator itself never needs them.

npm pack @ip-location-db/asn@2.3.2026061719 @mdn/browser-compat-data@8.1.9 user-agents@2.1.198
(unpack each tarball into a folder of its own below NPM_DIR: asn/, mdn/, user-agents/)
python -m benchmarks.detection.compile_data NPM_DIR
"""

import csv
import ipaddress
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import iporigin._data
import pymispwarninglists

from benchmarks.detection.pools import POOLS, Pool

DATA = Path(__file__).parent / "data"
Prefix = ipaddress.IPv4Network | ipaddress.IPv6Network

# Enough to spread people over an operator's space, few enough to read the file.
MAX_IPV4, MAX_IPV6 = 24, 8
# Relays and clouds are scattered over many small ranges, which is what makes them hard to list.
SCATTERED = {"relay": 6, "hosting": 3}
# The sample's newest stable Chrome and Firefox on its date, 2026-09-29 (browser-compat-data).
SAMPLE_NEWEST = {"chrome": 154, "firefox": 156}
# Browsers further behind than this have stopped updating, so they are not moved to current versions.
MAX_MOVED_LAG = 8
# One row of the sample, a Chrome half a year old, is 23 % of its weight: the sample has bots in it.
MAX_WEIGHT, MAX_STALE_WEIGHT = 0.05, 0.002
MIN_WEIGHT = 0.00008
# Strings that no released browser sends: random builds, unreduced models with reduced versions, made-up tokens.
FABRICATED = re.compile(
    r"Chrome/[3-9]\d\.|CriOS/\d+\.0\.0\.0|Chrome/\S+ Safari/605|Honorlock|FxiOS/1\.5|Headless|[Bb]ot|Windows NT 6"
    r"|Android 1\d; (?!K\))[^)]*\) AppleWebKit\S* \(KHTML, like Gecko\) Chrome/\d+\.0\.0\.0"
)

# The first of these that occurs in a string names its system.
SYSTEMS = (
    ("iPhone", "ios"), ("iPad", "ios"), ("Android", "android"), ("Windows", "windows"), ("Macintosh", "macos"),
    ("CrOS", "chromeos"), ("Linux", "linux"),
)  # fmt: skip


def ranges_by_asn(csv_files: Iterable[Path], wanted: set[int]) -> dict[int, list[Prefix]]:
    """Collect the prefixes of the wanted autonomous systems."""
    found: dict[int, list[Prefix]] = defaultdict(list)
    for path in csv_files:
        with path.open(newline="") as rows:
            for first, last, asn, _ in csv.reader(rows):
                if int(asn) in wanted:
                    start, end = ipaddress.ip_address(first), ipaddress.ip_address(last)
                    found[int(asn)].extend(ipaddress.summarize_address_range(start, end))
    return found


def ranges_by_label() -> dict[str, list[Prefix]]:
    """Collect the prefixes of each `iporigin` provider."""
    table = iporigin._data.dataset()  # type: ignore[no-untyped-call]  # noqa: SLF001 - the package's table has no public reader.
    found: dict[str, list[Prefix]] = defaultdict(list)
    columns = (
        (ipaddress.IPv4Address, table.v4_starts, table.v4_ends, table.v4_labels),
        (ipaddress.IPv6Address, table.v6_starts, table.v6_ends, table.v6_labels),
    )
    for address, starts, ends, labels in columns:
        for start, end, label in zip(starts, ends, labels, strict=True):
            spans = ipaddress.summarize_address_range(address(start), address(end))
            found[table.labels[label][0]].extend(spans)
    return found


def misp_list(name: str) -> list[Prefix]:
    """Read one MISP warning list of prefixes."""
    lists = Path(pymispwarninglists.__file__).parent / "data/misp-warninglists/lists"
    return [ipaddress.ip_network(each) for each in json.loads((lists / name / "list.json").read_text())["list"]]


def thinned(pool: Pool, prefixes: list[Prefix]) -> Iterator[Prefix]:
    """Keep a sample of the pool's prefixes, larger ones more likely, always the same."""
    rng = random.Random(pool.operator)
    for version, limit in ((4, MAX_IPV4), (6, MAX_IPV6)):
        # One list carries a documentation prefix (RFC 3849) among a cloud's.
        family = [each for each in prefixes if each.version == version and each.is_global]
        family.sort(key=lambda each: rng.random() ** (1 / (1 + each.num_addresses.bit_length())), reverse=True)
        kept = family[: limit * SCATTERED.get(pool.kind, 1)]
        yield from sorted(kept, key=lambda each: each.network_address.packed)


def compile_networks(npm: Path) -> None:
    """Write `networks.csv`: kind, operator, country, prefix."""
    wanted = {asn for pool in POOLS for asn in pool.asns}
    by_asn = ranges_by_asn([npm / "asn/package/asn-ipv4.csv", npm / "asn/package/asn-ipv6.csv"], wanted)
    by_label = ranges_by_label()
    with (DATA / "networks.csv").open("w", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(("kind", "operator", "country", "prefix"))
        for pool in POOLS:
            prefixes = [prefix for asn in pool.asns for prefix in by_asn[asn]]
            prefixes += [prefix for label in pool.labels for prefix in by_label[label]]
            prefixes += [prefix for name in pool.misp for prefix in misp_list(name)]
            prefixes += [ipaddress.ip_network(prefix) for prefix in pool.prefixes]
            rows.writerows((pool.kind, pool.operator, pool.country, each) for each in thinned(pool, prefixes))


def as_template(uas: str) -> tuple[str, str, int | str]:
    """Split a User-Agent into (browser, template, lag): `{v}` and `{b}` stand for the major version and build."""
    for browser, version in (("chrome", r"(?:Chrome|CriOS)/(\d+)"), ("firefox", r"Firefox/(\d+)")):
        if found := re.search(version, uas):
            major = found[1]
            lag = SAMPLE_NEWEST[browser] - int(major)
            if lag > MAX_MOVED_LAG or "YaBrowser" in uas or "OPR" in uas or "SamsungBrowser" in uas:
                return browser, uas, ""
            moved = re.sub(rf"((?:Chrome|CriOS|Edg|EdgA|Firefox|Gecko)/|rv:){major}\.", r"\1{v}.", uas)
            return browser, re.sub(r"\{v\}\.0\.(?!0\.)\d+\.", "{v}.0.{b}.", moved), max(lag, 0)
    return "safari" if "Version/" in uas else "other", uas, ""


def compile_agents(npm: Path) -> None:
    """Write `agents.csv`: weight, os, browser, lag, template."""
    weights: Counter[str] = Counter()
    for row in json.loads((npm / "user-agents/package/dist/user-agents.json").read_text()):
        weights[row["userAgent"]] += row["weight"]
    with (DATA / "agents.csv").open("w", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(("weight", "os", "browser", "lag", "template"))
        for uas, weight in sorted(weights.items(), key=lambda each: (-each[1], each[0])):
            if weight < MIN_WEIGHT or FABRICATED.search(uas):
                continue
            system = next((name for token, name in SYSTEMS if token in uas), "other")
            browser, template, lag = as_template(uas)
            most = MAX_STALE_WEIGHT if browser in SAMPLE_NEWEST and lag == "" else MAX_WEIGHT
            rows.writerow((f"{min(weight, most):.6f}", system, browser, lag, template))


def compile_releases(npm: Path) -> None:
    """Write `releases.csv`: browser, major, date, for the two browsers whose versions the world moves."""
    browsers = json.loads((npm / "mdn/package/data.json").read_text())["browsers"]
    with (DATA / "releases.csv").open("w", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(("browser", "major", "date"))
        for browser in ("chrome", "firefox"):
            releases = browsers[browser]["releases"]
            dated = [(int(v), r["release_date"]) for v, r in releases.items() if v.isdigit() and r.get("release_date")]
            rows.writerows((browser, major, date) for major, date in sorted(dated) if major >= 40)


if __name__ == "__main__":
    for compile_file in (compile_networks, compile_agents, compile_releases):
        compile_file(Path(sys.argv[1]))
