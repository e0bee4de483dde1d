"""Make a world: a seeded stream of interactions and honeypot visits whose makers are known."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.detection import parameters
from benchmarks.detection.agents import Agents
from benchmarks.detection.families.registry import FAMILIES
from benchmarks.detection.habitats import HABITATS, Wiring, settle_readers
from benchmarks.detection.mail import Post
from benchmarks.detection.networks import Networks
from benchmarks.detection.population import Population
from benchmarks.detection.stage import Interaction, Part, Stage, Story

END = parameters.START + (parameters.WEEKS * 7 + parameters.DAYS_AFTERWARDS) * parameters.DAY
# So many recipients that a family rarely meets a message twice: a reader per 3 clicks, a mailbox per 30 scanned events.
_EVENTS_PER_READER, _EVENTS_PER_MAILBOX = 3, 30
# Below this there are too few people to be sure that somebody uses each mail program.
MIN_EVENTS, _MIN_READERS, _MIN_MAILBOXES = 1000, 25, 4


@dataclass(frozen=True, slots=True)
class World:
    """A finished world, in order of time."""

    stories: Story
    zone: Mapping[str, Sequence[str]]
    """MX hosts by recipient domain, preferred first, for a loopback DNS server."""


def make_world(seed: int, events: int, *, balanced: bool = False) -> World:
    """Make a world of about `events` interactions; the same arguments always make the same world.

    `balanced` gives every family about as many events; otherwise they follow the base rates in the registry.

    Raises:
        ValueError: `events` is below `MIN_EVENTS`.
    """
    if events < MIN_EVENTS:
        raise ValueError(f"a world needs at least {MIN_EVENTS} events to show every family")
    budgets = _budgets(events, balanced=balanced)
    stage = _set_stage(seed, budgets)
    whole: Story = []
    for family in sorted(FAMILIES, key=lambda each: each.act):
        part = Part(family, Random(f"{seed}/{family.name}"), budgets[family.name])
        if not stage.wants(family.name):
            continue
        for story in family.play(stage, part):
            _record(stage, story, whole)
            if not stage.wants(family.name):
                break
    whole.sort(key=lambda each: each.at)
    return World(whole, stage.population.zone())


def _budgets(events: int, *, balanced: bool) -> dict[str, int]:
    shares = {family.name: 1.0 if balanced else family.share for family in FAMILIES}
    total = sum(shares.values())
    return {name: math.ceil(events * share / total) for name, share in shares.items()}


def _set_stage(seed: int, budgets: dict[str, int]) -> Stage:
    """Settle enough people and mailboxes for all families, before anybody acts."""
    rng = Random(f"{seed}/population")
    networks, agents, population = Networks.load(), Agents(), Population(rng)
    wiring = Wiring(networks, rng)
    for habitat in HABITATS:
        settle_readers(population, wiring, agents, rng, habitat, _MIN_READERS + budgets[habitat] // _EVENTS_PER_READER)
    for family in FAMILIES:
        for provider in family.behind:
            for _ in range(_MIN_MAILBOXES + budgets[family.name] // (_EVENTS_PER_MAILBOX * len(family.behind))):
                population.settle(provider)
    people = frozenset(family.name for family in FAMILIES if not family.is_bot)
    return Stage(networks, agents, population, Post.plan(rng, seed), budgets=budgets, people=people)


def _record(stage: Stage, story: Story, whole: Story) -> None:
    """Keep what happened before the log was read; people's clicks are what echoes react to."""
    for one in story:
        if one.at >= END:
            continue
        one.at = round(one.at, 3)
        whole.append(one)
        if isinstance(one, Interaction):
            stage.made[one.family] += 1
            if one.action == "click" and one.family in stage.people:
                stage.clicks.append(one)
