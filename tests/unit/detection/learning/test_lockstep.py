"""Who acts together and who only happens to: groups of machines against communities of people."""

import random

import pytest

from indicia.detection.learning.habits import is_restless
from indicia.detection.learning.lockstep import find_groups
from tests.unit.detection.learning.weeks import DAY, START, lockstep, readers, strangers, visit


def groups_in(trails):
    return find_groups(trails, {recipient: visits for recipient, visits in trails.items() if is_restless(visits)})


@pytest.fixture
def chance():
    return random.Random(7)


def test_recipients_who_act_in_the_same_minutes_and_never_return_to_a_network_are_a_group(chance):
    people, machines = readers(400, chance=chance), lockstep(12, 5, chance=chance)

    (group,) = groups_in(people | machines)

    assert group.members == machines.keys()
    assert group.occasions >= 3


def test_two_groups_are_told_apart(chance):
    people = readers(400, chance=chance)
    some, others = lockstep(8, 5, chance=chance), lockstep(9, 5, chance=chance, first=20_000)

    groups = groups_in(people | some | others)

    assert sorted(map(len, (group.members for group in groups))) == [8, 9]


def test_two_occasions_are_a_coincidence(chance):
    assert groups_in(readers(400, chance=chance) | lockstep(12, 2, chance=chance)) == []


def test_three_recipients_are_too_few(chance):
    assert groups_in(readers(400, chance=chance) | lockstep(3, 6, chance=chance)) == []


def test_who_joined_the_group_later_follows_from_two_occasions(chance):
    machines = lockstep(12, 6, chance=chance)
    late = {30_000: [visit(machines[10_000][occasion].at + 5, *next(strangers(chance))) for occasion in (4, 5)]}
    late[30_000] = [one._replace(asn=position) for position, one in enumerate(late[30_000])]

    (group,) = groups_in(readers(2_000, chance=chance) | machines | late)

    assert 30_000 in group.members


def test_a_group_too_large_to_compare_everyone_with_everyone_is_found(chance):
    machines = lockstep(600, 6, chance=chance)

    (group,) = groups_in(readers(3_000, chance=chance) | machines)

    assert len(group.members) >= 590


def test_fans_who_come_together_when_the_mail_arrives_are_people(chance):
    """Half of a community reads within two minutes of every mail, most of them from home."""
    fans = {
        fan: [
            visit(START + week * 7 * DAY + chance.uniform(0, 120), 1000 * fan + chance.choice((0, 0, 0, 1)), fan % 7)
            for week in range(6)
        ]
        for fan in range(500)
    }

    assert groups_in(fans) == []


def test_fans_on_the_move_come_together_only_as_often_as_fans_at_home(chance):
    """A tenth of the community travels, so their networks never repeat; the mail's arrival explains the rest."""
    elsewhere = strangers(chance)
    fans = {}
    for fan in range(600):
        is_travelling = fan % 10 == 0
        fans[fan] = [
            visit(
                START + week * 7 * DAY + chance.uniform(0, 180),
                *(next(elsewhere) if is_travelling else (1000 * fan, fan % 7)),
            )
            for week in range(6)
        ]

    assert groups_in(fans) == []


def test_an_office_that_reads_together_is_no_group(chance):
    office = {
        colleague: [visit(START + day * DAY + chance.uniform(0, 90), 77, 5) for day in range(8)]
        for colleague in range(50_000, 50_010)
    }

    assert groups_in(readers(400, chance=chance) | office) == []


def test_a_domain_with_hardly_any_readers_tells_too_little(chance):
    machines = lockstep(6, 3, chance=chance)

    assert groups_in(readers(5, chance=chance) | machines) == []


@pytest.mark.parametrize("seed", range(20))
def test_chance_makes_no_groups(seed):
    """A thousand travellers, who all come on the same evenings."""
    chance = random.Random(seed)
    elsewhere = strangers(chance)
    travellers = {
        10_000 + traveller: [
            visit(START + day * DAY + chance.gauss(DAY * 3 / 4, DAY / 24), *next(elsewhere)) for day in range(6)
        ]
        for traveller in range(300)
    }

    assert groups_in(readers(300, chance=chance) | travellers) == []


def test_networks_repeat_in_a_country_with_few_of_them(chance):
    """Machines whose proxies are all with six large carriers still never repeat a block."""
    machines = lockstep(20, 8, chance=chance)
    few = {member: [one._replace(asn=one.asn % 6) for one in visits] for member, visits in machines.items()}

    groups = groups_in(readers(400, chance=chance) | few)

    assert sum(len(group.members) for group in groups) >= 10
