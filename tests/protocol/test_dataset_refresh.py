"""Refreshing datasets over HTTP from a loopback server that stands in for all operators."""

import asyncio
import fcntl
import gzip
import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

import aiohttp
import pytest
from aiohttp import web
from click.testing import CliRunner, Result

from indicia.cli.datasets import datasets
from indicia.datasets.compiling import Compiled
from indicia.datasets.manifest import DatasetKind, checksum, find_datasets, read_manifest
from indicia.datasets.model import DatasetError, NetworkClass
from indicia.datasets.refresh import Fetch, mirrored, refresh
from indicia.datasets.registry import Datasets
from indicia.datasets.sources import SOURCES, Source
from tests.doubles.clock import FakeClock

# 23 November 2026.
NOW = datetime(2026, 11, 23, tzinfo=UTC).timestamp()
ONIONS = "check.torproject.org/torbulkexitlist"
AZURE = "www.microsoft.com/en-us/download/details.aspx"


class Mirror:
    """Serves documents by `host/path`, as `--mirror` expects them."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.url = ""
        self.before_answer: Callable[[], None] = lambda: None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/{name:.*}", self._answer)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        self.before_answer()
        document = self.documents.get(request.match_info["name"])
        return web.Response(status=404) if document is None else web.Response(body=document)


@pytest.fixture
async def mirror() -> AsyncIterator[Mirror]:
    async with Mirror() as mirror:
        yield mirror


@pytest.fixture
async def fetch(mirror: Mirror) -> AsyncIterator[Fetch]:
    async with aiohttp.ClientSession() as session:

        async def get(url: str) -> bytes:
            async with session.get(url) as response:
                if response.status != 200:
                    raise OSError(f"status {response.status}")
                return await response.read()

        yield mirrored(get, mirror.url)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


def exits(count: int, first: int = 0) -> bytes:
    return b"".join(b"192.%d.%d.7\n" % (100 + number // 250, number % 250) for number in range(first, first + count))


async def test_a_refreshed_list_is_dated_listed_and_used(
    tmp_path: Path, mirror: Mirror, fetch: Fetch, clock: FakeClock
) -> None:
    mirror.documents[ONIONS] = exits(1000)
    data = Datasets.open(tmp_path)

    (outcome,) = await refresh(tmp_path, fetch, clock, ["tor-exits"])

    info = find_datasets(tmp_path)["tor-exits"]
    assert (outcome.rows, outcome.refused) == (1000, None)
    assert (info.origin, info.date, info.rows) == ("refreshed", date(2026, 11, 23), 1000)
    assert data.reload_if_changed()
    assert data.ip_ranges.look_up("192.103.249.7").network_class is NetworkClass.TOR
    assert data.ip_ranges.look_up("192.103.249.7").list_date == "2026-11-23"


@pytest.mark.parametrize(
    ("document", "reason"),
    [(exits(400), "shrank from 821 rows to 400"), (b"", "empty"), (b"<html>moved</html>", "empty"), (None, "404")],
)
async def test_a_worse_list_is_refused_and_the_last_good_one_kept(
    tmp_path: Path, mirror: Mirror, fetch: Fetch, clock: FakeClock, document: bytes | None, reason: str
) -> None:
    before = find_datasets(tmp_path)["tor-exits"]
    if document is not None:
        mirror.documents[ONIONS] = document

    (outcome,) = await refresh(tmp_path, fetch, clock, ["tor-exits"])

    assert reason in (outcome.refused or "")
    assert find_datasets(tmp_path)["tor-exits"] == before


async def test_a_list_may_shrink_by_a_fifth_and_no_more(
    tmp_path: Path, mirror: Mirror, fetch: Fetch, clock: FakeClock
) -> None:
    refused = []
    for count in (1000, 800, 639, 640):
        mirror.documents[ONIONS] = exits(count)
        (outcome,) = await refresh(tmp_path, fetch, clock, ["tor-exits"])
        refused.append(outcome.refused)

    assert [reason is not None for reason in refused] == [False, False, True, False]


async def test_one_failing_source_stops_no_other(
    tmp_path: Path, mirror: Mirror, fetch: Fetch, clock: FakeClock
) -> None:
    mirror.documents[ONIONS] = exits(1000)

    outcomes = await refresh(tmp_path, fetch, clock)

    assert [outcome.name for outcome in outcomes] == sorted(SOURCES)
    assert [outcome.name for outcome in outcomes if outcome.refused is None] == ["tor-exits"]


async def test_a_source_behind_a_page_is_found_through_its_link(
    tmp_path: Path, mirror: Mirror, fetch: Fetch, clock: FakeClock
) -> None:
    link = "download.microsoft.com/download/7/1/d/ServiceTags_Public_20261116.json"
    prefixes = [f"20.{block}.{third}.0/25" for block in range(40) for third in range(255)]
    tags = {
        "values": [
            {"name": "AzureCloud", "properties": {"addressPrefixes": prefixes}},
            {"name": "EOPExternalPublishedIPs", "properties": {"addressPrefixes": ["40.92.0.0/14"]}},
        ]
    }
    mirror.documents[AZURE] = f'<a href="https://{link}">Download</a>'.encode()
    mirror.documents[link] = json.dumps(tags).encode()

    (outcome,) = await refresh(tmp_path, fetch, clock, ["azure"])

    assert outcome.refused is None
    assert Datasets.open(tmp_path).ip_ranges.look_up("40.94.1.1").operator == "microsoft-eop"


async def test_a_table_of_the_internet_that_lost_most_of_it_is_refused(tmp_path: Path, clock: FakeClock) -> None:
    rows = "".join(
        f"1.{i // 256}.{i % 256}.0\t1.{i // 256}.{i % 256}.255\t{64500 + i}\tNL\tEXAMPLE\n" for i in range(9)
    )
    small = {"as-numbers": SOURCES["as-numbers"]._replace(urls=("https://asn.test/v4.gz",))}

    async def serve(url: str) -> bytes:
        return gzip.compress(rows.encode())

    (outcome,) = await refresh(tmp_path, serve, clock, sources=small)

    assert outcome.refused == "the source shrank from 515129 rows to 9"


async def test_a_crash_at_any_moment_leaves_consistent_data(
    tmp_path: Path, mirror: Mirror, fetch: Fetch, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.documents[ONIONS] = exits(1000)
    await refresh(tmp_path, fetch, clock, ["tor-exits"])
    mirror.documents[ONIONS] = exits(1000, first=1)
    replace = Path.replace
    for survived in range(3):
        left = survived

        def replace_or_die(source: Path, target: Path) -> Path:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            return replace(source, target)

        monkeypatch.setattr(Path, "replace", replace_or_die)
        try:
            await refresh(tmp_path, fetch, clock, ["tor-exits"])
        except KeyboardInterrupt:
            completed = False
        else:
            completed = True

        assert completed == (survived == 2)
        known = Datasets.open(tmp_path).ip_ranges.look_up("192.104.0.7").network_class
        assert (known is NetworkClass.TOR) == completed


async def test_files_that_no_manifest_names_are_deleted_at_the_next_refresh(
    tmp_path: Path, mirror: Mirror, fetch: Fetch, clock: FakeClock
) -> None:
    for first in range(3):
        mirror.documents[ONIONS] = exits(1000, first)
        await refresh(tmp_path, fetch, clock, ["tor-exits"])

    files = {path.name for path in tmp_path.iterdir()}
    assert read_manifest(tmp_path)["tor-exits"].file in files
    assert len([name for name in files if name.startswith("tor-exits-")]) == 2


async def test_two_refreshes_never_work_in_one_directory(tmp_path: Path, fetch: Fetch, clock: FakeClock) -> None:
    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(DatasetError, match="another refresh is at work"):
            await refresh(tmp_path, fetch, clock)


async def test_an_unknown_name_is_refused_before_anything_is_fetched(
    tmp_path: Path, mirror: Mirror, fetch: Fetch, clock: FakeClock
) -> None:
    asked = []
    mirror.before_answer = lambda: asked.append(True)

    with pytest.raises(DatasetError, match="there is no source"):
        await refresh(tmp_path, fetch, clock, ["tor-exits", "mobile"])

    assert asked == []


async def test_serving_goes_on_while_a_large_source_is_compiled(tmp_path: Path, clock: FakeClock) -> None:
    served = threading.Event()

    def compile_for_long(documents: Sequence[bytes]) -> Compiled:
        # Nobody could set the event if this held up the event loop.
        assert served.wait(timeout=10)
        return Compiled(b"[tor tor]\n192.0.66.1\n", 1)

    async def serve(url: str) -> bytes:
        asyncio.get_running_loop().call_later(0.01, served.set)
        return b""

    source = Source(DatasetKind.NETWORKS, ("https://new.test/",), compile_for_long)
    (outcome,) = await refresh(tmp_path, serve, clock, sources={"new-list": source})

    assert outcome.rows == 1


async def test_the_command_refreshes_through_the_guarded_client_and_lists_the_result(
    tmp_path: Path, mirror: Mirror
) -> None:
    mirror.documents[ONIONS] = exits(1000)
    runner = CliRunner(env={"INDICIA_DATA_DIR": str(tmp_path), "INDICIA_EGRESS_ALLOW": "127.0.0.1:*"})

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(runner.invoke, datasets, arguments)

    refreshed = await run("refresh", "tor-exits", "--mirror", mirror.url)
    failed = await run("refresh", "aws", "--mirror", mirror.url)
    listed = await run("list", "--json")
    shown = await run("list")

    assert (refreshed.exit_code, refreshed.output) == (0, "tor-exits: renewed, 1,000 rows\n")
    assert (failed.exit_code, "aws: kept: protocol: status 404" in failed.output) == (1, True)
    origins = {row["name"]: row["origin"] for row in json.loads(listed.output)}
    assert (origins["tor-exits"], origins["aws"]) == ("refreshed", "shipped")
    assert len(shown.output.splitlines()) == len(origins)


async def test_every_file_of_a_refresh_carries_its_checksum(
    tmp_path: Path, mirror: Mirror, fetch: Fetch, clock: FakeClock
) -> None:
    mirror.documents[ONIONS] = exits(900)
    await refresh(tmp_path, fetch, clock, ["tor-exits"])

    info = read_manifest(tmp_path)["tor-exits"]
    content = (tmp_path / info.file).read_bytes()
    assert info.sha256 == checksum(content)
    assert re.fullmatch(r"tor-exits-[0-9a-f]{16}", info.file)
