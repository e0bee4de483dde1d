"""A name server on loopback (UDP and TCP on one port) that answers what a test tells it, well or badly."""

import asyncio
from collections import defaultdict
from typing import Self

from dnslib import AAAA, CLASS, CNAME, MX, QTYPE, RCODE, RR, TXT, A, DNSRecord

SILENCE = "silence"
"""In place of records: no answer at all."""
SERVFAIL = "servfail"
"""In place of records: the server says that it failed."""

_RDATA = {"A": A, "AAAA": AAAA, "CNAME": CNAME}


class DnsZone:
    """Answers as a recursive server would, CNAME chains included, while entered.

    A name that was never mentioned does not exist; a mentioned one has no records of the other types.
    """

    def __init__(self) -> None:
        self.queries: list[tuple[str, str]] = []
        self.truncates: set[str] = set()
        """Names that are answered over UDP with the TC bit alone; TCP gives the answer."""
        self._answers: dict[tuple[str, str], list[tuple[str | list[str], int]]] = {}
        self._asked: dict[tuple[str, str], int] = defaultdict(int)

    @property
    def address(self) -> str:
        """What INDICIA_DNS_SERVERS needs to ask here."""
        return f"127.0.0.1:{self._port}"

    def answer(self, name: str, record_type: str, *turns: str | list[str], ttl: int = 60) -> None:
        """Set what queries for `name` get: the first turn, then the second, ...; the last one stays.

        A turn is a list of values in presentation form (`"10 mx.example"`), `SILENCE` or `SERVFAIL`.
        """
        self._answers[name.lower(), record_type] = [(turn, ttl) for turn in turns]

    def count(self, name: str, record_type: str) -> int:
        """How often that was asked."""
        return self._asked[name.lower(), record_type]

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        # A free TCP port is not always free for UDP as well.
        for _ in range(20):
            self._tcp = await asyncio.start_server(self._serve_tcp, "127.0.0.1", 0)
            self._port = self._tcp.sockets[0].getsockname()[1]
            try:
                self._udp, _ = await loop.create_datagram_endpoint(
                    lambda: _Udp(self), local_addr=("127.0.0.1", self._port)
                )
            except OSError:
                self._tcp.close()
            else:
                return self
        raise OSError("no port is free for both UDP and TCP")

    async def __aexit__(self, *_: object) -> None:
        self._udp.close()
        self._tcp.close()

    def reply_to(self, packet: bytes, *, is_udp: bool) -> bytes | None:
        query = DNSRecord.parse(packet)
        name = str(query.q.qname).rstrip(".").lower()
        record_type = QTYPE[query.q.qtype]
        self.queries.append((name, record_type))
        self._asked[name, record_type] += 1
        reply = query.reply()
        if is_udp and name in self.truncates:
            reply.header.tc = 1
            return bytes(reply.pack())
        records = self._records(name, record_type, hops=64)
        if records == SILENCE:
            return None
        if records == SERVFAIL:
            reply.header.rcode = RCODE.SERVFAIL
        elif records is None:
            reply.header.rcode = RCODE.NXDOMAIN
        else:
            for record in records:
                reply.add_answer(record)
        packed = bytes(reply.pack())
        if is_udp and len(packed) > 1232:
            # A real server repeats the question (RFC 2181 9); without it c-ares drops what else is under way.
            truncated = query.reply()
            truncated.header.tc = 1
            packed = bytes(truncated.pack())
        return packed

    def _records(self, name: str, record_type: str, *, hops: int) -> list[RR] | str | None:
        wanted = record_type if (name, record_type) in self._answers else "CNAME"
        if (name, wanted) not in self._answers:
            is_mentioned = any(known == name for known, _ in self._answers)
            return [] if is_mentioned else None
        turns = self._answers[name, wanted]
        values, ttl = turns[min(max(self._asked[name, record_type], 1), len(turns)) - 1]
        if isinstance(values, str):
            return values
        records = [_record(name, wanted, value, ttl) for value in values]
        if wanted == "CNAME" and record_type != "CNAME" and hops:
            onward = self._records(values[0], record_type, hops=hops - 1)
            records += onward if isinstance(onward, list) else []
        return records

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while length := await reader.read(2):
                packet = await reader.readexactly(int.from_bytes(length))
                reply = self.reply_to(packet, is_udp=False)
                if reply is not None:
                    writer.write(len(reply).to_bytes(2) + reply)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, zone: DnsZone) -> None:
        self._zone = zone

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._zone.reply_to(data, is_udp=True)
        if reply is not None:
            self._transport.sendto(reply, addr)


def _record(name: str, record_type: str, value: str, ttl: int) -> RR:
    if record_type == "MX":
        preference, host = value.split(" ")
        rdata = MX(host, int(preference))
    elif record_type == "TXT":
        # RFC 1035 3.3.14: one text is pieces of 255 octets at most.
        octets = value.encode()
        rdata = TXT([octets[at : at + 255] for at in range(0, len(octets), 255)] or [b""])
    else:
        rdata = _RDATA[record_type](value)
    return RR(name, getattr(QTYPE, record_type), CLASS.IN, ttl=ttl, rdata=rdata)
