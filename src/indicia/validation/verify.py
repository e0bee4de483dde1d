"""Verifies one address: syntax, lists, our own deliveries, what is remembered, DNS, and last a question."""

import asyncio
import random
from typing import NamedTuple

from indicia.base.clock import Clock
from indicia.base.log import get_logger
from indicia.datasets.address_lists import AddressLists
from indicia.domains.model import Domain, Feature
from indicia.mail.address import Address, parse_one
from indicia.net.answers import Answer, AnswerCache
from indicia.net.dns import Resolver
from indicia.net.smtp.way_out import WayOut
from indicia.validation.conclusion import conclude, conclude_invalid, conclude_sandbox
from indicia.validation.deliveries import Deliveries
from indicia.validation.facts import facts_about
from indicia.validation.mail_hosts import Hosts, find_hosts
from indicia.validation.memory import Memory
from indicia.validation.model import RESULTS, AcceptAll, Finding, Origin, Reason, Result, Verification
from indicia.validation.normal_form import normal_form
from indicia.validation.pacing import Pacing
from indicia.validation.probe import Probe
from indicia.validation.syntax import mailable_address

log = get_logger()

DEADLINE_SECONDS = 6.0
LONGEST_DEADLINE_SECONDS = 30.0

# Yahoo says yes to every recipient and takes it back after the message; asking about a made-up one tells nothing.
_TAKE_ALL = (".yahoodns.net",)
# Providers whose yes is known to mean one mailbox.
_HONEST = frozenset({"gmail.com", "googlemail.com"})
_DOMAINS_KEPT = 10_000
_ACCEPT_ALL_SECONDS = 3600.0
_UNKNOWN_SECONDS = 60.0


class Questions(NamedTuple):
    """What asking mail hosts takes."""

    probe: Probe
    pacing: Pacing
    way_out: WayOut


