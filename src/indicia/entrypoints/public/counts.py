"""Counts requests for the metrics without a lock for each: everything that counts runs in one thread."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


class Counts(Collector):
    """How many requests for pixels and links there were, by kind."""

    def __init__(self, kinds: Iterable[str], registry: CollectorRegistry) -> None:
        self._counts = dict.fromkeys(kinds, 0)
        registry.register(self)

    def add(self, kind: str) -> None:
        """Count a request."""
        self._counts[kind] += 1

    def collect(self) -> Iterable[CounterMetricFamily]:
        """Answer the counts as Prometheus wants them."""
        family = CounterMetricFamily("indicia_tracking_requests", "Requests for pixels and links", labels=["kind"])
        for kind, count in self._counts.items():
            family.add_metric([str(kind)], count)
        yield family
