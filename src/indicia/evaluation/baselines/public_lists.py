"""Public lists as senders commonly use them: applied as they are, without looking at what the request was for."""

from functools import lru_cache

from indicia.datasets.agent_patterns import AgentPatterns
from indicia.datasets.model import NetworkClass
from indicia.datasets.registry import Datasets
from indicia.datasets.sections import parse

# What lists of data centres hold in practice: they name two thirds of Apple's relay and more, mailbox providers' and
# filters' networks and VPN exits, and hardly any secure web gateway (X4BNet lists, bad-asn-list; August 2026).
_DATA_CENTRES = frozenset(
    {
        NetworkClass.RELAY,
        NetworkClass.IMAGE_PROXY,
        NetworkClass.MAIL_FILTER,
        NetworkClass.VPN,
        NetworkClass.CRAWLER,
        NetworkClass.CDN,
        NetworkClass.HOSTING,
    }
)
# Of the two lists in this dataset the one with generic patterns calls more people's mail programs crawlers and finds
# hardly more bots; the rule is measured with the better one.
_CRAWLERS = "crawler-agents"
_GENERIC = "generic"


class PublicLists:
    """A list of crawlers' user agents and one of data centres, from the datasets in use."""

    def __init__(self, datasets: Datasets) -> None:
        self._networks = datasets.ip_ranges
        found = (info for info in datasets.manifest if info.name == _CRAWLERS)
        sections = (section for info in found for section in parse(info.read().decode()))
        patterns = AgentPatterns(section for section in sections if section.name != _GENERIC)
        self._is_crawler = lru_cache(100_000)(lambda uas: patterns.match(uas) is not None)

    def has_agent(self, uas: str | None) -> bool:
        """Say whether the list of crawlers names this User-Agent; mail image proxies count as crawlers there."""
        return uas is not None and self._is_crawler(uas)

    def has_address(self, ip: str | None) -> bool:
        """Say whether lists of data centres hold this address."""
        return ip is not None and self._networks.look_up(ip).network_class in _DATA_CENTRES
