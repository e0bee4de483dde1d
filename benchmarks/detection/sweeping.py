"""How a link scanner walks the messages it is shown: one set of motions for every vendor, told apart by numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.detection import parameters
from benchmarks.detection.mail import Delivery, Link
from benchmarks.detection.parameters import Manner
from benchmarks.detection.stage import Interaction, Part, Stage, Story, TrapHit, Visitor


@dataclass(frozen=True, slots=True)
class Fleet:
    """A scanner's machines: where they stand and which agents they claim.

    Attributes:
        pools: Operators or kinds of `data/networks.csv`.
        addresses: How many addresses the whole fleet speaks from.
        prefixes: In how many /24s these lie.
        agents: How many different User-Agents it uses.
        declared: The section of `data/named_agents.txt` it names itself with, instead of pretending to be a browser.
    """

    pools: tuple[str, ...]
    addresses: int = 24
    prefixes: int = 10
    agents: int = 4
    declared: str = ""

    def muster(self, stage: Stage, rng: Random) -> "Mustered":
        """Choose this world's addresses and agents."""
        addresses = stage.networks.addresses(rng, self.pools, self.addresses, self.prefixes)
        if self.declared:
            return Mustered(addresses, stage.agents.named(self.declared))
        # A fleet keeps its agents for weeks, so their age is that at the start.
        return Mustered(addresses, [stage.agents.scanner(rng, parameters.START) for _ in range(self.agents)])


@dataclass(frozen=True, slots=True)
class Mustered:
    """A fleet's machines in one world."""

    addresses: Sequence[str]
    agents: Sequence[str]

    def visitor(self, rng: Random) -> Visitor:
        """Send one machine."""
        return Visitor(rng.choice(self.addresses), rng.choice(self.agents), "en-US,en;q=0.9")


@dataclass(frozen=True, slots=True)
class Sweep:
    """Tells the stories of a scanner that walks links: `manner` says how, `fleet` who.

    Attributes:
        again: It walks messages that were scanned before, instead of fresh ones.
        early: It may come before the message is accepted.
    """

    manner: Manner
    fleet: Fleet
    again: bool = False
    early: bool = False

    def __call__(self, stage: Stage, part: Part) -> Iterator[Story]:
        """Walk one message per story; mail to one domain is scanned together, and only a sample of it."""
        rng, fleet = part.rng, self.fleet.muster(stage, part.rng)
        recipients = [one for name in part.family.behind for one in stage.population.at_provider[name]]
        recipients = recipients or stage.population.recipients
        while True:
            if self.again:
                yield self.walk(rng, part.family.name, rng.choice(stage.scanned), fleet)
                continue
            first = stage.fresh_delivery(part, recipients)
            yield self._scan(stage, part, first, fleet)
            colleagues = first.recipient.domain.recipients
            for colleague in rng.sample(colleagues, min(len(colleagues), parameters.SCANNED_TOGETHER)):
                delivery = stage.post.deliver(first.campaign, colleague)
                if rng.random() < parameters.INBOUND_SAMPLED and stage.claim(part.family.name, delivery):
                    yield self._scan(stage, part, delivery, fleet)

    def walk(self, rng: Random, family: str, delivery: Delivery, fleet: Mustered) -> Story:
        """Fetch the pixel, follow the links and perhaps the trap of one message."""
        manner, visitor = self.manner, fleet.visitor(rng)
        begin = delivery.sent_at + manner.start.draw(rng)
        if self.early and rng.random() < parameters.BEFORE_ACCEPTANCE_SHARE:
            begin = max(delivery.delivered_at + rng.uniform(*parameters.BEFORE_ACCEPTANCE), delivery.sent_at + 0.05)
        story: Story = []
        if rng.random() < manner.pixel:
            # The pixel of one scan comes with another agent than its clicks [warmbly410].
            other = Visitor(visitor.ip, rng.choice(fleet.agents))
            story.append(Interaction(family, delivery, other, "open", self._pixel_at(rng, delivery, begin)))
        places = self._places(rng, delivery)
        times = self._times(rng, begin, len(places) + 1)
        mangles = rng.random() < manner.mangles
        for place, at in zip(places, times, strict=False):
            speaker = fleet.visitor(rng) if manner.rotates else visitor
            if mangles:
                story.append(Interaction(family, delivery, speaker, "click", at - 0.02, place, mangled=True))
            story.append(Interaction(family, delivery, speaker, "click", at, place))
        if rng.random() < manner.trap:
            story.append(TrapHit(delivery, visitor, rng.choice(times)))
        return story

    def _scan(self, stage: Stage, part: Part, delivery: Delivery, fleet: Mustered) -> Story:
        stage.scanned.append(delivery)
        return self.walk(part.rng, part.family.name, delivery, fleet)

    def _pixel_at(self, rng: Random, delivery: Delivery, begin: float) -> float:
        """Fetch the pixel before the links: soon after sending at a first scan, else in the same second."""
        if self.manner.start is not parameters.SCAN_START:
            return begin - rng.random()
        return min(delivery.sent_at + parameters.PIXEL_START.draw(rng), max(begin - 0.2, delivery.sent_at + 0.05))

    def _places(self, rng: Random, delivery: Delivery) -> list[int]:
        links, manner = delivery.campaign.links, self.manner
        places = [
            place for place, link in enumerate(links) if not (manner.skips_unsubscribe and link is Link.UNSUBSCRIBE)
        ]
        if manner.links == "first":
            return places[:1]
        if manner.links == "one":
            return [rng.choice(places)]
        if manner.links == "some":
            return sorted(rng.sample(places, max(1, round(len(places) * rng.uniform(*parameters.SOME_LINKS)))))
        return places

    def _times(self, rng: Random, begin: float, count: int) -> list[float]:
        manner = self.manner
        if manner.paced:
            times = [begin]
            for _ in range(count - 1):
                times.append(times[-1] + rng.uniform(*manner.span))
            return times
        span = rng.uniform(*manner.span)
        return sorted(begin + rng.uniform(0, span) for _ in range(count))
