"""DNS look-ups that are bounded in time and number, and remembered.

A name that does not resolve is an everyday answer, so `Resolver.mx` never raises; only somebody who cannot go on
without an address gets an error.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from functools import partial
from ipaddress import ip_address
from typing import Any, Literal, NamedTuple

import aiodns

from indicia.base.clock import Clock
from indicia.mail.domain_names import ascii_name
from indicia.net.answers import Answer, AnswerCache
from indicia.net.model import MxAnswer, MxHost, MxHosts, NoMx, ResolutionError

# One try per lost packet; c-ares doubles the wait for the second, and the name's own limit cuts it.
_TRY_SECONDS = 2.0
_TRIES = 2
_NAME_SECONDS = 5.0
# Honest names stay far below; more is work that somebody wants us to do.
_MAX_CNAMES = 8
_MAX_RECORDS = 32
_QUERIES_AT_ONCE = 64
# About 500 bytes each: 25 MB when full.
_NAMES_KEPT = 50_000
_SETUP_NAMES_KEPT = 10_000

# RFC 1035 3.2.2, RFC 3596 2.1.
_TYPE_NUMBERS = {"A": 1, "AAAA": 28, "CNAME": 5, "MX": 15, "TXT": 16}
_CNAME = 5

_SERVER = re.compile(r"(\[[0-9a-fA-F:.]+\]|[0-9.]+)(?::([0-9]{1,5}))?")


RecordType = Literal["CNAME", "MX", "TXT"]
"""What `Resolver.records` can show."""


class _Lifetimes(NamedTuple):
    """For how many seconds answers are repeated, whatever their TTL says."""

    shortest: int
    longest: int
    absent: int
    unavailable: int

    def of(self, answer: "_Records | _Absence") -> int:
        if isinstance(answer, _Records):
            return min(max(answer.ttl, self.shortest), self.longest)
        return self.unavailable if answer is _Absence.UNAVAILABLE else self.absent


# Mail routes change within days, and detection asks for the same domains all the time. c-ares does not hand out
# the SOA that RFC 2308 5 takes an absence's lifetime from; 15 min is what a newly set up domain waits.
_MX = _Lifetimes(shortest=300, longest=86_400, absent=900, unavailable=30)
# Addresses are judged at each use; a minute spares the name server and does not outlive a move.
_ADDRESS = _Lifetimes(shortest=5, longest=60, absent=60, unavailable=5)
# Somebody who is setting a domain up changes a record and looks again.
_SETUP = _Lifetimes(shortest=5, longest=60, absent=10, unavailable=5)


class _Absence(Enum):
    NO_SUCH_NAME = auto()
    NO_RECORD = auto()
    UNAVAILABLE = auto()


class _Records(NamedTuple):
    data: tuple[Any, ...]
    ttl: int


_ABSENCES = {
    aiodns.error.ARES_ENOTFOUND: _Absence.NO_SUCH_NAME,
    aiodns.error.ARES_ENODATA: _Absence.NO_RECORD,
    aiodns.error.ARES_EBADNAME: _Absence.NO_SUCH_NAME,
}
_NO_MX = {
    _Absence.NO_SUCH_NAME: NoMx.NO_SUCH_DOMAIN,
    _Absence.NO_RECORD: NoMx.NO_RECORD,
    _Absence.UNAVAILABLE: NoMx.UNAVAILABLE,
}


class Resolver:
    """Asks the given name servers, or the system's; to be built and closed inside one event loop."""

    def __init__(self, clock: Clock, servers: Sequence[str] = ()) -> None:
        self._open_channel = partial(aiodns.DNSResolver, nameservers=servers, timeout=_TRY_SECONDS, tries=_TRIES)
        self._channel = self._open_channel()
        self._slots = asyncio.Semaphore(_QUERIES_AT_ONCE)
        self._mx = AnswerCache(self._ask_mx, clock, max_names=_NAMES_KEPT)
        self._addresses = AnswerCache(self._ask_addresses, clock, max_names=_NAMES_KEPT)
        self._records = {
            record_type: AnswerCache(partial(self._ask_records, record_type), clock, max_names=_SETUP_NAMES_KEPT)
            for record_type in _PRESENTED
        }

    async def mx(self, domain: str) -> MxAnswer:
        """Tell where `domain` takes its mail, within 5 s; an answer holds for 5 min to a day."""
        name = _known_spelling(domain)
        return await self._mx.get(name) if name else NoMx.NO_SUCH_DOMAIN

    def cached_mx(self, domain: str) -> MxAnswer | None:
        """Repeat what `mx` said within the answer's lifetime, or None; asks nobody."""
        name = _known_spelling(domain)
        return self._mx.peek(name) if name else NoMx.NO_SUCH_DOMAIN

    async def addresses(self, host: str) -> tuple[str, ...]:
        """List the IPv6 and IPv4 addresses of `host`, within 5 s; they are not judged here.

        Raises:
            ResolutionError: There are none, or nobody said so in time.
        """
        name = _known_spelling(host)
        found = await self._addresses.get(name) if name else _Absence.NO_SUCH_NAME
        if isinstance(found, _Absence):
            raise ResolutionError(host, is_permanent=found is not _Absence.UNAVAILABLE)
        return found

    async def records(self, name: str, record_type: RecordType) -> tuple[str, ...] | None:
        """List what is published at `name`, within 5 s, as zone files write it; None when nobody said so in time.

        Texts come whole and unquoted, names in lower case and without the root's dot, an MX as `10 mx.example`. An
        answer holds for a minute at most, an absence for seconds.
        """
        spelled = _known_spelling(name)
        found = await self._records[record_type].get(spelled) if spelled else _Absence.NO_SUCH_NAME
        if isinstance(found, _Absence):
            return None if found is _Absence.UNAVAILABLE else ()
        return found

    async def close(self) -> None:
        """Cancel what is being asked and release the sockets."""
        for records in self._records.values():
            await records.close()
        await self._mx.close()
        await self._addresses.close()
        await self._channel.close()

    async def _ask_mx(self, name: str) -> Answer[MxAnswer]:
        answer = await self._query(name, "MX")
        lifetime = _MX.of(answer)
        if isinstance(answer, _Absence):
            return Answer(_NO_MX[answer], lifetime)
        # RFC 7505 3: the root as exchanger means that there is none.
        exchanges = [(mx.priority, mx.exchange.lower().rstrip(".")) for mx in answer.data]
        hosts = sorted(MxHost(preference, host) for preference, host in exchanges if host)
        return Answer(MxHosts(tuple(hosts[:_MAX_RECORDS])) if hosts else NoMx.NULL_MX, lifetime)

    async def _ask_addresses(self, name: str) -> Answer[tuple[str, ...] | _Absence]:
        answers = await asyncio.gather(self._query(name, "AAAA"), self._query(name, "A"))
        lifetime = min(map(_ADDRESS.of, answers))
        found = tuple(record.addr for answer in answers if isinstance(answer, _Records) for record in answer.data)
        # Using some of very many addresses would leave others unjudged.
        if len(found) > _MAX_RECORDS or (not found and _Absence.UNAVAILABLE in answers):
            return Answer(_Absence.UNAVAILABLE, lifetime)
        return Answer(found or _Absence.NO_RECORD, lifetime)

    async def _ask_records(self, record_type: RecordType, name: str) -> Answer[tuple[str, ...] | _Absence]:
        # c-ares keeps answers for itself as well, an absence up to an hour and in a way that nobody can switch off:
        # a channel of its own has seen nothing yet.
        channel = self._open_channel()
        try:
            answer = await self._query(name, record_type, channel)
        finally:
            await channel.close()
        if isinstance(answer, _Absence):
            return Answer(answer, _SETUP.of(answer))
        shown = tuple(_PRESENTED[record_type](data) for data in answer.data[:_MAX_RECORDS])
        return Answer(shown, _SETUP.of(answer))

    async def _query(
        self, name: str, record_type: str, channel: aiodns.DNSResolver | None = None
    ) -> _Records | _Absence:
        try:
            async with asyncio.timeout(_NAME_SECONDS), self._slots:
                result = await (channel or self._channel).query_dns(name, record_type)
        except TimeoutError:
            return _Absence.UNAVAILABLE
        except aiodns.error.DNSError as error:
            return _ABSENCES.get(error.args[0], _Absence.UNAVAILABLE)
        if sum(record.type == _CNAME for record in result.answer) > _MAX_CNAMES:
            return _Absence.UNAVAILABLE
        wanted = [record for record in result.answer if record.type == _TYPE_NUMBERS[record_type]]
        if not wanted:
            return _Absence.NO_RECORD
        return _Records(tuple(r.data for r in wanted), min(r.ttl for r in result.answer))


def parse_servers(text: str) -> tuple[str, ...]:
    """Read `ip:port,...`, the port 53 where left out, IPv6 in brackets; empty text names no server.

    Raises:
        ValueError: An entry is malformed; the message shows it.
    """
    return tuple(_server(entry.strip()) for entry in text.split(",") if entry.strip())


def _server(entry: str) -> str:
    match = _SERVER.fullmatch(entry)
    port = int(match[2] or 53) if match else 0
    if match is None or not 0 < port < 65536:
        raise ValueError(f"{entry!r} is not ip:port")
    try:
        address = ip_address(match[1].strip("[]"))
    except ValueError as error:
        raise ValueError(f"{entry!r}: {error}") from error
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def _host(name: str) -> str:
    return name.lower().rstrip(".")


_PRESENTED: Mapping[RecordType, Callable[[Any], str]] = {
    "CNAME": lambda data: _host(data.cname),
    "MX": lambda data: f"{data.priority} {_host(data.exchange)}",
    "TXT": lambda data: data.data.decode("utf-8", "replace"),
}


def _known_spelling(name: str) -> str | None:
    try:
        return ascii_name(name)
    except ValueError:
        return None
