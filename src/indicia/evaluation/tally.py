"""Counts who was called a bot, by family and action, and adds the counts up."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import msgspec

from indicia.detection.model import Action
from indicia.evaluation.metrics import Rate, rate
from indicia.evaluation.model import Labelled


class FamilyRate(msgspec.Struct, frozen=True):
    """What became of one family's interactions of one kind.

    `misled_by` counts the signals that weighed most on the wrong side of wrong verdicts; "" counts those where none
    did, so that too little spoke for a bot.
    """

    family: str
    action: Action
    is_bot: bool
    rate: Rate
    misled_by: dict[str, int] = {}


class Scores(msgspec.Struct, frozen=True):
    """How many people were called bots (false positives), and how many bots (recall).

    `precision` is the share of bots among those called so, at the mix of the data.
    """

    people: Rate
    people_clicks: Rate
    people_opens: Rate
    bots: Rate
    bot_clicks: Rate
    bot_opens: Rate
    precision: Rate

    def is_better_than(self, other: "Scores") -> bool:
        """Say whether both axes are better at once: over all, over clicks, or over opens."""
        pairs = (
            (self.people, self.bots, other.people, other.bots),
            (self.people_clicks, self.bot_clicks, other.people_clicks, other.bot_clicks),
            (self.people_opens, self.bot_opens, other.people_opens, other.bot_opens),
        )
        return any(
            wronged.share < its_wronged.share and caught.share > its_caught.share
            for wronged, caught, its_wronged, its_caught in pairs
        )


_Key = tuple[str, Action, bool]


class Tally:
    """The counts of one judge."""

    def __init__(self) -> None:
        self._total: Counter[_Key] = Counter()
        self._flagged: Counter[_Key] = Counter()
        self._misled: dict[_Key, Counter[str]] = {}

    def count(self, row: Labelled, *, is_bot: bool, misled_by: str | None = None) -> None:
        """Count one verdict, and for a wrong one the signal that misled."""
        key = (row.family, row.action, row.is_bot)
        self._total[key] += 1
        self._flagged[key] += is_bot
        if misled_by is not None:
            self._misled.setdefault(key, Counter())[misled_by] += 1

    def families(self) -> list[FamilyRate]:
        """List families, people first, the worst first."""
        rates = [
            FamilyRate(*key, rate(self._flagged[key], total), dict(self._misled.get(key, Counter()).most_common()))
            for key, total in self._total.items()
        ]
        return sorted(
            rates, key=lambda one: (one.is_bot, one.rate.share * (1 if one.is_bot else -1), one.family, one.action)
        )

    def worst_family(self) -> tuple[str, Rate] | None:
        """Find the family of people that is called bots most often, over all actions."""
        people = sorted({family for family, _, is_bot in self._total if not is_bot})
        rates = [(family, self._add(partial(_is_people_of, family))) for family in people]
        return max(rates, key=lambda each: each[1].share, default=None)

    def scores(self) -> Scores:
        """Add the families up."""
        people, bots = self._add(lambda key: not key[2]), self._add(lambda key: key[2])
        return Scores(
            people=people,
            people_clicks=self._add(lambda key: not key[2] and key[1] is Action.CLICK),
            people_opens=self._add(lambda key: not key[2] and key[1] is Action.OPEN),
            bots=bots,
            bot_clicks=self._add(lambda key: key[2] and key[1] is Action.CLICK),
            bot_opens=self._add(lambda key: key[2] and key[1] is Action.OPEN),
            precision=rate(bots.flagged, bots.flagged + people.flagged),
        )

    def _add(self, is_meant: Callable[[_Key], bool]) -> Rate:
        keys = [key for key in self._total if is_meant(key)]
        return rate(sum(self._flagged[key] for key in keys), sum(self._total[key] for key in keys))


def _is_people_of(family: str, key: _Key) -> bool:
    return key[0] == family and not key[2]
