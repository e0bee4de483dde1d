"""What the tests of the SMTP client share."""

from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.connection import SmtpConnection
from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import (
    Letter,
    Login,
    Peer,
    Security,
    Timeouts,
)
from tests.doubles.certificates import CertificateAuthority
from tests.doubles.smtp_peer import SmtpPeer

TEXT = b"Subject: hello\r\n\r\n.a dot\r\nend\r\n"
LETTER = Letter("return@a.test", "ann@b.test", [TEXT], len(TEXT))
HASTY = Timeouts(0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.1, 0.6, 0.6)


async def no_journal() -> None:
    """Write nothing down."""


async def connect(
    peer: SmtpPeer,
    security: Security = Security.OPPORTUNISTIC,
    *,
    dialogue: Dialogue | None = None,
    login: Login | None = None,
    timeouts: Timeouts | None = None,
    authority: CertificateAuthority | None = None,
    host: str = "mx.b.test",
    allow: str = "127.0.0.0/8:*",
    speaks_tls_first: bool = False,
    source: str | None = None,
) -> SmtpConnection:
    client = SmtpClient(
        EgressGuard(parse_allow(allow)),
        hello_name="us.test",
        timeouts=timeouts,
        trust=authority.client() if authority else None,
    )
    target = Peer(host, peer.host, peer.port, source, speaks_tls_first)
    return await client.connect(target, security, dialogue or Dialogue(), login=login)


async def send(connection: SmtpConnection, letter: Letter = LETTER, dialogue: Dialogue | None = None) -> str:
    try:
        return str(await connection.send(letter, dialogue or Dialogue(), no_journal))
    finally:
        await connection.quit()