class Verifier:
    """Answers what is known about addresses; `questions` is None where no mail host can be asked."""

    def __init__(
        self,
        lists: AddressLists,
        deliveries: Deliveries,
        memory: Memory,
        resolver: Resolver,
        questions: Questions | None,
        clock: Clock,
    ) -> None:
        self._lists = lists
        self._deliveries = deliveries
        self._memory = memory
        self._resolver = resolver
        self._questions = questions
        self._clock = clock
        self._chance = random.Random()  # noqa: S311 - It spreads load.
        self._accept_all = AnswerCache(self._learn_accept_all, clock, max_names=_DOMAINS_KEPT)

    @property
    def way_out(self) -> WayOut | None:
        """What knows whether mail hosts can be reached at all; None where none is ever asked."""
        return None if self._questions is None else self._questions.way_out

    async def verify(self, domain: Domain | None, text: str, *, seconds: float = DEADLINE_SECONDS) -> Verification:
        """Answer within `seconds`, with whatever is known by then.

        Args:
            domain: On whose behalf, and whose deliveries count; None where there is nobody's.
            text: An address.
            seconds: How long DNS and mail hosts may take together.

        Raises:
            StorageError: The store cannot be read or written.
        """
        address = mailable_address(text.strip())
        if address is None:
            return self._invalid(text)
        address = normal_form(address)
        if domain is not None and Feature.VALIDATION_SANDBOX in domain.features:
            return conclude_sandbox(address, self._clock())
        facts = facts_about(address, self._lists)
        deadline = asyncio.get_running_loop().time() + seconds
        finding = await self._finding(None if domain is None else domain.id, address, deadline)
        shown = None if domain is None else await self._deliveries.at(domain.id, address)
        return conclude(address, facts, finding, self._clock(), shown=shown)

    def _invalid(self, text: str) -> Verification:
        read = parse_one(text.strip())
        if read is None or read.name or read.domain.startswith("["):
            return conclude_invalid(text, self._clock())
        # Of all texts, `jane@gmail` needs a hint most.
        read = normal_form(read)
        return conclude_invalid(text, self._clock(), read=read, facts=facts_about(read, self._lists))

    async def close(self) -> None:
        """Stop asking."""
        await self._accept_all.close()
        if self._questions is not None:
            await self._questions.way_out.close()

    async def _finding(self, domain_id: int | None, address: Address, deadline: float) -> Finding:
        own = None if domain_id is None else await self._deliveries.about(domain_id, address)
        if own is not None:
            return own
        known = await self._memory.recall(address)
        if known is not None and known.fresh_until > self._clock():
            return known.finding
        found = await self._look(address, deadline)
        if known is not None and _is_inconclusive(found) and not _is_inconclusive(known.finding):
            return known.finding
        if found.origin is Origin.PROBE:
            await self._memory.keep(address, found)
        return found

    async def _look(self, address: Address, deadline: float) -> Finding:
        try:
            async with asyncio.timeout_at(deadline):
                hosts = await find_hosts(self._resolver, address.ascii_domain, self._chance)
                if isinstance(hosts, Finding):
                    return hosts
                found = await self._ask(address, hosts, deadline)
        except TimeoutError:
            return Finding(Reason.TIMEOUT, Origin.PROBE, detail="The mail host did not answer in time")
        if found.reason is not Reason.ACCEPTED_EMAIL or found.is_full or self._questions is None:
            return found
        try:
            async with asyncio.timeout_at(deadline):
                return found._replace(accept_all=await self._accept_all.get(address.ascii_domain))
        except TimeoutError:
            return found

    async def _ask(self, address: Address, hosts: Hosts, deadline: float) -> Finding:
        questions = self._questions
        if questions is None:
            detail = "This installation sends through a relay, so it cannot ask mail hosts"
            return Finding(Reason.NO_CONNECT, Origin.DNS, detail=detail)
        if await questions.way_out.is_closed():
            detail = "No mail host can be reached from this installation: its port 25 is closed"
            return Finding(Reason.NO_CONNECT, Origin.DNS, detail=detail)
        booking = await questions.pacing.book(hosts.site, deadline - asyncio.get_running_loop().time())
        if not booking.is_booked:
            return self._too_often(booking.wait_seconds)
        await asyncio.sleep(booking.wait_seconds)
        return await questions.probe.mailbox(address, hosts)

    def _too_often(self, wait: float) -> Finding:
        detail = f"The mail host was asked as often as is polite; again in {wait:.0f} s"
        return Finding(Reason.UNAVAILABLE_SMTP, Origin.DNS, detail=detail, ask_again_at=self._clock() + wait)

    async def _learn_accept_all(self, domain: str) -> Answer[AcceptAll]:
        """Ask once, however many addresses of the domain wait for it."""
        assert self._questions is not None
        if domain in _HONEST:
            return Answer(AcceptAll.NO, _ACCEPT_ALL_SECONDS)
        known = await self._memory.accept_all(domain)
        if known is not None:
            return Answer(known, _ACCEPT_ALL_SECONDS)
        hosts = await find_hosts(self._resolver, domain, self._chance)
        if isinstance(hosts, Finding):
            return Answer(AcceptAll.UNKNOWN, _UNKNOWN_SECONDS)
        if hosts.site.endswith(_TAKE_ALL):
            return Answer(AcceptAll.YES, _ACCEPT_ALL_SECONDS)
        booking = await self._questions.pacing.book(hosts.site, LONGEST_DEADLINE_SECONDS)
        if not booking.is_booked:
            return Answer(AcceptAll.UNKNOWN, 1.0)
        await asyncio.sleep(booking.wait_seconds)
        try:
            async with asyncio.timeout(LONGEST_DEADLINE_SECONDS):
                state = await self._questions.probe.accepts_all(domain, hosts)
        except TimeoutError:
            state = AcceptAll.UNKNOWN
        await self._memory.keep_accept_all(domain, state)
        return Answer(state, _UNKNOWN_SECONDS if state is AcceptAll.UNKNOWN else _ACCEPT_ALL_SECONDS)


def _is_inconclusive(finding: Finding) -> bool:
    return RESULTS[finding.reason] is Result.UNKNOWN
