"""The hostile URLs of hostile_urls.txt."""

from functools import cache
from pathlib import Path

DECIDED_LATER = frozenset({"wild", "dns", "redir"})
"""Groups whose URLs look like any other: DNS, or the answer to the request, shows what they are."""


@cache
def hostile_urls() -> tuple[tuple[str, str], ...]:
    """All (group, URL) pairs, unescaped."""
    pairs = []
    for line in Path(__file__).with_name("hostile_urls.txt").read_text("ascii").splitlines():
        if line and not line.startswith("#"):
            group, _, urls = line.partition(": ")
            pairs += [(group, url.encode().decode("unicode_escape")) for url in urls.split(" ")]
    return tuple(pairs)
