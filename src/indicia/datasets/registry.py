"""Opens all reference data, says where each part came from, and follows a refresh while the server runs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Self

import msgspec

from indicia.base.log import get_logger
from indicia.datasets.address_lists import AddressLists
from indicia.datasets.browser_releases import BrowserReleases
from indicia.datasets.email_domains import MailProviders
from indicia.datasets.ip_ranges import IpRanges, NetworkList
from indicia.datasets.manifest import DatasetInfo, DatasetKind, find_datasets, manifest_path
from indicia.datasets.model import DatasetError
from indicia.datasets.range_table import RangeTable, unpack
from indicia.datasets.sections import Section, parse
from indicia.datasets.user_agents import UserAgents

log = get_logger()

_Group = frozenset[DatasetKind]

# The kinds that one look-up object is made of: a change in any of them rebuilds that object's tables.
_IP_KINDS: _Group = frozenset({DatasetKind.NETWORKS, DatasetKind.AS_NUMBERS, DatasetKind.COUNTRIES})
_AGENT_KINDS: _Group = frozenset({DatasetKind.AGENTS, DatasetKind.BROWSER_RELEASES})
_MAIL_KINDS: _Group = frozenset({DatasetKind.MX_HOSTS, DatasetKind.MAILBOX_DOMAINS})
_ADDRESS_KINDS: _Group = frozenset({DatasetKind.ADDRESSES})


class Datasets:
    """The look-up objects and the files they were made of; the objects stay the same over a refresh."""

    def __init__(self, directory: Path | None, found: Mapping[str, DatasetInfo]) -> None:
        self._directory = directory
        self._found = found
        self._seen = _stamp(directory)
        with _as_dataset_error("networks"):
            self.ip_ranges = IpRanges(*_ip_tables(found))
        with _as_dataset_error("agents"):
            self.user_agents = UserAgents(*_agent_tables(found))
        with _as_dataset_error("mail providers"):
            self.mail_providers = MailProviders(*_mail_tables(found))
        with _as_dataset_error("addresses"):
            self.address_lists = AddressLists(_address_sections(found))

    @classmethod
    def open(cls, directory: Path | None) -> Self:
        """Read the shipped files and the newer ones that a refresh left in `directory`.

        Raises:
            DatasetError: A file is missing or damaged; the message is one sentence that says which and what to do.
        """
        return cls(directory, find_datasets(directory))

    @property
    def manifest(self) -> tuple[DatasetInfo, ...]:
        """The files in use, by name."""
        return tuple(info for _, info in sorted(self._found.items()))

    def reload_if_changed(self) -> bool:
        """Use what a refresh has left in the directory since the last call; says whether anything changed.

        Unusable files are logged once and the data in use stays. Costs one `stat` when nothing changed, else
        up to half a second: call it from a thread, not from the event loop.
        """
        stamp = _stamp(self._directory)
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            return self._replace(find_datasets(self._directory))
        except DatasetError as error:
            log.error("datasets.reload_failed", dataset=error.dataset, reason=error.reason)  # noqa: TRY400
            return False

    def _replace(self, found: Mapping[str, DatasetInfo]) -> bool:
        changed = {
            info.kind
            for name in found.keys() | self._found.keys()
            for info in (found.get(name) or self._found[name],)
            if found.get(name) != self._found.get(name)
        }
        if changed & _IP_KINDS:
            with _as_dataset_error("networks"):
                self.ip_ranges.replace(*_ip_tables(found))
        if changed & _AGENT_KINDS:
            with _as_dataset_error("agents"):
                self.user_agents.replace(*_agent_tables(found))
        if changed & _MAIL_KINDS:
            with _as_dataset_error("mail providers"):
                self.mail_providers.replace(*_mail_tables(found))
        if changed & _ADDRESS_KINDS:
            with _as_dataset_error("addresses"):
                self.address_lists.replace(_address_sections(found))
        self._found = found
        return bool(changed)


def open_mail_providers(directory: Path | None) -> MailProviders:
    """Read what names mailbox providers, and no other data.

    Raises:
        DatasetError: A file is missing or damaged.
    """
    with _as_dataset_error("mail providers"):
        return MailProviders(*_mail_tables(find_datasets(directory)))


def refresh_mail_providers(providers: MailProviders, directory: Path | None) -> None:
    """Have what `open_mail_providers` answered follow a refresh.

    Raises:
        DatasetError: A file is missing or damaged; the data in use stays.
    """
    with _as_dataset_error("mail providers"):
        providers.replace(*_mail_tables(find_datasets(directory)))


def check_datasets(directory: Path | None) -> None:
    """Find out whether `Datasets.open` would get whole files, without building its tables.

    Raises:
        DatasetError: A file is missing or corrupt.
    """
    for info in find_datasets(directory).values():
        info.read()


def _stamp(directory: Path | None) -> tuple[int, int, int] | None:
    """Tell one state of the manifest from the next; it is replaced by rename, so its inode changes."""
    if directory is None:
        return None
    try:
        status = manifest_path(directory).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _ip_tables(
    found: Mapping[str, DatasetInfo],
) -> tuple[RangeTable[str], RangeTable[str], list[NetworkList]]:
    asns, countries = (_table(_only(found, kind)) for kind in (DatasetKind.AS_NUMBERS, DatasetKind.COUNTRIES))
    lists = [NetworkList(info.date, _sections(info)) for info in _of_kind(found, DatasetKind.NETWORKS)]
    return asns, countries, lists


def _agent_tables(found: Mapping[str, DatasetInfo]) -> tuple[list[Section], BrowserReleases]:
    # Sorted by name the general list would come first; the mail list decides before it.
    lists = sorted(_of_kind(found, DatasetKind.AGENTS), key=lambda info: info.name != "mail-agents")
    info = _only(found, DatasetKind.BROWSER_RELEASES)
    with _as_dataset_error(info.name):
        releases = msgspec.json.decode(info.read(), type=dict[str, dict[int, date]])
    return [section for info in lists for section in _sections(info)], BrowserReleases(releases)


def _mail_tables(found: Mapping[str, DatasetInfo]) -> tuple[list[Section], list[Section]]:
    return (
        _sections(_only(found, DatasetKind.MAILBOX_DOMAINS)),
        _sections(_only(found, DatasetKind.MX_HOSTS)),
    )


def _address_sections(found: Mapping[str, DatasetInfo]) -> list[Section]:
    return [section for info in _of_kind(found, DatasetKind.ADDRESSES) for section in _sections(info)]


def _of_kind(found: Mapping[str, DatasetInfo], kind: DatasetKind) -> list[DatasetInfo]:
    return [info for _, info in sorted(found.items()) if info.kind is kind]


def _only(found: Mapping[str, DatasetInfo], kind: DatasetKind) -> DatasetInfo:
    for info in _of_kind(found, kind):
        return info
    raise DatasetError(kind, "no file is listed in the manifest; reinstall Indicia")


def _sections(info: DatasetInfo) -> list[Section]:
    with _as_dataset_error(info.name):
        return list(parse(info.read().decode()))


def _table(info: DatasetInfo) -> RangeTable[str]:
    with _as_dataset_error(info.name):
        return unpack(info.read())


@contextmanager
def _as_dataset_error(name: str) -> Iterator[None]:
    """Turn what a parser says about content that has the right checksum, yet is not what we can read."""
    try:
        yield
    except (ValueError, msgspec.MsgspecError) as error:
        reason = f"the content is not understood ({error}); refresh it, or reinstall Indicia"
        raise DatasetError(name, reason) from error
