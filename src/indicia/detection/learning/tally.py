"""What speaks for machines and for people behind one thing: a Beta posterior that forgets and leans on its parent.

Josang and Ismail's Beta reputation (2002). Evidence is counted in events that are certain, never in verdicts.
Everything is shrunk to the parent's posterior (an address to its block, a block to its network), so that a thing seen
once is judged as its surroundings are.
"""

import math
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from indicia.detection.learning.distinct import how_many
from indicia.detection.learning.estimates import START_STRENGTH, log_odds, mails_behind_a_visit, surely


class Kind(StrEnum):
    """What evidence is collected about."""

    CLIENT = "client"
    """An address and a user agent together."""
    HOST = "host"
    BLOCK = "block"
    NETWORK = "network"
    AGENT = "agent"
    RECIPIENT = "recipient"
    MAIL_DOMAIN = "mail domain"
    """The recipients' part after the @."""


# In days. A third of dynamic addresses change hands within three (Metwally and Paduano); companies change their
# filters within months, people their habits within seasons.
HALF_LIFE_DAYS: Mapping[Kind, float] = {
    Kind.CLIENT: 7,
    Kind.HOST: 7,
    Kind.BLOCK: 14,
    Kind.NETWORK: 30,
    Kind.AGENT: 30,
    Kind.RECIPIENT: 90,
    Kind.MAIL_DOMAIN: 60,
}

# How far evidence about a thing may go, in nats for people and for machines. "+5, minus ln(size)" holds for a client;
# scanners and cloud desktops share the clouds' blocks, and no network is condemned by its number as none is by its
# name (see `weights`). That people use a header, a network or a mailbox provider speaks for nobody: so do machines.
LIMITS: Mapping[Kind, tuple[float, float]] = {
    Kind.CLIENT: (-3.0, 5.0),
    Kind.HOST: (-3.0, 3.0),
    Kind.BLOCK: (-2.0, 0.5),
    Kind.NETWORK: (0.0, 0.5),
    Kind.AGENT: (0.0, 1.0),
    Kind.RECIPIENT: (-3.0, 3.0),
    Kind.MAIL_DOMAIN: (0.0, 2.0),
}

_DAY = 86_400.0


class Tally(msgspec.Struct, frozen=True, gc=False):
    """Decayed evidence about one thing, as of `at` (unix seconds).

    `machines` and `people` are in events. `crowd`, `messages` and `domains` count different recipients who are people,
    messages whose hidden link was followed, and domains that sent them (see `distinct`). `swept` counts mails that a
    network's machines swept for certain, `trapped` those of them whose hidden link they followed. `parent` is the
    digest of what surrounds this thing, 0 for nothing.
    """

    kind: Kind
    parent: int = 0
    machines: float = 0.0
    people: float = 0.0
    crowd: int = 0
    messages: int = 0
    domains: int = 0
    swept: float = 0.0
    trapped: float = 0.0
    at: float = 0.0

    def as_of(self, at: float) -> "Tally":
        """Forget as much as fades until `at`."""
        if at <= self.at:
            return self
        kept = kept_after(self.kind, at - self.at)
        return msgspec.structs.replace(
            self,
            machines=self.machines * kept,
            people=self.people * kept,
            swept=self.swept * kept,
            trapped=self.trapped * kept,
            at=at,
        )


def kept_after(kind: Kind, seconds: float) -> float:
    """Tell which share of the evidence about such a thing is left after that time."""
    return float(0.5 ** (seconds / _DAY / HALF_LIFE_DAYS[kind]))


class Posterior(msgspec.Struct, frozen=True, gc=False):
    """How likely a machine is behind a thing, and how much that changes the log-odds, in nats."""

    mean: float
    nats: float


UNKNOWN = Posterior(0.5, 0.0)


def posterior(tally: Tally, around: Posterior = UNKNOWN) -> Posterior:
    """Weigh a tally against what surrounds it.

    For machines the lower bound counts, less the logarithm of how many people share the thing; for people the mean.
    """
    lowest, highest = LIMITS[tally.kind]
    highest = max(0.0, highest - math.log(1 + how_many(tally.crowd)))
    evidence = tally.machines + tally.people + START_STRENGTH
    mean = (tally.machines + START_STRENGTH * around.mean) / evidence
    moved = log_odds(mean)
    if moved > 0:
        moved = max(0.0, log_odds(surely(mean, evidence)))
    within = min(max(mean, _share(lowest)), _share(highest))
    return Posterior(within, min(max(moved, lowest), highest))


def mails_per_visit(network: Tally | None) -> float:
    """Tell for how many mails one visit to a hidden link stands, by the propensity of that network's machines."""
    return mails_behind_a_visit(network.swept, network.trapped) if network is not None else mails_behind_a_visit(0, 0)


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
