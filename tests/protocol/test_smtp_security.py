"""Encryption and logging in, with a real peer on loopback."""

from pathlib import Path

import pytest

from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import (
    Login,
    Security,
    SmtpLackingError,
    SmtpRefusedError,
    SmtpTlsError,
)
from tests.doubles.certificates import CertificateAuthority
from tests.doubles.smtp_peer import SmtpPeer, garbage_for_tls, raw
from tests.protocol.smtp_connecting import connect, send


async def test_tls_is_used_where_offered_whoever_answers(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    async with SmtpPeer(tls=authority.server("other.test", expired=True)) as peer:
        connection = await connect(peer)
        await send(connection)

    assert peer.taken[0].is_encrypted
    assert connection.tls is not None
    assert connection.tls.version == "TLSv1.3"
    assert not connection.tls.is_verified
    assert peer.said("EHLO") == 2


async def test_a_certificate_for_the_name_is_verified(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    async with SmtpPeer(tls=authority.server("mx.b.test")) as peer:
        connection = await connect(peer, Security.VERIFIED, authority=authority)
        await send(connection)

    assert connection.tls is not None
    assert connection.tls.is_verified


@pytest.mark.parametrize(("name", "expired"), [("other.test", False), ("mx.b.test", True)])
async def test_a_certificate_that_proves_nothing_is_no_tls(tmp_path: Path, name: str, *, expired: bool) -> None:
    authority = CertificateAuthority(tmp_path)
    async with SmtpPeer(tls=authority.server(name, expired=expired)) as peer:
        with pytest.raises(SmtpTlsError, match="certificate"):
            await connect(peer, Security.VERIFIED, authority=authority)

    assert peer.said("MAIL") == 0


@pytest.mark.parametrize("security", [Security.ENCRYPTED, Security.VERIFIED])
async def test_required_tls_that_is_not_offered_sends_nothing(security: Security) -> None:
    async with SmtpPeer() as peer:
        with pytest.raises(SmtpTlsError, match="no STARTTLS"):
            await connect(peer, security)

    assert peer.said("MAIL") == 0


async def test_a_broken_handshake_is_a_tls_error(tmp_path: Path) -> None:
    async with SmtpPeer(extensions=("STARTTLS",)) as peer:
        peer.always["STARTTLS"] = garbage_for_tls

        with pytest.raises(SmtpTlsError):
            await connect(peer)


async def test_answers_smuggled_in_before_the_handshake_are_refused(tmp_path: Path) -> None:
    async with SmtpPeer(extensions=("STARTTLS",)) as peer:
        peer.always["STARTTLS"] = raw(b"220 go ahead\r\n250 injected\r\n")

        with pytest.raises(SmtpTlsError, match="between its reply and the handshake"):
            await connect(peer)


async def test_smtps_encrypts_before_the_banner(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    async with SmtpPeer(tls=authority.server("127.0.0.1"), speaks_tls_first=True) as peer:
        await send(await connect(peer, Security.VERIFIED, authority=authority, host="127.0.0.1", speaks_tls_first=True))

    assert peer.taken[0].is_encrypted


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 LOGIN"])
async def test_logging_in_leaves_no_secret_in_the_dialogue(mechanisms: str) -> None:
    dialogue = Dialogue()
    async with SmtpPeer(users={"us": "päss word"}, mechanisms=mechanisms) as peer:
        connection = await connect(peer, dialogue=dialogue, login=Login("us", "päss word"))
        await send(connection)

    assert peer.taken[0].login == "us"
    assert "***" in str(dialogue)
    assert not any(secret in str(dialogue) for secret in ("päss", "dXM=", "AHVz", "cMOk"))
    assert "päss" not in repr(Login("us", "päss word"))


async def test_a_wrong_password_and_a_missing_mechanism_are_told_apart() -> None:
    async with SmtpPeer(users={"us": "right"}) as peer, SmtpPeer(users={}, mechanisms="GSSAPI") as other:
        with pytest.raises(SmtpRefusedError, match="535"):
            await connect(peer, login=Login("us", "wrong"))
        with pytest.raises(SmtpLackingError, match="AUTH PLAIN"):
            await connect(other, login=Login("us", "right"))
