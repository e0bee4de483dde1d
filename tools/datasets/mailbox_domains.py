"""Disposable and free mailbox domains, from their packages."""

import json

from disposable_email_domains import blocklist
from packages import npm_package, require_pin

from indicia.datasets.compiling import Compiled, compile_sections
from indicia.datasets.sections import Section

# What the free list lacks: providers that anybody can join, from their own pages.
_MORE_FREE = (
    "hey.com tutanota.com tutamail.com tuta.com tuta.io tuta.me keemail.me mailbox.org posteo.de o2.pl daum.net"
)


def disposable_domains() -> Compiled:
    """Compile the curated list; aggregated ones name real providers."""
    require_pin("disposable-email-domains")
    return compile_sections([Section("disposable", "", tuple(sorted(blocklist)))])


def free_domains() -> Compiled:
    """Compile the free providers, of which the package mixes in thousands of disposable ones."""
    listed = set(json.loads((npm_package("free-email-domains") / "domains.json").read_text("utf-8")))
    disposable = set(disposable_domains().content.decode().split())
    kept = {domain for domain in listed if not _is_or_lies_in(domain, disposable)}
    return compile_sections([Section("free", "", tuple(sorted(kept | set(_MORE_FREE.split()))))])


def _is_or_lies_in(domain: str, others: set[str]) -> bool:
    labels = domain.split(".")
    return any(".".join(labels[start:]) in others for start in range(len(labels) - 1))
