"""What lists know about an address: whose service it is, whether it is thrown away, and what was probably meant."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Self

from indicia.datasets.manifest import DatasetKind, find_of_kind
from indicia.datasets.sections import Section, parse
from indicia.datasets.typos import TypoTable


class ListKind(StrEnum):
    """What the entries of a section are."""

    DISPOSABLE = "disposable"
    """Domains of addresses that live for minutes."""
    RELAY = "relay"
    """Domains whose addresses forward to a real mailbox for as long as its owner likes; never disposable."""
    FREE = "free"
    """Domains at which anybody gets a mailbox."""
    ROLE = "role"
    """Local parts that stand for a function, not a person."""
    WELL_KNOWN = "well_known"
    """Domains with very many mailboxes: what a misspelt one probably was."""
    GENUINE = "genuine"
    """Domains that look like a misspelt well-known one and are none."""
    MANY_COUNTRIES = "many_countries"
    """First labels of providers that give mailboxes under the endings of most countries."""


class AddressLists:
    """Answers from the current lists; `replace` swaps them."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self.replace(sections)

    @classmethod
    def open(cls, directory: Path | None) -> Self:
        """Read the shipped lists and the newer ones that a refresh left in `directory`, and no other data.

        Raises:
            DatasetError: A file is missing or damaged.
        """
        infos = find_of_kind(directory, DatasetKind.ADDRESSES)
        return cls(section for info in infos for section in parse(info.read().decode()))

    def replace(self, sections: Iterable[Section]) -> None:
        """Answer from these lists from now on.

        Raises:
            ValueError: A section names an unknown kind; the old lists stay.
        """
        lists: dict[ListKind, set[str]] = {kind: set() for kind in ListKind}
        for kind, _, entries in sections:
            lists[ListKind(kind)].update(entries)
        self._lists = lists
        self._typos = TypoTable(
            lists[ListKind.WELL_KNOWN],
            genuine=lists[ListKind.GENUINE] | lists[ListKind.RELAY],
            listed=lists[ListKind.FREE] | lists[ListKind.DISPOSABLE],
            many_countries=lists[ListKind.MANY_COUNTRIES],
        )

    def is_role(self, local: str) -> bool:
        """Tell whether a local part, in lower case, stands for a function; a tag after `+` does not count."""
        return local.partition("+")[0] in self._lists[ListKind.ROLE]

    def is_free(self, domain: str) -> bool:
        """Tell whether anybody gets a mailbox at `domain` (A-labels)."""
        return domain in self._lists[ListKind.FREE] or domain in self._lists[ListKind.WELL_KNOWN]

    def is_disposable(self, domain: str) -> bool:
        """Tell whether mailboxes at `domain` (A-labels), or at one it is part of, live for minutes."""
        if self.is_free(domain):
            return False
        while "." in domain:
            if domain in self._lists[ListKind.RELAY]:
                return False
            if domain in self._lists[ListKind.DISPOSABLE]:
                return True
            domain = domain.partition(".")[2]
        return False

    def meant_by(self, domain: str) -> str | None:
        """Answer the well-known domain that `domain` (A-labels) probably was meant to be; None without a doubt."""
        return self._typos.meant_by(domain)
