"""What evidence comes to for each account: its own, and what several accounts agree on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec

from indicia.detection.learning.distinct import how_many
from indicia.detection.learning.reputations import TallyKey
from indicia.detection.learning.tally import UNKNOWN, Kind, Posterior, Tally, posterior
from indicia.detection.observations import Standing

# What is known of networks is shared between accounts on these floors: hidden links of five messages of three
# domains. An account alone never changes another one's verdicts, because nobody counts for more than all the others.
_SHARED_MESSAGES = 5
_SHARED_DOMAINS = 3
_SHARED_KINDS = frozenset({Kind.CLIENT, Kind.HOST, Kind.BLOCK, Kind.NETWORK})

# Less than this is not worth a word.
_TELLING_NATS = 0.25


class Known(NamedTuple):
    """Standings by the digest of what they are about, those apart that are looked up apart.

    `places` are clients, hosts and blocks. They lie in `blocks`, and so it takes one digest, which many addresses have,
    to know that nothing is known of one.
    """

    places: Mapping[int, Standing] = {}
    blocks: AbstractSet[int] = frozenset()
    agents: Mapping[int, Standing] = {}
    recipients: Mapping[int, Standing] = {}
    mail_domains: Mapping[int, Standing] = {}


NOTHING_KNOWN = Known()


class Standings(NamedTuple):
    """What stands for what: by each account's own evidence, and by everybody's."""

    own: Mapping[int, Known]
    shared: Known


def standings_of(tallies: Mapping[TallyKey, Tally], now: float) -> Standings:
    """Conclude from all tallies; about ten microseconds for each."""
    # One account has nobody to agree with.
    are_several = len({key.account_id for key in tallies}) > 1
    by_account: defaultdict[int, dict[int, Tally]] = defaultdict(dict)
    by_digest: defaultdict[int, list[Tally]] = defaultdict(list)
    for key, tally in tallies.items():
        current = tally.as_of(now)
        by_account[key.account_id][key.digest] = current
        if current.kind in _SHARED_KINDS and are_several:
            by_digest[key.digest].append(current)
    shared = {digest: joined for digest, several in by_digest.items() if (joined := _joined(several)) is not None}
    return Standings({account_id: _known(own) for account_id, own in by_account.items()}, _known(shared))


def _known(tallies: Mapping[int, Tally]) -> Known:
    found: defaultdict[Kind, dict[int, Standing]] = defaultdict(dict)
    blocks = set()
    for digest, tally in tallies.items():
        around = _surroundings(tallies, tally)
        nats = posterior(tally, around).nats
        # What is itself in doubt still stands up to surroundings of ill repute.
        if abs(nats) >= _TELLING_NATS or abs(around.nats) >= _TELLING_NATS:
            found[tally.kind][digest] = Standing(nats, tally.machines, tally.people, how_many(tally.crowd))
            blocks.add(_block(tallies, digest, tally))
    return Known(
        places=found[Kind.CLIENT] | found[Kind.HOST] | found[Kind.BLOCK],
        blocks=blocks - {0},
        agents=found[Kind.AGENT],
        recipients=found[Kind.RECIPIENT],
        mail_domains=found[Kind.MAIL_DOMAIN],
    )


def _block(tallies: Mapping[int, Tally], digest: int, tally: Tally) -> int:
    """Name the block in which a place lies; 0 for what is no place, and for a client whose host is forgotten."""
    if tally.kind is Kind.CLIENT:
        host = tallies.get(tally.parent)
        return 0 if host is None else host.parent
    if tally.kind is Kind.HOST:
        return tally.parent
    return digest if tally.kind is Kind.BLOCK else 0


def _surroundings(tallies: Mapping[int, Tally], tally: Tally) -> Posterior:
    """Judge what surrounds a thing by all the others in it, so that nothing is its own witness."""
    parent = tallies.get(tally.parent)
    if parent is None or not tally.parent:
        return UNKNOWN
    others = msgspec.structs.replace(
        parent,
        machines=max(0.0, parent.machines - tally.machines),
        people=max(0.0, parent.people - tally.people),
    )
    return posterior(others, _surroundings(tallies, parent))


def _joined(tallies: Iterable[Tally]) -> Tally | None:
    """Join what several accounts know of one thing; None where too few agree."""
    several = list(tallies)
    joined = several[0]
    for tally in several[1:]:
        joined = msgspec.structs.replace(
            joined,
            crowd=joined.crowd | tally.crowd,
            messages=joined.messages | tally.messages,
            domains=joined.domains | tally.domains,
        )
    joined = msgspec.structs.replace(
        joined,
        machines=_agreed([tally.machines for tally in several]),
        people=_agreed([tally.people for tally in several]),
    )
    is_widespread = how_many(joined.messages) >= _SHARED_MESSAGES and how_many(joined.domains) >= _SHARED_DOMAINS
    return joined if is_widespread else None


def _agreed(evidence: list[float]) -> float:
    """Add up, the largest part counting for no more than all the others together."""
    largest = max(evidence)
    others = sum(evidence) - largest
    return others + min(largest, others)
