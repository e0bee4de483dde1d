"""Distributions that waiting times are drawn from."""

import math
from dataclasses import dataclass
from itertools import pairwise
from random import Random


@dataclass(frozen=True, slots=True)
class Binned:
    """Published bins `(seconds, share below)`: evenly spread over the logarithm inside each bin."""

    points: tuple[tuple[float, float], ...]

    def draw(self, rng: Random) -> float:
        """Draw seconds."""
        share = rng.random() * self.points[-1][1]
        for (low, below), (high, reached) in pairwise(self.points):
            if share <= reached:
                return low * math.exp(math.log(high / low) * (share - below) / (reached - below))
        return self.points[-1][0]


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A lognormal with a median in seconds, redrawn until it lies within its bounds."""

    median: float
    sigma: float
    at_least: float = 0.0
    at_most: float = math.inf

    def draw(self, rng: Random) -> float:
        """Draw seconds."""
        while True:
            seconds = self.median * math.exp(self.sigma * rng.gauss(0.0, 1.0))
            if self.at_least <= seconds <= self.at_most:
                return seconds


Curve = Binned | LogNormal
