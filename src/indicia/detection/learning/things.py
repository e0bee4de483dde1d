"""What evidence is about: a client and the networks around it, a user agent, a recipient and their mail domain."""

from indicia.datasets.model import Network
from indicia.detection.learning.digests import (
    agent_digest,
    block_digest,
    client_digest,
    host_digest,
    mail_domain_digest,
    network_digest,
    recipient_digest,
)
from indicia.detection.learning.reputations import Thing
from indicia.detection.learning.tally import Kind
from indicia.detection.model import Interaction, Scope


def things_at(ip: str, uas: str, network: Network) -> list[Thing]:
    """List the client, the networks around it and its user agent."""
    host, block, around = host_digest(ip), block_digest(ip), network_digest(network.asn)
    things = [
        Thing(Kind.CLIENT, client_digest(host, agent_digest(uas)), host),
        Thing(Kind.HOST, host, block),
        Thing(Kind.BLOCK, block, around),
    ]
    if around:
        things.append(Thing(Kind.NETWORK, around))
    if uas:
        things.append(Thing(Kind.AGENT, agent_digest(uas)))
    return things


def things_of(scope: Scope, interaction: Interaction, network: Network) -> list[Thing]:
    """List everything that is known of an interaction."""
    things = [] if interaction.ip is None else things_at(interaction.ip, interaction.uas or "", network)
    if interaction.recipient_id is not None:
        things.append(Thing(Kind.RECIPIENT, recipient_digest(scope, interaction.recipient_id)))
    if interaction.domain is not None:
        things.append(Thing(Kind.MAIL_DOMAIN, mail_domain_digest(interaction.domain)))
    return things
