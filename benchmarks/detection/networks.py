"""Real networks, and the lines over which the world's visitors speak."""

import csv
import ipaddress
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.detection import parameters

FILE = Path(__file__).parent / "data" / "networks.csv"
# An odd multiplier spreads consecutive leases over a prefix (Knuth, The Art of Computer Programming 6.4).
_SPREAD = 2654435761


@dataclass(frozen=True, slots=True)
class Prefix:
    """One routed range of one operator."""

    operator: str
    country: str
    version: int
    base: int
    size: int

    def address(self, number: int) -> str:
        """Write the `number`th address of the range, wrapping around; never the network's own address in IPv4."""
        if self.version == 6:
            return str(ipaddress.IPv6Address(self.base + number % self.size))
        value = self.base + number % self.size
        if self.size > 2 and value & 0xFF in (0, 0xFF):
            value = self.base + 1 + number % (self.size - 2)
        return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"

    def household(self, number: int) -> "Prefix":
        """Carve the `number`th home out of the range: one address in IPv4, one /64 in IPv6."""
        if self.version == 4 or self.size <= 1 << 64:
            return self
        return Prefix(self.operator, self.country, 6, self.base + (number % (self.size >> 64) << 64), 1 << 64)


class Networks:
    """Samples prefixes by kind ("eyeball") or operator ("comcast"), larger ones more often."""

    def __init__(self, prefixes: Sequence[tuple[str, Prefix]]) -> None:
        self._pools: dict[tuple[str, int], list[Prefix]] = defaultdict(list)
        for kind, prefix in prefixes:
            self._pools[kind, prefix.version].append(prefix)
            self._pools[prefix.operator, prefix.version].append(prefix)

    @classmethod
    def load(cls) -> "Networks":
        """Read the sample of real prefixes that lies beside this module."""
        prefixes = []
        with FILE.open(newline="") as rows:
            for row in csv.DictReader(rows):
                network = ipaddress.ip_network(row["prefix"])
                base, size = int(network.network_address), network.num_addresses
                prefixes.append((row["kind"], Prefix(row["operator"], row["country"], network.version, base, size)))
        return cls(prefixes)

    def sample(self, rng: Random, pool: str, version: int = 4) -> Prefix:
        """Choose a prefix of the pool; one without IPv6 answers IPv4."""
        prefixes = self._pools.get((pool, version)) or self._pools[pool, 4]
        # The larger of two: big ranges carry more people, without one of them carrying everybody.
        first, second = rng.choice(prefixes), rng.choice(prefixes)
        return first if first.size >= second.size else second

    def addresses(self, rng: Random, pools: Sequence[str], count: int, in_prefixes: int | None = None) -> list[str]:
        """Draw `count` addresses that lie in at most `in_prefixes` /24s of the pools."""
        blocks = []
        for _ in range(in_prefixes or count):
            prefix = self.sample(rng, rng.choice(pools))
            blocks.append((prefix, rng.randrange(prefix.size) & ~0xFF))
        chosen = []
        for _ in range(count):
            prefix, start = rng.choice(blocks)
            chosen.append(prefix.address(start + rng.randrange(256)))
        return chosen


class HomeLine:
    """A household: a fixed address, or one that the carrier changes; a fresh IPv6 suffix each day."""

    def __init__(self, prefix: Prefix, rng: Random) -> None:
        self._salt = rng.getrandbits(48)
        self._home = prefix.household(self._salt)
        moves = rng.random() < parameters.MOVING_HOUSEHOLDS
        self._lease = rng.uniform(*parameters.LEASE_DAYS) * parameters.DAY if moves else math.inf
        if prefix.version == 6:
            # Privacy addresses change daily inside the household's own /64 (RFC 8981 3.8).
            self._lease = parameters.DAY

    def address(self, at: float, rng: Random) -> str:  # noqa: ARG002 - every line is asked the same way.
        """Say which address the household has at `at`."""
        return self._home.address(self._salt + int(at // self._lease) * _SPREAD * 40503)


class SharedLine:
    """Addresses that many people share: an office, a gateway, a carrier's NAT, a relay."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = addresses

    def address(self, at: float, rng: Random) -> str:  # noqa: ARG002 - every line is asked the same way.
        """Choose one of the shared addresses."""
        return rng.choice(self.addresses)


class PhoneLine:
    """A phone on a carrier's IPv6: another /64 at each connection."""

    def __init__(self, prefix: Prefix) -> None:
        self._prefix = prefix

    def address(self, at: float, rng: Random) -> str:  # noqa: ARG002 - every line is asked the same way.
        """Take a new address of the carrier."""
        return self._prefix.household(rng.getrandbits(40)).address(rng.getrandbits(60))


Line = HomeLine | SharedLine | PhoneLine
