"""Weeks of a newsletter's clicks: readers who come home again and again, and machines that never do."""

import random
from collections.abc import Iterator

from indicia.detection.learning.trails import NO_DELAY, Visit

DAY = 86_400
START = 1_795_392_000
HOMES = range(1, 40)

Trails = dict[int, list[Visit]]


def visit(at: float, block: int, asn: int, *, delay: int = NO_DELAY) -> Visit:
    return Visit(int(at), delay, block, asn)


def readers(count: int, *, days: int = 14, chance: random.Random) -> Trails:
    """People who read on some days, at any hour, from two or three networks of their own."""
    trails = {}
    for reader in range(1, count + 1):
        own = [(1000 * reader + place, chance.choice(HOMES)) for place in range(chance.choice((1, 2, 3)))]
        days_read = sorted(chance.sample(range(days), k=chance.randint(2, 6)))
        trails[reader] = [visit(START + day * DAY + chance.uniform(0, DAY), *chance.choice(own)) for day in days_read]
    return trails


def strangers(chance: random.Random) -> Iterator[tuple[int, int]]:
    """Networks that never repeat, as an exchange of residential proxies sells them."""
    while True:
        yield chance.getrandbits(31), chance.choice(HOMES)


def lockstep(
    members: int,
    occasions: int,
    *,
    chance: random.Random,
    first: int = 10_000,
    spread: float = 60.0,
    share: float = 1.0,
) -> Trails:
    """Machines that act within `spread` seconds of each other, each on a `share` of the occasions."""
    elsewhere = strangers(chance)
    trails: Trails = {first + member: [] for member in range(members)}
    for occasion in range(occasions):
        moment = START + occasion * 1.7 * DAY + chance.uniform(0, 0.7 * DAY)
        for visits in trails.values():
            if chance.random() < share:
                visits.append(visit(moment + chance.uniform(0, spread), *next(elsewhere)))
    return trails
