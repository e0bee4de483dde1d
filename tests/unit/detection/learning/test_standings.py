import pytest

from indicia.datasets.model import Network, NetworkClass
from indicia.detection.learning.digests import host_digest
from indicia.detection.learning.knowledge import Knowledge
from indicia.detection.learning.reputations import TallyKey
from indicia.detection.learning.standings import standings_of
from indicia.detection.learning.tally import Kind, Tally
from indicia.detection.learning.things import things_of
from indicia.detection.model import Interaction, Scope
from indicia.detection.observations import Missing

SCOPE = Scope(account_id=1, domain_id=2)
AGENT = "Mozilla/5.0 (a browser)"
SCANNER = Interaction(ip="192.0.2.7", uas=AGENT, recipient_id="ann", domain="company.example")
NETWORK = Network(NetworkClass.HOSTING, asn=64_500)


def tallies(*kinds):
    """Count machines for all that the scanner involves, as far as it is of these kinds."""
    return {
        TallyKey(SCOPE.account_id, thing.digest): Tally(thing.kind, thing.parent, machines=50.0)
        for thing in things_of(SCOPE, SCANNER, NETWORK)
        if thing.kind in kinds
    }


def repute(known, interaction):
    return Knowledge(standings=standings_of(known, now=0.0)).repute_of(SCOPE, interaction)


@pytest.mark.parametrize("kind", [Kind.HOST, Kind.BLOCK])
def test_a_place_is_found_by_the_block_it_lies_in(kind):
    known = tallies(kind)

    assert repute(known, SCANNER).place.nats > 0
    assert repute(known, Interaction(ip="192.0.3.7", uas=AGENT)) is Missing.UNAVAILABLE


def test_a_client_is_found_while_its_host_is_known():
    known = tallies(Kind.CLIENT, Kind.HOST)
    host = TallyKey(SCOPE.account_id, host_digest("192.0.2.7"))

    found = repute(known, SCANNER)
    del known[host]

    assert found.place.nats > 0
    assert repute(known, SCANNER) is Missing.UNAVAILABLE


@pytest.mark.parametrize(
    ("kind", "name"),
    [(Kind.AGENT, "agent"), (Kind.RECIPIENT, "recipient"), (Kind.MAIL_DOMAIN, "mail_domain")],
)
def test_each_kind_of_thing_speaks_for_itself(kind, name):
    found = repute(tallies(kind), SCANNER)

    assert getattr(found, name).nats > 0
    assert [one for one in (found.place, found.agent, found.recipient, found.mail_domain) if one] == [
        getattr(found, name)
    ]
