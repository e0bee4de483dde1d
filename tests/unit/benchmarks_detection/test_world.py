"""The world is reproducible, complete and true to its own labels."""

from collections import Counter
from itertools import pairwise

import pytest

from benchmarks.detection.families.registry import BOTS, FAMILIES
from benchmarks.detection.generate import lines, visits
from benchmarks.detection.parameters import START
from benchmarks.detection.stage import Interaction
from benchmarks.detection.variants import Variant
from benchmarks.detection.world import END, MIN_EVENTS, World, make_world

EVENTS = 6000


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(11, EVENTS)


@pytest.fixture(scope="module")
def told(world):
    return list(lines(world, Variant.EVERYTHING))


def test_same_seed_makes_the_same_world(told):
    again = list(lines(make_world(11, EVENTS), Variant.EVERYTHING))

    assert again == told


def test_another_seed_makes_another_world(told):
    other = list(lines(make_world(12, EVENTS), Variant.EVERYTHING))

    assert {line["ip"] for line in other} != {line["ip"] for line in told}


def test_at_least_twenty_bot_families_and_eighteen_human_families_exist():
    assert len(BOTS) >= 20
    assert len(FAMILIES) - len(BOTS) >= 18


def test_family_names_are_unique_and_each_cites_a_source():
    names = [family.name for family in FAMILIES]

    assert len(set(names)) == len(names)
    assert all(family.sources and family.sentence.endswith(".") for family in FAMILIES)


@pytest.mark.parametrize("balanced", [False, True])
def test_every_family_is_present(balanced):
    world = make_world(3, 3000, balanced=balanced)

    assert {one.family for one in world.stories if isinstance(one, Interaction)} == {family.name for family in FAMILIES}


@pytest.mark.parametrize("balanced", [False, True])
def test_the_smallest_world_has_room_for_every_family_whatever_the_seed(balanced):
    for seed in range(5):
        world = make_world(seed, MIN_EVENTS, balanced=balanced)
        assert len({one.family for one in world.stories if isinstance(one, Interaction)}) == len(FAMILIES)


def test_a_smaller_world_is_refused():
    with pytest.raises(ValueError, match="at least 1000"):
        make_world(1, MIN_EVENTS - 1)


def test_balanced_families_are_about_the_same_size():
    world = make_world(3, 12_000, balanced=True)

    sizes = Counter(one.family for one in world.stories if isinstance(one, Interaction))
    # A family ends with a whole story, so the longest stories exceed most.
    assert max(sizes.values()) <= 1.5 * min(sizes.values())


def test_about_as_many_events_are_made_as_were_asked_for(told):
    assert len(told) == pytest.approx(EVENTS, rel=0.1)


def test_labels_follow_the_registry(told):
    families = {family.name: family for family in FAMILIES}
    for line in told:
        family = families[line["family"]]
        assert line["label"] == ("bot" if family.is_bot else "human")
        assert line["action"] in family.actions


@pytest.mark.parametrize("tell", [visits, lambda world: lines(world, Variant.EVERYTHING)], ids=["visits", "lines"])
def test_everything_is_told_in_order_of_time_within_the_world(world, tell):
    times = [told["ts"] for told in tell(world)]

    assert all(earlier <= later for earlier, later in pairwise(times))
    assert times[0] >= START
    assert times[-1] < END


def test_event_ids_are_unique(told):
    ids = [line["event_id"] for line in told]

    assert len(set(ids)) == len(ids)


def test_nothing_happens_to_a_message_before_it_was_sent(told):
    assert all(line["ts"] >= line["message_ts"] for line in told)


def test_some_scans_come_before_the_message_is_accepted(told):
    """Only machines can: a person needs the message first."""
    early = {line["family"] for line in told if line["ts"] < line["delivered_ts"]}

    assert "barracuda_first_link" in early
    assert early <= BOTS


def test_every_recipient_domain_has_mail_hosts(world, told):
    domains = {line["domain"] for line in told}

    assert domains <= set(world.zone)
    assert all(world.zone.values())


def test_honeypot_visits_belong_to_messages_of_the_world(world, told):
    messages = {line["message_id"] for line in told}
    visited = {visit["message_id"] for visit in visits(world)}

    assert visited
    assert visited <= messages


def test_accidental_taps_visit_the_honeypot_from_the_persons_own_address(world, told):
    traps = {(visit["ip"], visit["message_id"]) for visit in visits(world)}
    trapped = {message for _, message in traps}
    taps = [line for line in told if line["family"] == "honeypot_tap" and line["message_id"] in trapped]

    assert taps
    assert all((tap["ip"], tap["message_id"]) in traps for tap in taps)


def test_one_delivery_has_one_time_whoever_interacts_with_it(told):
    sent = {}
    for line in told:
        key = line["recipient_id"], line["message_id"]
        assert sent.setdefault(key, line["message_ts"]) == line["message_ts"]
