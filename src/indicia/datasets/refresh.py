"""Renews reference data from the operators' own publications, without ever making it worse.

A new file is written beside the one in use and counts only when the manifest, replaced last, names it: a crash
at any moment leaves the old data. A running server follows through `Datasets.reload_if_changed`.
"""

import asyncio
import fcntl
import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from indicia.base.clock import Clock
from indicia.base.errors import AppError
from indicia.base.log import get_logger
from indicia.datasets.compiling import Compiled
from indicia.datasets.manifest import (
    DatasetInfo,
    checksum,
    find_datasets,
    manifest_path,
    read_manifest,
    write_durably,
    write_manifest,
)
from indicia.datasets.model import DatasetError
from indicia.datasets.sources import SOURCES, Source

log = get_logger()

# A source that lost more than this share of its rows is broken more often than its operator shrank.
_SMALLEST_SHARE = 0.8
_LOCK_NAME = ".lock"

Fetch = Callable[[str], Awaitable[bytes]]
"""Downloads one document, within limits of size and time; raises `AppError` or `OSError`."""


class RefreshOutcome(msgspec.Struct, frozen=True):
    """What became of one dataset: renewed with `rows`, or kept because of `refused`."""

    name: str
    rows: int = 0
    refused: str | None = None


async def refresh(
    directory: Path,
    fetch: Fetch,
    clock: Clock,
    only: Collection[str] | None = None,
    *,
    sources: Mapping[str, Source] = SOURCES,
) -> list[RefreshOutcome]:
    """Renew the datasets named in `only` (all by default) into `directory`; one that fails stops no other.

    Raises:
        DatasetError: A name has no source, another refresh is at work, or a manifest cannot be read; nothing
            was changed.
        OSError: `directory` cannot be written; the data in use is as before.
    """
    wanted = sorted(sources) if only is None else list(only)
    for name in wanted:
        if name not in sources:
            raise DatasetError(name, f"there is no source to refresh it from; there are: {', '.join(sorted(sources))}")
    with _alone_in(directory):
        current = find_datasets(directory)
        kept = read_manifest(directory)
        _forget_superseded(directory, kept)
        outcomes = []
        for name in wanted:
            try:
                compiled = await _compile(sources[name], fetch)
                _check(compiled, current.get(name))
            except (AppError, OSError, ValueError, msgspec.MsgspecError) as error:
                reason = ": ".join(map(str, error.args))
                log.warning("dataset.kept", dataset=name, reason=reason)
                outcomes.append(RefreshOutcome(name, refused=reason))
                continue
            info = _describe(name, sources[name], compiled, clock)
            await asyncio.to_thread(write_durably, directory / info.file, compiled.content)
            kept[name] = info
            outcomes.append(RefreshOutcome(name, rows=compiled.rows))
        if any(outcome.refused is None for outcome in outcomes):
            await asyncio.to_thread(write_manifest, directory, kept.values())
    return outcomes


def mirrored(fetch: Fetch, base_url: str) -> Fetch:
    """Fetch `https://host/path` from `base_url/host/path` instead, for sites without access to the Internet."""

    async def fetch_from_mirror(url: str) -> bytes:
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return await fetch(f"{base_url.rstrip('/')}/{parts.netloc}{parts.path}{query}")

    return fetch_from_mirror


async def _compile(source: Source, fetch: Fetch) -> Compiled:
    documents = [await fetch(url) for url in source.urls]
    if source.link:
        link = re.search(source.link, documents[0].decode(errors="replace"))
        if link is None:
            raise ValueError(f"{source.urls[0]} has no link to the list any more")
        documents = [await fetch(link[0])]
    # Half a million rows take seconds: in a thread, requests go on being served meanwhile.
    return await asyncio.to_thread(source.compile, documents)


def _check(compiled: Compiled, current: DatasetInfo | None) -> None:
    """Refuse what is more likely a broken source than news.

    Raises:
        ValueError: It is empty or has shrunk too much.
    """
    if compiled.rows == 0:
        raise ValueError("the source is empty")
    if current and compiled.rows < current.rows * _SMALLEST_SHARE:
        raise ValueError(f"the source shrank from {current.rows} rows to {compiled.rows}")


def _describe(name: str, source: Source, compiled: Compiled, clock: Clock) -> DatasetInfo:
    digest = checksum(compiled.content)
    return DatasetInfo(
        name=name,
        kind=source.kind,
        # The name holds the checksum, so no file that a manifest names is ever overwritten with something else.
        file=f"{name}-{digest[:16]}",
        source=", ".join(source.urls),
        date=datetime.fromtimestamp(clock(), UTC).date(),
        rows=compiled.rows,
        licence=source.licence,
        sha256=digest,
    )


def _forget_superseded(directory: Path, kept: Mapping[str, DatasetInfo]) -> None:
    """Delete files that the manifest stopped naming at the last refresh; every reader has moved on since."""
    named = {info.file for info in kept.values()} | {_LOCK_NAME, manifest_path(directory).name}
    for path in directory.iterdir():
        if path.name not in named:
            path.unlink()


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Keep other refreshes of the same directory out; the lock ends with the process."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / _LOCK_NAME).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DatasetError("refresh", f"another refresh is at work in {directory}") from error
        yield
