"""What has been learned, in the form in which a verdict looks it up: a few dictionaries that nobody changes.

A background pass draws new conclusions and hands the engine a new `Knowledge`; the old one is dropped whole.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from indicia.detection.learning.digests import (
    agent_digest,
    block_digest,
    client_digest,
    host_digest,
    mail_domain_digest,
    recipient_digest,
)
from indicia.detection.learning.habits import FEWEST_VISITS, even_delay, is_restless
from indicia.detection.learning.lockstep import find_groups
from indicia.detection.learning.standings import NOTHING_KNOWN, Known, Standings
from indicia.detection.learning.suspects import FEWEST_VISITS as FEWEST_STRANGE_VISITS
from indicia.detection.learning.suspects import find_suspects, is_stranger
from indicia.detection.learning.trails import TrailKey, Unpacked, Visit, trail_key
from indicia.detection.model import Interaction, Scope
from indicia.detection.observations import Conduct, Missing, Repute, Standing
from indicia.detection.reader_pace import UsualPace

# Shorter, never coming back is chance.
_TELLING_TRAIL = 8


class SuspectGroup(NamedTuple):
    """One of several groups of suspects, and how many they are."""

    number: int
    members: int


class Knowledge(msgspec.Struct, frozen=True):
    """Conclusions about recipients, about what everything stands for, and about sending domains.

    `offsets` is how long a domain's mail is under way, in seconds, `paces` how soon it is clicked, and `mixes` its own
    prior; all by the id of the sending domain. `suspects` came together twice, and are watched for the third time;
    `watched` are their domains.
    """

    conducts: Mapping[TrailKey, Conduct] = {}
    standings: Standings = Standings({}, NOTHING_KNOWN)
    offsets: Mapping[int, float] = {}
    paces: Mapping[int, UsualPace] = {}
    mixes: Mapping[int, Standing] = {}
    suspects: Mapping[TrailKey, SuspectGroup] = {}
    watched: frozenset[int] = frozenset()

    def dated(self, scope: Scope, interactions: Sequence[Interaction]) -> Sequence[Interaction]:
        """Add when mail was delivered where only its sending is stated and deliveries are known to take time.

        Who came earlier had it by then: what is estimated proves nobody to have come before the mail.
        """
        offset = self.offsets.get(scope.domain_id)
        if offset is None:
            return interactions
        return [
            one
            if one.message_ts is None or one.delivered_ts is not None
            else msgspec.structs.replace(one, delivered_ts=_delivered(one.message_ts, offset, one.ts))
            for one in interactions
        ]

    def conduct_of(self, scope: Scope, interaction: Interaction) -> Conduct | Missing:
        """Tell what is odd about the visits of the recipient over the last weeks."""
        if interaction.recipient_id is None:
            return Missing.NOT_GIVEN
        if not self.conducts:
            return Missing.UNAVAILABLE
        return self.conducts.get(trail_key(scope, interaction.recipient_id), Missing.UNAVAILABLE)

    def repute_of(self, scope: Scope, interaction: Interaction) -> Repute | Missing:
        """Tell what is known of the interaction's network, user agent, recipient and mail domain."""
        own, uas = self.standings.own.get(scope.account_id, NOTHING_KNOWN), interaction.uas
        recipient, domain = interaction.recipient_id, interaction.domain
        place = None if interaction.ip is None else self._place_of(own, interaction.ip, uas)
        agent = own.agents.get(agent_digest(uas)) if uas and own.agents else None
        person = own.recipients.get(recipient_digest(scope, recipient)) if recipient and own.recipients else None
        provider = own.mail_domains.get(mail_domain_digest(domain)) if domain and own.mail_domains else None
        sender = self.mixes.get(scope.domain_id)
        if place is None and agent is None and person is None and provider is None and sender is None:
            return Missing.UNAVAILABLE
        return Repute(place, agent, person, provider, sender)

    def _place_of(self, own: Known, ip: str, uas: str | None) -> Standing | None:
        shared = self.standings.shared
        if not own.blocks and not shared.blocks:
            return None
        block = block_digest(ip)
        if block not in own.blocks and block not in shared.blocks:
            return None
        host = host_digest(ip)
        # A whole network has no voice of its own: `weights` says what it is. It is where its blocks start from.
        for digest in (client_digest(host, agent_digest(uas or "")), host, block):
            place = own.places.get(digest) or shared.places.get(digest)
            if place is not None:
                return place
        return None


def _delivered(sent: float, offset: float, seen: float | None) -> float:
    delivered = sent + offset
    return delivered if seen is None else max(sent, min(delivered, seen))


class Senders(NamedTuple):
    """What is known of sending domains, by their ids; see `Knowledge`."""

    offsets: Mapping[int, float]
    paces: Mapping[int, UsualPace]
    mixes: Mapping[int, Standing]


def knowledge_of(trails: Mapping[TrailKey, bytes], standings: Standings, senders: Senders) -> Knowledge:
    """Find the recipients whose trails are not those of a person; some microseconds for each trail."""
    by_domain: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
    for key, packed in trails.items():
        by_domain[key.domain_id][key.recipient] = packed
    conducts: dict[TrailKey, Conduct] = {}
    suspects: dict[TrailKey, SuspectGroup] = {}
    number = 0
    for domain_id, packed_trails in by_domain.items():
        domain_trails = Unpacked(packed_trails)
        for recipient, conduct in _conducts(domain_trails).items():
            conducts[TrailKey(domain_id, recipient)] = conduct
        for members in _suspects(domain_trails):
            number += 1
            group = SuspectGroup(number, len(members))
            suspects.update((TrailKey(domain_id, member), group) for member in members)
    watched = frozenset(key.domain_id for key in suspects)
    return Knowledge(
        conducts,
        standings,
        offsets=senders.offsets,
        paces=senders.paces,
        mixes=senders.mixes,
        suspects=suspects,
        watched=watched,
    )


def _suspects(trails: Unpacked) -> list[frozenset[int]]:
    strangers = {
        recipient: visits for recipient, visits in trails.of_at_least(FEWEST_STRANGE_VISITS) if is_stranger(visits)
    }
    return find_suspects(trails, strangers)


def _conducts(trails: Unpacked) -> dict[int, Conduct]:
    restless: dict[int, Sequence[Visit]] = {}
    delays: dict[int, float] = {}
    for recipient, visits in trails.of_at_least(FEWEST_VISITS):
        if is_restless(visits):
            restless[recipient] = visits
        delay = even_delay(visits)
        if delay is not None:
            delays[recipient] = delay
    wanderers = {recipient: len(visits) for recipient, visits in restless.items() if len(visits) >= _TELLING_TRAIL}
    grouped = {member: group for group in find_groups(trails, restless) for member in group.members}
    return {
        recipient: Conduct(
            in_step=len(grouped[recipient].members) - 1 if recipient in grouped else 0,
            occasions=grouped[recipient].occasions if recipient in grouped else 0,
            strange_networks=wanderers.get(recipient, 0),
            even_delay=delays.get(recipient),
        )
        for recipient in grouped.keys() | wanderers.keys() | delays.keys()
    }
