"""Made-up but realistic interactions: many recipients, 300,000 addresses, a thousand user agents, all long past.

Unlike `benchmarks.detection` nobody is labelled here: this traffic has the right shape and cost, not the right answers.
"""

import csv
import time
from collections.abc import Iterator
from importlib import resources
from ipaddress import ip_network
from itertools import accumulate, count
from pathlib import Path
from random import Random

import msgspec

EVENTS_PER_BATCH = 500
ADDRESSES = 300_000
COMPANIES = 2_000
RECIPIENTS = 200_000

_PEOPLE = Path(__file__).parents[1] / "detection" / "data"
_LISTS = resources.files("indicia.datasets") / "data" / "networks"
# Where addresses come from, and how many in a thousand.
_LISTED = {
    "aws": 60,
    "azure": 60,
    "google-cloud": 30,
    "digitalocean": 20,
    "apple-private-relay": 80,
    "zscaler": 20,
    "google": 20,
    "microsoft-eop": 10,
}
_VERSIONS = range(150, 158)
_PRIVATE_MAILBOXES = ("gmail.com", "outlook.com", "yahoo.com", "gmx.de", "icloud.com")
_LINKS = tuple(f"link-{number}" for number in range(12))


class Traffic:
    """An endless stream of batches; the same `seed` makes the same stream but for its times."""

    def __init__(self, webhook_url: str, seed: int = 1) -> None:
        self.companies = [f"company-{number}.example" for number in range(COMPANIES)]
        self._random = Random(seed)
        self._webhook_url = webhook_url
        self._addresses = _addresses(self._random)
        self._agents, self._weights = agents()
        self._numbers = count(1)

    def batches(self) -> Iterator[bytes]:
        """Write one JSON body after the other, of 500 events each."""
        while True:
            events: list[dict[str, object]] = []
            while len(events) < EVENTS_PER_BATCH:
                events += self._visit()
            yield msgspec.json.encode({"events": events[:EVENTS_PER_BATCH], "webhook_url": self._webhook_url})

    def _visit(self) -> list[dict[str, object]]:
        """Make what one client does with one mail: an opening, a click or two, or a sweep of its links."""
        draw = self._random.random()
        sent = time.time() - self._random.uniform(7200, 86_400)
        if draw < 0.45:
            return self._acts(["open"], sent, after=self._random.expovariate(1 / 3000), gap=1)
        if draw < 0.9:
            clicks = ["click"] * self._random.choice((1, 1, 1, 2))
            return self._acts(clicks, sent, after=self._random.expovariate(1 / 3000), gap=20)
        return self._acts(["click"] * self._random.randint(3, 9), sent, after=self._random.uniform(3, 90), gap=0.1)

    def _acts(self, actions: list[str], sent: float, *, after: float, gap: float) -> list[dict[str, object]]:
        number = self._random.randrange(RECIPIENTS)
        domain = (
            self.companies[number % COMPANIES] if number % 3 else _PRIVATE_MAILBOXES[number % len(_PRIVATE_MAILBOXES)]
        )
        shared = {
            "ip": self._random.choice(self._addresses),
            "uas": self._random.choices(self._agents, cum_weights=self._weights)[0],
            "domain": domain,
            "recipient_id": f"recipient-{number}",
            "message_id": f"message-{next(self._numbers)}",
            "message_ts": round(sent, 3),
            "campaign": {"name": "autumn", "segment": number % 7},
        }
        return [
            {
                "event_id": f"event-{next(self._numbers)}",
                "action": action,
                "link_id": _LINKS[turn % len(_LINKS)],
                "ts": round(min(sent + after + turn * gap, time.time() - 60), 3),
                **shared,
            }
            for turn, action in enumerate(actions)
        ]


def agents() -> tuple[list[str], list[float]]:
    """List about a thousand User-Agents of people in eight browser versions, with their cumulated weights."""
    weights: dict[str, float] = {}
    with (_PEOPLE / "agents.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            template = row["template"]
            versions = _VERSIONS if "{v}" in template else (0,)
            for version in versions:
                agent = template.replace("{v}", str(version)).replace("{b}", "8000")
                weights[agent] = weights.get(agent, 0.0) + float(row["weight"]) / len(versions)
    return list(weights), list(accumulate(weights.values()))


def _addresses(random: Random) -> list[str]:
    """Draw addresses of people's networks, and in the shares of `_LISTED` from the lists that Indicia ships."""
    with (_PEOPLE / "networks.csv").open(newline="") as rows:
        people = [row["prefix"] for row in csv.DictReader(rows)]
    sources = [(people, 1000 - sum(_LISTED.values()))]
    sources += [(_prefixes(name), share) for name, share in _LISTED.items()]
    drawn = [
        _address(random, random.choice(prefixes))
        for prefixes, share in sources
        for _ in range(ADDRESSES * share // 1000)
    ]
    random.shuffle(drawn)
    return drawn


def _prefixes(name: str) -> list[str]:
    lines = (_LISTS / f"{name}.txt").read_text("utf-8").splitlines()
    return [line.partition(" ")[0] for line in lines if line and line[0] not in "#["]


def _address(random: Random, prefix: str) -> str:
    network = ip_network(prefix)
    return str(network[random.randrange(min(network.num_addresses, 1 << 32))])
