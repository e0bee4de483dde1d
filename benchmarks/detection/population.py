"""Who is written to: domains, mailboxes and the people (or nobody) behind them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.detection import parameters
from benchmarks.detection.agents import Agent
from benchmarks.detection.networks import Line
from benchmarks.detection.providers import PROVIDERS, Provider, mx_hosts

# Standard time of the countries in `data/networks.csv`, the most populous zone of each; summer time is left out.
UTC_OFFSET_HOURS = {
    "US": -6, "CA": -5, "BR": -3, "GB": 0, "IN": 5.5, "JP": 9, "AU": 10,
    "DE": 1, "FR": 1, "ES": 1, "IT": 1, "NL": 1, "SE": 1, "CZ": 1, "CH": 1, "AT": 1, "PL": 1,
}  # fmt: skip


@dataclass(slots=True)
class Domain:
    """A recipient domain; `turn` in 0..1 says when in a mailing its recipients are served."""

    name: str
    provider: Provider
    mx: list[str]
    turn: float
    recipients: list["Recipient"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """The person behind a mailbox: how they reach the web, with what, and how they look at mail."""

    habitat: str
    line: Line
    agent: Agent
    client: str
    utc_offset_hours: float
    language: str


@dataclass(slots=True, eq=False)
class Recipient:
    """A mailbox that mail is sent to; `reader` is None where nobody ever reads it."""

    number: int
    domain: Domain
    reader: Reader | None = None

    @property
    def id(self) -> str:
        """Name the recipient in a way that does not tell in which order people were settled."""
        return f"r{self.number * 2654435761 % (1 << 32):08x}"


class Population:
    """All recipients, findable by provider and by what kind of person reads their mail."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        words = (Path(__file__).parent / "data" / "company_words.txt").read_text().splitlines()
        self._company_words = [line.split() for line in words]
        self.recipients: list[Recipient] = []
        self.domains: dict[str, Domain] = {}
        self.at_provider: dict[str, list[Recipient]] = defaultdict(list)
        self.readers: dict[str, list[Recipient]] = defaultdict(list)
        self._companies: dict[str, list[Domain]] = defaultdict(list)

    def settle(self, provider: str, reader: Reader | None = None, domain: Domain | None = None) -> Recipient:
        """Add a mailbox at `provider`, in `domain` or in one that is found or founded for it."""
        domain = domain or self.some_domain(provider)
        recipient = Recipient(len(self.recipients), domain, reader)
        self.recipients.append(recipient)
        domain.recipients.append(recipient)
        self.at_provider[provider].append(recipient)
        if reader is not None:
            self.readers[reader.habitat].append(recipient)
        return recipient

    def some_domain(self, provider: str) -> Domain:
        """Choose a domain at `provider`; companies come in all sizes, the large ones grow."""
        rng, row = self._rng, PROVIDERS[provider]
        if row.domains:
            name = row.domains[min(int(rng.expovariate(1.2)), len(row.domains) - 1)]
            return self.domains.get(name) or self._found(row, name)
        companies = self._companies[provider]
        # A Chinese restaurant process: sizes follow a power law, about one founding per dozen people.
        if companies and rng.random() > 1 / 12:
            return rng.choice(rng.choice(companies).recipients).domain if rng.random() < 0.5 else rng.choice(companies)
        return self.found_company(provider)

    def found_company(self, provider: str) -> Domain:
        """Found a company whose mail goes to `provider`."""
        name = "-".join(self._rng.choice(words) for words in self._company_words)
        domain = self._found(PROVIDERS[provider], f"{name}-{len(self.domains)}.example")
        self._companies[provider].append(domain)
        self.settle(provider, domain=domain)
        return domain

    def zone(self) -> Mapping[str, Sequence[str]]:
        """Answer the MX hosts of every recipient domain, preferred first."""
        return {name: domain.mx for name, domain in sorted(self.domains.items())}

    def _found(self, provider: Provider, name: str) -> Domain:
        rng = self._rng
        self.domains[name] = Domain(name, provider, mx_hosts(provider, name, rng), rng.random())
        return self.domains[name]


def utc_offset(country: str) -> float:
    """Say how many hours `country` is ahead of UTC."""
    return UTC_OFFSET_HOURS.get(country, 1)


def awake(rng: Random, at: float, utc_offset_hours: float) -> bool:
    """Draw whether a person is at a screen at `at`, by their local hour."""
    hour = int(at / parameters.HOUR + utc_offset_hours) % 24
    return rng.random() < parameters.AWAKE[hour]
