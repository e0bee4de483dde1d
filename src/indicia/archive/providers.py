"""Find out by DNS who receives the mail of many domains, at leisure: history can wait for an answer."""

import asyncio
from collections.abc import Sequence

from indicia.datasets.model import MailProvider
from indicia.datasets.registry import Datasets
from indicia.net.dns import Resolver
from indicia.net.model import MxHosts

# The resolver has few queries in flight at once; this bounds the tasks that wait for it.
_AT_ONCE = 1_000


async def look_up_providers(domains: Sequence[str], resolver: Resolver, datasets: Datasets) -> dict[str, MailProvider]:
    """Name the providers of those domains that have mail hosts."""
    found = {}
    for start in range(0, len(domains), _AT_ONCE):
        asked = domains[start : start + _AT_ONCE]
        answers = await asyncio.gather(*(resolver.mx(domain) for domain in asked))
        for domain, answer in zip(asked, answers, strict=True):
            if isinstance(answer, MxHosts):
                found[domain] = datasets.mail_providers.of_mx([mx.host for mx in answer.hosts])
    return found
