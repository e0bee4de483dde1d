"""Who sent the interaction: its network, its user agent, and the keys under which history knows them."""

import math
from datetime import date

import msgspec

from indicia.datasets.model import AgentKind, Network, NetworkClass, UserAgent
from indicia.datasets.registry import Datasets
from indicia.detection.model import Interaction
from indicia.detection.observations import Crowd, Missing
from indicia.detection.operators import ANTIVIRUS_MAKERS, is_shared
from indicia.detection.vintages import Vintages

_CROWDS = {
    NetworkClass.EYEBALL: Crowd.PEOPLE,
    NetworkClass.MOBILE: Crowd.PEOPLE,
    NetworkClass.EDUCATION: Crowd.PEOPLE,
    NetworkClass.SECURE_WEB_GATEWAY: Crowd.PEOPLE,
    NetworkClass.RELAY: Crowd.PEOPLE,
    NetworkClass.VPN: Crowd.PEOPLE,
    NetworkClass.HOSTING: Crowd.MACHINES,
    NetworkClass.MAIL_FILTER: Crowd.MACHINES,
    NetworkClass.CRAWLER: Crowd.MACHINES,
    NetworkClass.IMAGE_PROXY: Crowd.MACHINES,
}

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
_REMEMBERED_AGENTS = 4_096
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


class _Software(msgspec.Struct, frozen=True, gc=False):
    """What a user agent is taken for, whatever the network; `usual_until` as in `Client`.

    `is_reader` says that it loads messages only for people, `tells_vintage` that it is a browser that tells how
    current people's browsers are.
    """

    agent: UserAgent | Missing
    is_browser: bool = False
    is_reader: bool = False
    tells_vintage: bool = False
    usual_until: float = math.nan
    family: tuple[str | None, str | None] | None = None


class Clients:
    """Identifies clients, each once for the interactions of a request that it sent."""

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets
        self._known: dict[tuple[int, str | None, str | None], Client] = {}
        self._software: dict[str | None, _Software] = {}
        self._known_since = -math.inf
        self._vintages = Vintages()

    def refresh(self, now: float) -> None:
        """Look everyone up anew if the last time was some minutes before `now`."""
        if not 0 <= now - self._known_since <= _FRESH_SECONDS:
            self._known.clear()
            self._software.clear()
            self._known_since = now

    def identify(self, account_id: int, interaction: Interaction) -> Client:
        """Look up the network and the user agent of an interaction."""
        key = (account_id, interaction.ip, interaction.uas)
        client = self._known.get(key)
        if client is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            software = self._software_of(interaction.uas)
            client = self._known[key] = self._look_up(*key, software)
            if software.tells_vintage and client.crowd is Crowd.PEOPLE:
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

    def _software_of(self, uas: str | None) -> _Software:
        software = self._software.get(uas)
        if software is None:
            if len(self._software) >= _REMEMBERED_AGENTS:
                self._software.clear()
            read = Missing.NOT_GIVEN if uas is None else self._datasets.user_agents.read(uas)
            software = self._software[uas] = _software(read)
        return software

    def _look_up(self, account_id: int, ip: str | None, uas: str | None, software: _Software) -> Client:
        network = Missing.NOT_GIVEN if ip is None else self._datasets.ip_ranges.look_up(ip)
        block = "" if ip is None else block_of(ip)
        crowd = crowd_of(network)
        operator = (network.asn if isinstance(network, Network) else None) or block
        exact = hash((account_id, ip, uas))
        return Client(
            network=network,
            agent=software.agent,
            crowd=crowd,
            is_reader=software.is_reader or (software.is_browser and crowd is Crowd.PEOPLE),
            is_shared=is_shared(network),
            agent_key=hash((account_id, uas)),
            block=hash(block),
            exact=exact,
            address=hash((account_id, ip and host_of(ip))),
            near=exact if crowd is Crowd.PEOPLE else hash((account_id, block, uas)),
            fleet=hash((account_id, operator, uas)),
            family=hash((operator, software.family)),
            usual_until=software.usual_until,
        )


def host_of(ip: str) -> str:
    """Name the host behind an address in canonical text: itself, or the /64 of IPv6, out of which a host picks."""
    return _groups(ip, 4) if ":" in ip else ip


def block_of(ip: str) -> str:
    """Name the block around an address in canonical text: /24 of IPv4, /48 of IPv6, what one customer is given."""
    return _groups(ip, 3) if ":" in ip else ip.rpartition(".")[0]


def _groups(ip: str, number: int) -> str:
    groups = ip.partition("::")[0].split(":")[:number]
    return ":".join([*groups, *["0"] * (number - len(groups))])


def _software(agent: UserAgent | Missing) -> _Software:
    if isinstance(agent, Missing):
        return _Software(agent)
    is_browser = agent.kind is AgentKind.BROWSER
    return _Software(
        agent=agent,
        is_browser=is_browser,
        is_reader=agent.kind in (AgentKind.IMAGE_PROXY, AgentKind.MAIL_CLIENT),
        tells_vintage=is_browser and agent.family in _TELLING_FAMILIES and agent.released_on is not None,
        usual_until=_usual_until(agent),
        family=(agent.family, agent.os),
    )


def _usual_until(agent: UserAgent) -> float:
    if agent.released_on is None:
        return math.nan
    days = _USUAL_DAYS.get(agent.family or "", _USUAL_DAYS_OF_OTHERS)
    return (agent.released_on.toordinal() - _EPOCH_ORDINAL + days) * _DAY


def crowd_of(network: Network | Missing) -> Crowd:
    """Tell who normally speaks from a network."""
    if isinstance(network, Missing):
        return Crowd.MIXED
    crowd = _CROWDS.get(network.network_class)
    if crowd is None:
        crowd = Crowd.MACHINES if network.operator in ANTIVIRUS_MAKERS else Crowd.MIXED
    return crowd
