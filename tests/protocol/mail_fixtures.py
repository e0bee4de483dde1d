"""What the tests of mail delivery share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.doubles.dns_zone import DnsZone
from tests.doubles.mail_worker import MailWorker
from tests.doubles.smtp_peer import SmtpPeer


@asynccontextmanager
async def delivering(directory: Path, zone: DnsZone, peer: SmtpPeer, **options: Any) -> AsyncIterator[MailWorker]:
    """Run a worker for which `peer` takes the mail of b.test."""
    zone.answer("b.test", "MX", ["10 mx.b.test"])
    zone.answer("mx.b.test", "A", [peer.host])
    async with MailWorker(directory, zone.address, port=peer.port, **options) as worker:
        yield worker
