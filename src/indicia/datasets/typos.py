"""Finds the well-known domain that a misspelt one was meant to be.

Words that differ by little share what is left of them after some letters are taken away (the idea of SymSpell), so a
look-up costs some dozens of dictionary look-ups instead of a comparison with every known domain.
"""

import re
from collections.abc import Collection, Iterator
from itertools import combinations

# Two slips of the finger. With three, `hp.com` would be `qq.com`, and every short word another.
_MOST_SLIPS = 2
# Below this many letters before the full stop one slip turns real names into others (`aol`, `gmx`, `mail`).
_SHORT_NAME = 5
_LONGEST = 40


# `gmail`, `gmail.com.com`, `gmail.c`: there is no such top-level domain, or nobody gives mailboxes there.
_NO_ENDINGS = frozenset({"", "c", "m", "com.com", "cm", "co", "om", "net", "org", "acm", "cmo"})
_COUNTRY = re.compile(r"(?:com?\.)?[a-z]{2}")


class TypoTable:
    """The well-known domains by what is left of them.

    Args:
        well_known: What may be suggested.
        genuine: Domains that are never taken for misspelt ones.
        listed: Domains that exist, genuine or registered by those who wait for slips; only a clear slip counts.
        many_countries: First labels that are genuine under every country's ending.
    """

    def __init__(
        self,
        well_known: Collection[str],
        *,
        genuine: Collection[str],
        listed: Collection[str],
        many_countries: Collection[str],
    ) -> None:
        self._well_known = frozenset(well_known)
        self._genuine = frozenset(genuine)
        self._listed = frozenset(listed)
        self._many_countries = frozenset(many_countries)
        self._by_rest: dict[str, set[str]] = {}
        for domain in well_known:
            for rest in _rests(domain, _slips(domain)):
                self._by_rest.setdefault(rest, set()).add(domain)

    def meant_by(self, domain: str) -> str | None:
        """Answer the nearest well-known domain within two slips, or None; `domain` is in A-labels."""
        if len(domain) > _LONGEST or domain.startswith("xn--") or self._is_genuine(domain):
            return None
        return self._ending_wrong(domain) or self._nearest(domain)

    def _is_genuine(self, domain: str) -> bool:
        name, _, ending = domain.partition(".")
        is_abroad = name in self._many_countries and ending not in _NO_ENDINGS and _COUNTRY.fullmatch(ending)
        return domain in self._well_known or domain in self._genuine or bool(is_abroad)

    def _nearest(self, domain: str) -> str | None:
        near = {known for rest in _rests(domain, _MOST_SLIPS) for known in self._by_rest.get(rest, ())}
        found = sorted((slips, known) for known in near if (slips := _distance(domain, known)) <= _slips(known))
        if domain in self._listed:
            found = [(slips, known) for slips, known in found if slips == 1 and known[0] == domain[0]]
        # Two equally near ones are a guess, and a wrong hint is worse than none.
        nearest = [known for slips, known in found if slips == found[0][0]]
        if not nearest or len({known.partition(".")[0] for known in nearest}) > 1:
            return None
        return min(nearest, key=_rank)

    def _ending_wrong(self, domain: str) -> str | None:
        """Answer the well-known domain whose name is right and whose ending no provider has."""
        name, _, ending = domain.partition(".")
        wanted = f"{name}.com"
        if wanted in self._well_known and (ending in _NO_ENDINGS or _distance(ending, "com") <= 1):
            return wanted
        joined = domain.replace(".", "")
        return next((known for known in self._by_rest.get(joined, ()) if known.replace(".", "") == joined), None)


def _rank(domain: str) -> tuple[bool, int, str]:
    return not domain.endswith(".com"), len(domain), domain


def _slips(domain: str) -> int:
    return 1 if len(domain.partition(".")[0]) < _SHORT_NAME else _MOST_SLIPS


def _rests(word: str, slips: int) -> Iterator[str]:
    yield word
    for count in range(1, slips + 1):
        for left_out in combinations(range(len(word)), count):
            pieces = (word[start + 1 : end] for start, end in zip((-1, *left_out), (*left_out, len(word)), strict=True))
            yield "".join(pieces)


def _distance(first: str, second: str) -> int:
    """Count the slips: a letter wrong, missing, too many, or swapped with the next (optimal string alignment)."""
    before: list[int] = []
    above = list(range(len(second) + 1))
    for row, letter in enumerate(first, 1):
        current = [row]
        for column, other in enumerate(second, 1):
            cost = min(above[column] + 1, current[column - 1] + 1, above[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == second[column - 2] and first[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, above = above, current
    return above[-1]
