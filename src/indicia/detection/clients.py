"""Who sent the interaction: its network, its user agent, and the keys under which history knows them."""

import math
from datetime import date
from functools import lru_cache

import msgspec

from indicia.datasets.model import AgentKind, Network, NetworkClass, UserAgent
from indicia.datasets.registry import Datasets
from indicia.detection.model import Interaction
from indicia.detection.observations import Crowd, Missing

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
        NetworkClass.SECURITY_VENDOR,
        NetworkClass.CRAWLER,
        NetworkClass.IMAGE_PROXY,
    }
)

# How long a major version stays the usual one after its release, update lag included: Apple ships one a year,
# Samsung a few, the others every two to eight weeks. Extended and ESR channels explain the two months.
_USUAL_DAYS = {"safari": 400, "mobile_safari": 400, "samsung": 180}
_USUAL_DAYS_OF_OTHERS = 60

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY = 86_400


class Client(msgspec.Struct, frozen=True, gc=False):
    """A network and a user agent, with the hashes that history files them under.

    `exact` is the address and user agent, `block` the address block (/24 or /48), `fleet` the user agent at that
    network operator (in a network of people: at that address), `family` the browser and system at that operator,
    which survive an update and a new address.
    """

    network: Network | Missing
    agent: UserAgent | Missing
    crowd: Crowd
    agent_hash: int
    exact: int
    block: int
    fleet: int
    family: int

    @property
    def is_reader(self) -> bool:
        """Whether a message that this client loads is being looked at by a person."""
        if not isinstance(self.agent, UserAgent):
            return False
        kind = self.agent.kind
        return kind in (AgentKind.IMAGE_PROXY, AgentKind.MAIL_CLIENT) or (
            kind is AgentKind.BROWSER and self.crowd is Crowd.PEOPLE
        )


def identify(interaction: Interaction, datasets: Datasets) -> Client:
    """Look up the network and the user agent of an interaction."""
    ip, uas = interaction.ip, interaction.uas
    network = Missing.NOT_GIVEN if ip is None else datasets.ip_ranges.look_up(ip)
    agent = Missing.NOT_GIVEN if uas is None else datasets.user_agents.read(uas)
    crowd = Crowd.MIXED
    operator: object = None
    if isinstance(network, Network):
        crowd = _crowd(network.network_class)
        operator = network.asn
    block = None if ip is None else block_of(ip)
    place = ip if crowd is Crowd.PEOPLE else (operator or block)
    family = (operator or block, agent.family, agent.os) if isinstance(agent, UserAgent) else (operator or block,)
    return Client(
        network=network,
        agent=agent,
        crowd=crowd,
        agent_hash=hash(uas),
        exact=hash((ip, uas)),
        block=hash(block),
        fleet=hash((place, uas)),
        family=hash(family),
    )


@lru_cache(maxsize=65_536)
def block_of(ip: str) -> str:
    """Name the block around an address in canonical text: /24 of IPv4, /48 of IPv6, what one customer is given."""
    if ":" not in ip:
        return ip.rpartition(".")[0]
    groups = ip.partition("::")[0].split(":")[:3]
    return ":".join([*groups, *["0"] * (3 - len(groups))])


def outdated_days(agent: UserAgent | Missing, at: float) -> float | Missing:
    """Count the days since a newer version of this browser became the usual one; 0 for a current one."""
    if not isinstance(agent, UserAgent) or agent.released_on is None:
        return Missing.UNAVAILABLE
    today = math.floor(at / _DAY) + _EPOCH_ORDINAL
    age = today - agent.released_on.toordinal()
    return float(max(0, age - _USUAL_DAYS.get(agent.family or "", _USUAL_DAYS_OF_OTHERS)))


def _crowd(network_class: NetworkClass) -> Crowd:
    if network_class in _PEOPLE:
        return Crowd.PEOPLE
    return Crowd.MACHINES if network_class in _MACHINES else Crowd.MIXED
