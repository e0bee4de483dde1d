"""The list of dataset files in one directory: where each came from, how old it is, and its checksum.

Indicia ships one such directory; a refresh fills another one in the data directory. A file is trusted only
when its SHA-256 is the one written beside it.
"""

import datetime as dt
import hashlib
import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import msgspec

from indicia.datasets.model import DatasetError

SHIPPED = Path(__file__).parent / "data"
"""The directory with the files that come with Indicia."""

_FILE_NAME = "manifest.json"


class DatasetKind(StrEnum):
    """What a dataset file holds, and so how it is read."""

    NETWORKS = "networks"
    AS_NUMBERS = "as_numbers"
    COUNTRIES = "countries"
    AGENTS = "agents"
    BROWSER_RELEASES = "browser_releases"
    MX_HOSTS = "mx_hosts"
    MAILBOX_DOMAINS = "mailbox_domains"
    ADDRESSES = "addresses"


class DatasetInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset file; `date` is the day of its data, `directory` is where the file lies."""

    name: str
    kind: DatasetKind
    file: str
    source: str
    date: dt.date
    rows: int
    licence: str
    sha256: str
    directory: Path = SHIPPED

    @property
    def origin(self) -> str:
        """Say whether the file came with Indicia or from a refresh."""
        return "shipped" if self.directory == SHIPPED else "refreshed"

    def read(self) -> bytes:
        """Read the file and check it against its checksum.

        Raises:
            DatasetError: The file is missing, unreadable or not the one that was written.
        """
        path = self.directory / self.file
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DatasetError(self.name, f"{path} cannot be read ({error.strerror}); {self._remedy}") from error
        if checksum(content) != self.sha256:
            raise DatasetError(self.name, f"{path} is damaged (wrong SHA-256); {self._remedy}")
        return content

    @property
    def _remedy(self) -> str:
        if self.origin == "shipped":
            return "reinstall Indicia"
        return f"delete {self.directory} to go back to the shipped data, or refresh again"


def checksum(content: bytes) -> str:
    """SHA-256 of a file's content, as the manifest writes it."""
    return hashlib.sha256(content).hexdigest()


def manifest_path(directory: Path) -> Path:
    """Name the manifest of `directory`; a changed file there means changed datasets."""
    return directory / _FILE_NAME


def read_manifest(directory: Path) -> dict[str, DatasetInfo]:
    """Read the datasets of one directory by name; a directory without a manifest has none.

    Raises:
        DatasetError: The manifest exists but cannot be read.
    """
    path = manifest_path(directory)
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=list[_Entry])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        raise DatasetError("manifest", f"{path} cannot be read ({error}); delete it and refresh again") from error
    return {entry.name: DatasetInfo(**msgspec.structs.asdict(entry), directory=directory) for entry in entries}


def find_datasets(directory: Path | None) -> dict[str, DatasetInfo]:
    """List the files to use by name: a refreshed file wins over a shipped one unless that one is newer.

    Raises:
        DatasetError: A manifest cannot be read.
    """
    found = read_manifest(SHIPPED)
    if not found:
        raise DatasetError("manifest", f"{manifest_path(SHIPPED)} is missing; reinstall Indicia")
    for name, info in read_manifest(directory).items() if directory else ():
        shipped = found.get(name)
        if shipped is None or info.date >= shipped.date:
            found[name] = info
    return found


def find_of_kind(directory: Path | None, kind: DatasetKind) -> list[DatasetInfo]:
    """List the files of one kind to use, by name.

    Raises:
        DatasetError: A manifest cannot be read.
    """
    return [info for _, info in sorted(find_datasets(directory).items()) if info.kind is kind]


def write_manifest(directory: Path, datasets: Iterable[DatasetInfo]) -> None:
    """Replace the manifest of `directory` in one durable step."""
    entries = [
        msgspec.convert(dataset, _Entry, from_attributes=True)
        for dataset in sorted(datasets, key=lambda dataset: dataset.name)
    ]
    text = msgspec.json.format(msgspec.json.encode(entries), indent=1) + b"\n"
    write_durably(manifest_path(directory), text)


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves either the old content or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.new")
    with scratch.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `DatasetInfo` as the manifest file holds it: the directory is where the manifest lies."""

    name: str
    kind: DatasetKind
    file: str
    source: str
    date: dt.date
    rows: int
    licence: str
    sha256: str
