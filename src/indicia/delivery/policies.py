"""MTA-STS policies of recipients' domains: fetched over HTTPS, kept on disk, and enforced until they run out."""

from collections.abc import Callable

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.delivery import store
from indicia.delivery.store import KeptPolicy
from indicia.mail.mta_sts import MAX_POLICY_BYTES, Mode, Policy, parse_policy, policy_id
from indicia.net.answers import Answer, AnswerCache
from indicia.net.dns import Resolver
from indicia.net.http import HttpClient
from indicia.net.model import RequestFailedError
from indicia.storage.database import Database

log = get_logger()

_FETCH_SECONDS = 20.0
# A domain's record is asked for this seldom, and a fetch that failed is not repeated sooner (RFC 8461 3.3).
_LOOK_SECONDS = 300.0
_MOST_REMEMBERED = 20_000


def policy_url(domain: str) -> str:
    """Answer where `domain` publishes its policy (RFC 8461 3.2)."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


class Policies:
    """Knows whose mail exchangers must prove their names."""

    def __init__(
        self,
        database: Database,
        resolver: Resolver,
        client: HttpClient,
        clock: Clock,
        *,
        url_of: Callable[[str], str] = policy_url,
    ) -> None:
        self._database = database
        self._resolver = resolver
        self._client = client
        self._clock = clock
        self._url_of = url_of
        # A tuple, because the cache takes None for something that it does not know.
        self._looked: AnswerCache[tuple[Policy | None]] = AnswerCache(self._look, clock, max_names=_MOST_REMEMBERED)

    async def enforced(self, domain: str) -> Policy | None:
        """Answer the policy of `domain` if it is one to enforce.

        A policy that was seen once holds for the time it names, whatever DNS and HTTPS say meanwhile: an attacker
        could keep us from both, and taking it for gone is what they would want.

        Raises:
            StorageError: The kept policies cannot be read or written.
        """
        (policy,) = await self._looked.get(domain)
        return policy

    async def close(self) -> None:
        """Stop asking; whoever waits is cancelled."""
        await self._looked.close()

    async def _look(self, domain: str) -> Answer[tuple[Policy | None]]:
        policy = await self._enforced_now(domain)
        return Answer((policy,), _LOOK_SECONDS)

    async def _enforced_now(self, domain: str) -> Policy | None:
        kept = await store.kept_policy(self._database, domain)
        if kept is not None and kept.expires_at <= self._clock():
            kept = None
        published = policy_id(await self._resolver.records(f"_mta-sts.{domain}", "TXT") or ())
        if published is not None and (kept is None or kept.policy_id != published):
            kept = await self._fetch(domain, published) or kept
        if kept is None or kept.policy.mode is not Mode.ENFORCE:
            return None
        return kept.policy

    async def _fetch(self, domain: str, published: str) -> KeptPolicy | None:
        try:
            document = await self._client.download(
                self._url_of(domain), max_bytes=MAX_POLICY_BYTES, timeout_seconds=_FETCH_SECONDS, follow=False
            )
        except RequestFailedError as error:
            log.warning("mta_sts.not_fetched", domain=domain, error=str(error))
            return None
        policy = parse_policy(document)
        if policy is None:
            log.warning("mta_sts.not_understood", domain=domain)
            return None
        kept = KeptPolicy(published, policy, self._clock() + policy.max_age_seconds)
        await self._database.run(store.keep_policy(domain, kept))
        return kept
