"""Reads the one text format of all hand-kept and refreshed lists.

A section head `[kind name]` says what the entries below it are; the name may be absent. An entry is one line.
A `#` at the start of a line, or after two spaces, begins a comment::

    [security_vendor proofpoint]
    AS26211
    203.0.113.0/24  # why this block is here
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Section(NamedTuple):
    """Entries of one kind; `name` is a stable slug, empty where the kind alone says it."""

    kind: str
    name: str
    entries: tuple[str, ...]


def parse(text: str) -> Iterator[Section]:
    """Yield the sections of `text` in their order.

    Raises:
        ValueError: A line stands before the first section head, or a head is malformed; names the line.
    """
    head: tuple[str, str] | None = None
    entries: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        content = "" if line.startswith("#") else line.partition("  #")[0].strip()
        if not content:
            continue
        if content.startswith("[") and content.endswith("]") and (words := content[1:-1].split()):
            if head:
                yield Section(*head, tuple(entries))
            if len(words) > 2:
                raise ValueError(f"line {number}: a section head is [kind] or [kind name]")
            head, entries = (words[0], words[1] if len(words) == 2 else ""), []
        elif head is None:
            raise ValueError(f"line {number}: an entry stands before the first [kind name]")
        else:
            entries.append(content)
    if head:
        yield Section(*head, tuple(entries))


def write(sections: Iterable[Section]) -> str:
    """Write `sections` so that `parse` reads them back."""
    return "".join(
        f"[{f'{section.kind} {section.name}'.strip()}]\n" + "".join(f"{entry}\n" for entry in section.entries)
        for section in sections
    )
