"""Which organisation a domain belongs to, as DMARC means it (RFC 7489 3.2)."""

from functools import lru_cache

from publicsuffixlist import PublicSuffixList


class Organisations:
    """Knows the public suffix list; building one reads it, some 30 ms."""

    def __init__(self) -> None:
        self._list = PublicSuffixList()
        self.of = lru_cache(maxsize=10_000)(self._of)

    def _of(self, domain: str) -> str:
        """Answer the domain directly below the public suffix of `domain`; a public suffix is its own."""
        found: str | None = self._list.privatesuffix(domain)
        return found or domain
