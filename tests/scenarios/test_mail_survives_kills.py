"""Every process is killed at random moments while mail is delivered: none is lost, and a possible duplicate says so."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

from tests.doubles.dns_zone import DnsZone
from tests.doubles.service import Service
from tests.doubles.smtp_peer import Session, SmtpPeer, reply
from tests.scenarios.sender import Sender

ROUNDS = 4
COPIES_A_ROUND = 150
# The share of one site, see delivery/sites.py.
MOST_IN_FLIGHT = 20
PATIENCE_SECONDS = 60.0


async def test_no_accepted_copy_is_lost_and_duplicates_are_few_and_flagged(tmp_path: Path):
    moments = Random(7)
    async with DnsZone() as zone, SmtpPeer() as peer:
        peer.always["dot"] = _taken_slowly(peer)
        zone.answer("b.test", "MX", ["10 mx.b.test"])
        zone.answer("mx.b.test", "A", ["127.0.0.1"])
        settings = {"DNS_SERVERS": zone.address, "SMTP_PORT": str(peer.port), "RETRY_SCHEDULE": "0.2"}
        with Service(tmp_path, **settings) as service:
            async with Sender(service) as sender:
                for number in range(ROUNDS):
                    await sender.submit(*(f"r{number}-{copy}@b.test" for copy in range(COPIES_A_ROUND)))
                    await asyncio.sleep(moments.uniform(0.3, 0.5))
                    await asyncio.to_thread(service.kill)
                    await asyncio.to_thread(service.start)
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while await sender.waiting():  # noqa: ASYNC110 - a table has no event to wait for.
                        await asyncio.sleep(0.05)
                delivered = await sender.events("delivered")

    copies = Counter(letter.recipients[0] for letter in peer.taken)
    twice = {recipient for recipient, count in copies.items() if count > 1}
    flagged = {event["recipient"] for event in delivered if "is-possible-duplicate" in event["flags"]}
    assert copies.keys() == {f"r{number}-{copy}@b.test" for number in range(ROUNDS) for copy in range(COPIES_A_ROUND)}
    assert Counter(event["recipient"] for event in delivered) == Counter(copies.keys())
    assert twice <= flagged
    assert len(flagged) <= ROUNDS * MOST_IN_FLIGHT
    assert sum(copies.values()) - len(copies) <= ROUNDS * MOST_IN_FLIGHT
    # Some were cut off in the moment that counts, or this would show nothing.
    assert flagged


def _taken_slowly(peer: SmtpPeer):
    async def answer(session: Session) -> None:
        assert session.ending is not None
        peer.taken.append(session.ending)
        await asyncio.sleep(0.01)
        await reply("250 2.0.0 Ok")(session)

    return answer
