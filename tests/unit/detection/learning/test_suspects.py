"""Who came together twice: machines that will come again, and people who happened to."""

import random

import pytest

from indicia.detection.learning.suspects import find_suspects, is_stranger
from tests.unit.detection.learning.weeks import DAY, START, lockstep, readers, strangers, visit


def suspects_in(trails):
    return find_suspects(trails, {recipient: visits for recipient, visits in trails.items() if is_stranger(visits)})


@pytest.fixture
def chance():
    return random.Random(7)


def test_strangers_who_came_together_twice_are_watched(chance):
    machines = lockstep(12, 2, chance=chance)

    (group,) = suspects_in(readers(400, chance=chance) | machines)

    assert group == machines.keys()


def test_having_come_together_once_is_nothing(chance):
    assert suspects_in(readers(400, chance=chance) | lockstep(12, 1, chance=chance)) == []


def test_two_botnets_are_told_apart(chance):
    some, others = lockstep(12, 2, chance=chance), lockstep(14, 2, chance=chance, first=20_000)

    groups = suspects_in(readers(400, chance=chance) | some | others)

    assert sorted(map(len, groups)) == [12, 14]


def test_fans_who_come_together_when_the_mail_arrives_are_not_watched(chance):
    """Half of a community reads within two minutes of two mails, a fifth of them on the way."""
    elsewhere = strangers(chance)
    fans = {
        fan: [
            visit(START + day * DAY + chance.uniform(0, 120), *(next(elsewhere) if fan % 5 == 0 else (1000 * fan, 1)))
            for day in (0, 7)
        ]
        for fan in range(1, 500)
    }

    assert suspects_in(fans) == []


@pytest.mark.parametrize("seed", range(20))
def test_chance_makes_no_suspects(seed):
    """Three hundred travellers, who all come on the same two evenings."""
    chance = random.Random(seed)
    elsewhere = strangers(chance)
    travellers = {
        10_000 + traveller: [
            visit(START + day * DAY + chance.gauss(DAY * 3 / 4, DAY / 24), *next(elsewhere)) for day in range(2)
        ]
        for traveller in range(300)
    }

    assert suspects_in(readers(300, chance=chance) | travellers) == []
