"""Who sent the interaction: its network, its user agent, and the keys under which history knows them."""

import math
from datetime import date
from functools import lru_cache

import msgspec

from indicia.datasets.model import AgentKind, Network, NetworkClass, UserAgent
from indicia.datasets.registry import Datasets
from indicia.detection.model import Interaction
from indicia.detection.observations import Crowd, Missing
from indicia.detection.operators import ANTIVIRUS_MAKERS, is_shared
from indicia.detection.vintages import Vintages

_PEOPLE = frozenset(
    {
        NetworkClass.EYEBALL,
        NetworkClass.MOBILE,
        NetworkClass.EDUCATION,
        NetworkClass.SECURE_WEB_GATEWAY,
        NetworkClass.RELAY,
    }
)
_MACHINES = frozenset(
    {
        NetworkClass.HOSTING,
        NetworkClass.MAIL_FILTER,
        NetworkClass.CRAWLER,
        NetworkClass.IMAGE_PROXY,
    }
)

# How long a major version stays the usual one after its release, update lag included: Apple ships one a year,
# Samsung a few, the others every two to eight weeks. Extended and ESR channels explain the two months.
_USUAL_DAYS = {"safari": 400, "mobile_safari": 400, "samsung": 180}
_USUAL_DAYS_OF_OTHERS = 60

# Browsers that update themselves within weeks, and so tell how current a sender's people are.
_TELLING_FAMILIES = frozenset({"chrome", "edge", "firefox", "opera"})

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY = 86_400

# Enough that what one request observes is still there when it is judged; about 600 bytes each.
_REMEMBERED = 16_384
# Reference data may be refreshed at any time, and what was looked up in the old lists must go.
_FRESH_SECONDS = 600.0


class Client(msgspec.Struct, frozen=True, gc=False):
    """A network and a user agent, with the hashes that an account's history files them under.

    `is_reader` says that a message which this client loads is being looked at, `is_shared` that many people may share
    its address. `exact` is the address and user agent; `address` is the host; `near` the user agent in the host's
    address block (in a network of people: at that address), `fleet` the user agent at that network operator, `family`
    the browser and system at that operator, which survive an update and a new address. `usual_until` is from when on
    (unix seconds) a newer version of the browser is the usual one, NaN where that is not known.
    """

    network: Network | Missing
    agent: UserAgent | Missing
    crowd: Crowd
    is_reader: bool
    is_shared: bool
    agent_key: int
    block: int
    exact: int
    address: int
    near: int
    fleet: int
    family: int
    usual_until: float


class Clients:
    """Identifies clients, each once for the interactions of a request that it sent."""

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets
        self._known: dict[tuple[int, str | None, str | None], Client] = {}
        self._known_since = -math.inf
        self._vintages = Vintages()

    def refresh(self, now: float) -> None:
        """Look everyone up anew if the last time was some minutes before `now`."""
        if not 0 <= now - self._known_since <= _FRESH_SECONDS:
            self._known.clear()
            self._known_since = now

    def identify(self, account_id: int, interaction: Interaction) -> Client:
        """Look up the network and the user agent of an interaction."""
        key = (account_id, interaction.ip, interaction.uas)
        client = self._known.get(key)
        if client is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            client = self._known[key] = self._look_up(*key)
            if client.crowd is Crowd.PEOPLE and _tells_vintage(client):
                self._vintages.note(account_id, client.usual_until)
        return client

    def outdated_days(self, account_id: int, client: Client, at: float) -> float | Missing:
        """Count the days since a newer version of this browser became the usual one; 0 for a current one.

        What the account's people commonly have is current, however old it is by then.
        """
        common_until = self._vintages.common_until(account_id)
        seconds = (at if common_until is None else min(at, common_until)) - client.usual_until
        if seconds > 0:
            return seconds / _DAY
        return 0.0 if seconds <= 0 else Missing.UNAVAILABLE

    def _look_up(self, account_id: int, ip: str | None, uas: str | None) -> Client:
        network = Missing.NOT_GIVEN if ip is None else self._datasets.ip_ranges.look_up(ip)
        agent = Missing.NOT_GIVEN if uas is None else self._datasets.user_agents.read(uas)
        block = "" if ip is None else block_of(ip)
        crowd = _crowd(network)
        operator = (network.asn if isinstance(network, Network) else None) or block
        exact = hash((account_id, ip, uas))
        software = (agent.family, agent.os) if isinstance(agent, UserAgent) else None
        return Client(
            network=network,
            agent=agent,
            crowd=crowd,
            is_reader=_is_reader(agent, crowd),
            is_shared=is_shared(network),
            agent_key=hash((account_id, uas)),
            block=hash(block),
            exact=exact,
            address=hash((account_id, ip and host_of(ip))),
            near=exact if crowd is Crowd.PEOPLE else hash((account_id, block, uas)),
            fleet=hash((account_id, operator, uas)),
            family=hash((operator, software)),
            usual_until=_usual_until(agent),
        )


def host_of(ip: str) -> str:
    """Name the host behind an address in canonical text: itself, or the /64 of IPv6, out of which a host picks."""
    return _groups(ip, 4) if ":" in ip else ip


@lru_cache(maxsize=16_384)
def block_of(ip: str) -> str:
    """Name the block around an address in canonical text: /24 of IPv4, /48 of IPv6, what one customer is given."""
    return _groups(ip, 3) if ":" in ip else ip.rpartition(".")[0]


def _groups(ip: str, number: int) -> str:
    groups = ip.partition("::")[0].split(":")[:number]
    return ":".join([*groups, *["0"] * (number - len(groups))])


def _tells_vintage(client: Client) -> bool:
    agent = client.agent
    return (
        isinstance(agent, UserAgent)
        and agent.kind is AgentKind.BROWSER
        and agent.family in _TELLING_FAMILIES
        and agent.released_on is not None
    )


def _usual_until(agent: UserAgent | Missing) -> float:
    if not isinstance(agent, UserAgent) or agent.released_on is None:
        return math.nan
    days = _USUAL_DAYS.get(agent.family or "", _USUAL_DAYS_OF_OTHERS)
    return (agent.released_on.toordinal() - _EPOCH_ORDINAL + days) * _DAY


def _crowd(network: Network | Missing) -> Crowd:
    if not isinstance(network, Network):
        return Crowd.MIXED
    if network.network_class in _PEOPLE:
        return Crowd.PEOPLE
    is_machine = network.network_class in _MACHINES or network.operator in ANTIVIRUS_MAKERS
    return Crowd.MACHINES if is_machine else Crowd.MIXED


def _is_reader(agent: UserAgent | Missing, crowd: Crowd) -> bool:
    if not isinstance(agent, UserAgent):
        return False
    if agent.kind in (AgentKind.IMAGE_PROXY, AgentKind.MAIL_CLIENT):
        return True
    return agent.kind is AgentKind.BROWSER and crowd is Crowd.PEOPLE
