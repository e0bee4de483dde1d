"""Find out who receives mail for recipients' domains, without verdicts waiting long for it."""

import asyncio
from collections.abc import Collection
from itertools import islice

from indicia.datasets.model import MailProvider
from indicia.datasets.registry import Datasets
from indicia.net.dns import Resolver
from indicia.net.model import MxAnswer, MxHosts

# A look-up that takes longer goes on in the background and serves the next batch; this one does without it.
PATIENCE_SECONDS = 0.3
# One batch starts no more look-ups than this; the next batch with the same domains starts the next ones.
MOST_LOOKUPS = 100


class RecipientProviders:
    """Names the mail provider of recipients' domains by their MX hosts."""

    def __init__(self, resolver: Resolver, datasets: Datasets) -> None:
        self._resolver = resolver
        self._datasets = datasets

    async def of(self, domains: Collection[str]) -> dict[str, MailProvider]:
        """Answer the providers known within `PATIENCE_SECONDS`; a domain that is left out is not known yet."""
        unknown = [domain for domain in domains if self._resolver.cached_mx(domain) is None]
        await self._ask(unknown)
        answers = ((domain, self._resolver.cached_mx(domain)) for domain in domains)
        return {domain: provider for domain, answer in answers if (provider := self._provider(answer)) is not None}

    async def _ask(self, domains: list[str]) -> None:
        tasks = [asyncio.create_task(self._resolver.mx(domain)) for domain in islice(domains, MOST_LOOKUPS)]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=PATIENCE_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _provider(self, answer: MxAnswer | None) -> MailProvider | None:
        if not isinstance(answer, MxHosts):
            return None
        return self._datasets.mail_providers.of_mx([mx.host for mx in answer.hosts])
