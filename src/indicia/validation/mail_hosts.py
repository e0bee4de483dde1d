"""Finds the hosts that take a domain's mail, the most preferred first (RFC 5321 5.1)."""

import random
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from indicia.net.dns import Resolver
from indicia.net.model import MxHost, MxHosts, NoMx, ResolutionError
from indicia.validation.model import Finding, Origin, Reason


class Hosts(NamedTuple):
    """The hosts to try, in that order.

    Attributes:
        site: What stands for them in the limit on questions: the first by name of the most preferred ones.
    """

    names: tuple[str, ...]
    site: str


NULL_MX = Finding(Reason.INVALID_DOMAIN, Origin.DNS, detail="The domain says that it takes no mail (null MX)")
DNS_SILENT = Finding(Reason.NO_CONNECT, Origin.DNS, detail="DNS did not answer")

_FINDINGS = {
    NoMx.NULL_MX: NULL_MX,
    NoMx.NO_SUCH_DOMAIN: Finding(Reason.INVALID_DOMAIN, Origin.DNS, detail="The domain does not exist"),
    NoMx.NO_RECORD: Finding(
        Reason.INVALID_DOMAIN, Origin.DNS, detail="The domain has neither mail hosts nor addresses"
    ),
    NoMx.UNAVAILABLE: DNS_SILENT,
}


async def find_hosts(resolver: Resolver, domain: str, chance: random.Random) -> Hosts | Finding:
    """Answer the hosts of `domain` (A-labels), or what it comes to that there are none."""
    answer = await resolver.mx(domain)
    if isinstance(answer, MxHosts):
        best = answer.hosts[0].preference
        site = min(mx.host for mx in answer.hosts if mx.preference == best)
        return Hosts(_in_turn(answer.hosts, chance), site)
    if answer is not NoMx.NO_RECORD:
        return _FINDINGS[answer]
    try:
        await resolver.addresses(domain)
    except ResolutionError as error:
        return _FINDINGS[NoMx.NO_RECORD if error.is_permanent else NoMx.UNAVAILABLE]
    return Hosts((domain,), domain)


def _in_turn(hosts: Sequence[MxHost], chance: random.Random) -> tuple[str, ...]:
    """Put equally preferred hosts in any order, so that each gets its share (RFC 5321 5.1)."""
    names: list[str] = []
    for _, equal in groupby(hosts, key=lambda mx: mx.preference):
        group = [mx.host for mx in equal]
        chance.shuffle(group)
        names += group
    return tuple(names)
