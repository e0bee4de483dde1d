"""What families share while the world is made: the cast, the mail, and what has happened so far."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from random import Random

from benchmarks.detection.agents import Agents
from benchmarks.detection.mail import Delivery, Kind, Link, Post
from benchmarks.detection.networks import Networks
from benchmarks.detection.population import Population, Recipient


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who makes a request; `language` is "" for programs that send no Accept-Language."""

    ip: str
    uas: str
    language: str = ""


@dataclass(slots=True)
class Interaction:
    """One open or click, with the family that truly made it."""

    family: str
    delivery: Delivery
    visitor: Visitor
    action: str
    at: float
    link: int | None = None
    method: str = "GET"
    mangled: bool = False


@dataclass(slots=True)
class TrapHit:
    """One visit of a message's hidden link."""

    delivery: Delivery
    visitor: Visitor
    at: float


Story = list[Interaction | TrapHit]
"""What one visitor (or one person) did in one go."""


class Act(IntEnum):
    """When a family plays: machines at arrival, then people, then what reacts to people's clicks."""

    ARRIVAL = 1
    READING = 2
    AFTERMATH = 3


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of bot or of person.

    Attributes:
        name: Its label in the output.
        is_bot: The ground truth of all its events.
        act: When it plays.
        actions: The actions it makes.
        sentence: What it does.
        sources: Marks of the sources it follows.
        share: Its part of all events in the natural mix, to be normalised.
        play: Tells its stories, without end.
        behind: The providers at whose mailboxes it is met; empty means any.
    """

    name: str
    is_bot: bool
    act: Act
    actions: tuple[str, ...]
    sentence: str
    sources: tuple[str, ...]
    share: float
    play: Callable[["Stage", "Part"], Iterator[Story]]
    behind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A family's part in one world: its own chance, and about how many events it shall make."""

    family: Family
    rng: Random
    budget: int


@dataclass(slots=True)
class Stage:
    """The world while it is being made."""

    networks: Networks
    agents: Agents
    population: Population
    post: Post
    scanned: list[Delivery] = field(default_factory=list)
    clicks: list[Interaction] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    budgets: dict[str, int] = field(default_factory=dict)
    people: frozenset[str] = frozenset()
    _taken: set[tuple[str, tuple[int, str]]] = field(default_factory=set)

    def wants(self, family: str) -> bool:
        """Say whether `family` has not made its events yet."""
        return self.made[family] < self.budgets.get(family, 0)

    def claim(self, family: str, delivery: Delivery) -> bool:
        """Reserve a delivery for one story of `family`; False where it has told one about it already."""
        key = (family, delivery.key)
        if key in self._taken:
            return False
        self._taken.add(key)
        return True

    def fresh_delivery(self, part: Part, recipients: Sequence[Recipient], kinds: Sequence[Kind] = ()) -> Delivery:
        """Deliver some message of `kinds` to one of `recipients`, if possible one the family has not dealt with."""
        rng = part.rng
        # Where a small world has no fresh message left, a dozen tries find that out and one is met again.
        for _ in range(12):
            recipient = rng.choice(recipients)
            campaign = rng.choice(self.post.campaigns[rng.choice(kinds or usual_mail(recipient))])
            delivery = self.post.deliver(campaign, recipient)
            if self.claim(part.family.name, delivery):
                break
        return delivery


# How the mail of a mailbox is mixed [choice]: repeated kinds are more frequent.
_PRIVATE = (Kind.NEWSLETTER,) * 5 + (Kind.TRANSACTIONAL,)
_COMPANY = (Kind.NEWSLETTER,) * 2 + (Kind.OFFER,) * 3 + (Kind.TRANSACTIONAL,)


def usual_mail(recipient: Recipient) -> Sequence[Kind]:
    """List the kinds of mail a recipient gets: offers go to companies."""
    return _PRIVATE if recipient.domain.provider.domains else _COMPANY


def some_links(rng: Random, delivery: Delivery, count: int) -> list[int]:
    """Choose up to `count` different links a person would follow, in the order of the message."""
    links = delivery.campaign.links
    worth = [place for place, link in enumerate(links) if link in (Link.CONTENT, Link.AD)]
    return sorted(rng.sample(worth, min(count, len(worth))))
