"""Everything that can be observed about one interaction; rules read nothing else."""

from enum import Enum, StrEnum

import msgspec

from indicia.datasets.model import AgentKind, MailProvider, Network, NetworkClass, UserAgent
from indicia.detection.model import Interaction

# 97 % of scanner sweeps begin within 5 minutes of the mail, 92 % of people's clicks come later (see `weights`).
EARLY_SECONDS = 300.0
LATE_SECONDS = 1800.0
# Two thirds of sweeps begin within a minute, and nearly all within two; 3.5 % of people's clicks come so soon.
AT_ONCE_SECONDS = 120.0

# Rules make nothing of what lies beyond these bounds, so it is not observed either. Of an interaction that comes later
# than the first, it is not said how early its like come; even gaps shorter than the second are those of a sweep; and
# a person acts for one recipient or two, and opens tabs in a row now and then.
PACE_SECONDS = 600.0
SHORTEST_BEAT_SECONDS = 2.0
FEWEST_RECIPIENTS = 3
FEWEST_HASTY = 2

# From so many other user agents on, an address is that of a VPN exit, a proxy or an office.
SHARED_AGENTS = 4


class Missing(Enum):
    """Why an observation is absent; a rule that needs it stays silent."""

    NOT_GIVEN = "not given"
    UNAVAILABLE = "unavailable"


class Crowd(StrEnum):
    """Who normally speaks from a network, as coarsely as rules need it."""

    PEOPLE = "people"
    """Access lines, and gateways and relays that carry people: many of them behind one address is normal."""
    MACHINES = "machines"
    """Clouds, mail filters, crawlers. People are here too (VPN exits, cloud desktops), but few."""
    MIXED = "mixed"
    """Anything in between, and networks nothing is known about."""


class Timing(msgspec.Struct, frozen=True, gc=False):
    """How long after the message the interaction came.

    `delay` is in seconds, negative when it came first; `since` says what the clock started at.
    """

    delay: float
    since: str


class Sweep(msgspec.Struct, frozen=True, gc=False):
    """How many links of one recipient's message were followed almost at once, this one included.

    `links` and `clicks` are for the densest second around the click, `slow_links` and `slow_clicks` for the densest
    15 s. Links are distinct and known; clicks also count those whose link is not known, and a repeated link once.
    `is_twin` says that two different links came too close for one person, `is_probed` that one of the requests was
    a probe that only machines send.
    """

    links: int
    clicks: int
    slow_links: int
    slow_clicks: int
    is_twin: bool = False
    is_probed: bool = False


class Rhythm(msgspec.Struct, frozen=True, gc=False):
    """How evenly one client clicks one message.

    `gap` is the mean of the seconds between clicks, `variation` their deviation in shares of it.
    """

    clicks: int
    gap: float
    variation: float


class Raid(msgspec.Struct, frozen=True, gc=False):
    """A sweep of the same message, outside people's networks, that this interaction is no part of.

    `gap` is in seconds between the two.
    """

    gap: float
    is_same_host: bool


class Companion(msgspec.Struct, frozen=True, gc=False):
    """A click of the same recipient on the same link from another kind of network, within an hour.

    `gap` is in seconds; `is_person` says that the other one is likelier a person than this one, and `is_certain` that
    it came from a network of people.
    """

    gap: float
    is_person: bool
    same_agent: bool
    is_certain: bool = True


class Company(msgspec.Struct, frozen=True, gc=False):
    """What was done for other messages by this host, by this user agent near it, and by its fleet.

    Near is the same address block (in people's networks: the same address), the fleet is the same user agent at the
    same network operator. Counts of messages: `caught` in what machines do (a burst of links, a probe, a copy of a
    person's click), `early` within 5 minutes of the mail, `fresh` those of them within the last hour, `late` after
    half an hour. `early_people` is how many messages people's networks came to early with this user agent; None where
    there are more than are counted.
    """

    host_caught: int = 0
    host_early: int = 0
    host_fresh: int = 0
    host_late: int = 0
    near_caught: int = 0
    fleet_early: int = 0
    fleet_late: int = 0
    early_people: int | None = 0


class Reach(msgspec.Struct, frozen=True, gc=False):
    """How many recipients one user agent acted for from one address.

    `per_minute` counts recipients within a minute of this one, `recipients` and `domains` (of recipients, 0 when none
    were given) within a day. `together` counts undated interactions that were posted at the same time, `host_together`
    those with other user agents as well, `agents` the address's other user agents within a day,
    `hasty` the other messages on which it followed several links in a row.
    """

    per_minute: int
    recipients: int
    domains: int
    agents: int = 0
    together: int = 0
    host_together: int = 0
    hasty: int = 0


class Habitat(msgspec.Struct, frozen=True, gc=False):
    """On how many address blocks this exact user agent was seen, among machines and among people."""

    machine_blocks: int
    people_blocks: int


class Visits(msgspec.Struct, frozen=True, gc=False):
    """Visits to hidden links, as seconds between the nearest one and this interaction; None where there was none.

    `own_message` and `other_message` are by the same address and user agent, `block` by the same user agent from the
    same address block, `message` by anyone on the same message.
    """

    own_message: float | None = None
    other_message: float | None = None
    block: float | None = None
    message: float | None = None


class Conduct(msgspec.Struct, frozen=True, gc=False):
    """What is odd about a recipient's visits of the last weeks.

    `in_step` is with how many other recipients they came at the same minutes, on up to `occasions` occasions.
    `strange_networks` counts their visits if no network ever repeated, else it is 0. `even_delay` is after how many
    seconds they click every mail, if it is always nearly the same.
    """

    in_step: int = 0
    occasions: int = 0
    strange_networks: int = 0
    even_delay: float | None = None


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What was learned of one thing: `nats` of log-odds, above zero for machines, and the evidence behind them.

    `machines` and `people` are in events, decayed; `crowd` is how many different people were seen with it.
    """

    nats: float
    machines: float
    people: float
    crowd: float


class Repute(msgspec.Struct, frozen=True, gc=False):
    """The standings of what an interaction involves, None where nothing was learned.

    `place` is that of the client, or else of the smallest network around it that has one.
    """

    place: Standing | None = None
    agent: Standing | None = None
    recipient: Standing | None = None
    mail_domain: Standing | None = None
    sender: Standing | None = None


class Signals(msgspec.Struct, frozen=True, gc=False):
    """The observations about one interaction.

    `outdated_days` is how long a newer version of the browser has been the usual one, 0 for a current browser.
    `familiar_hours` is how long ago this recipient was first seen with such a client; `opened_before` is how many
    seconds earlier a person's mail program loaded the same message; `rush` is how many seconds lie between this
    client's loading of the message and following a link of it, where they are too few to read. `early_share` is the
    share of the clicks from people's networks on mail of the same time that came within 5 minutes; `early_mails` is
    the share of mails of its kind that are only ever clicked so early; neither is asked of people's networks.
    `colleagues` is how many other recipients of the same mail domain got a click at once, about the same time, from
    outside people's networks.
    """

    interaction: Interaction
    network: Network | Missing = Missing.NOT_GIVEN
    crowd: Crowd = Crowd.MIXED
    agent: UserAgent | Missing = Missing.NOT_GIVEN
    outdated_days: float | Missing = Missing.UNAVAILABLE
    timing: Timing | Missing = Missing.NOT_GIVEN
    provider: MailProvider | Missing = Missing.NOT_GIVEN
    sweep: Sweep | Missing = Missing.NOT_GIVEN
    raid: Raid | Missing = Missing.NOT_GIVEN
    rhythm: Rhythm | Missing = Missing.NOT_GIVEN
    companion: Companion | Missing = Missing.NOT_GIVEN
    opened_before: float | Missing = Missing.NOT_GIVEN
    rush: float | Missing = Missing.NOT_GIVEN
    company: Company | Missing = Missing.NOT_GIVEN
    colleagues: int | Missing = Missing.NOT_GIVEN
    reach: Reach | Missing = Missing.NOT_GIVEN
    habitat: Habitat | Missing = Missing.NOT_GIVEN
    visits: Visits | Missing = Missing.UNAVAILABLE
    familiar_hours: float | Missing = Missing.NOT_GIVEN
    early_share: float | Missing = Missing.NOT_GIVEN
    early_mails: float | Missing = Missing.UNAVAILABLE
    conduct: Conduct | Missing = Missing.UNAVAILABLE
    repute: Repute | Missing = Missing.UNAVAILABLE

    @property
    def copies_person(self) -> bool:
        """Whether a person's network clicked the same: then the clock of this machine started at that click."""
        return isinstance(self.companion, Companion) and self.companion.is_person

    @property
    def kind(self) -> AgentKind | None:
        """What the User-Agent claims to be; None where none was posted."""
        return self.agent.kind if isinstance(self.agent, UserAgent) else None

    @property
    def family(self) -> str | None:
        """The browser's family; None where it is not known."""
        return self.agent.family if isinstance(self.agent, UserAgent) else None

    @property
    def agent_name(self) -> str:
        """What to call the client in a sentence."""
        return (self.agent.name if isinstance(self.agent, UserAgent) else "") or "an unnamed client"

    @property
    def network_class(self) -> NetworkClass | None:
        """Who normally speaks from the network; None where no address was posted."""
        return self.network.network_class if isinstance(self.network, Network) else None

    @property
    def operator(self) -> str | None:
        """The slug of whoever runs the network; None where no list names one."""
        return self.network.operator if isinstance(self.network, Network) else None

    @property
    def organisation(self) -> str:
        """What to call the network in a sentence."""
        if isinstance(self.network, Missing):
            return "an unknown network"
        name = self.network.organisation or self.network.operator or "an unnamed operator"
        return name if self.network.asn is None else f"{name} (AS{self.network.asn})"

    @property
    def listed(self) -> str:
        """The date of the list that decided the network's class, to be put after its name; "" where none did."""
        date = self.network.list_date if isinstance(self.network, Network) else None
        return f" (list of {date})" if date else ""
