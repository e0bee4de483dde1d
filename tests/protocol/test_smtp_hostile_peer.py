"""The SMTP client against a peer on loopback that behaves badly."""

import asyncio

import pytest

from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import (
    Letter,
    SmtpGarbledError,
    SmtpLostError,
    SmtpRefusedError,
    SmtpTimeoutError,
    Verb,
)
from tests.doubles.smtp_peer import SmtpPeer, closing, drip, drop, raw, reply, silence
from tests.protocol.smtp_connecting import HASTY, LETTER, connect, no_journal, send


async def test_a_peer_that_wants_data_for_nobody_gets_none() -> None:
    async with SmtpPeer() as peer:
        peer.script["RCPT"].append(reply("550 5.1.1 no"))
        peer.script["DATA"].append(reply("354 go ahead"))
        connection = await connect(peer)

        with pytest.raises(SmtpRefusedError, match=r"5\.1\.1 no \(RCPT\)"):
            await connection.send(LETTER, Dialogue(), no_journal)

        assert not connection.is_usable
    assert not peer.taken


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)])
@pytest.mark.parametrize("verb", ["banner", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
async def test_a_peer_that_vanishes_is_noticed_at_once(verb: str, extensions: tuple[str, ...]) -> None:
    async with SmtpPeer(extensions=extensions) as peer:
        peer.always[verb] = drop

        with pytest.raises(SmtpLostError) as lost:
            await send(await connect(peer))

    # What is pipelined is answered in one go, so the first missing answer is what is noticed.
    assert lost.value.verb == verb
    assert lost.value.is_uncertain == (verb == "dot")


@pytest.mark.parametrize("verb", ["banner", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
async def test_a_silent_peer_is_given_up(verb: str) -> None:
    async with SmtpPeer() as peer:
        peer.always[verb] = silence

        with pytest.raises(SmtpTimeoutError) as timed_out:
            await send(await connect(peer, timeouts=HASTY))

    assert timed_out.value.verb == verb
    assert timed_out.value.is_uncertain == (verb == "dot")


@pytest.mark.parametrize("verb", ["banner", "EHLO", "RCPT", "dot"])
async def test_a_peer_that_drips_gains_no_time(verb: str) -> None:
    async with SmtpPeer() as peer:
        peer.always[verb] = drip(b"250-")
        began = asyncio.get_running_loop().time()

        with pytest.raises((SmtpTimeoutError, SmtpGarbledError)):
            await send(await connect(peer, timeouts=HASTY))

        assert asyncio.get_running_loop().time() - began < 2


@pytest.mark.parametrize(
    "banner",
    [
        b"220 " + b"x" * 10_000_000 + b"\r\n",
        b"220-more\r\n" * 1_000_000,
        b"220-" + b"x" * 5000,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"999 what\r\n",
        b"22 x\r\n",
        b"\x00\x01\x02\r\n",
        b"220 \xff\xfe\r\n" * 200,
    ],
)
async def test_what_is_no_smtp_is_dropped(banner: bytes) -> None:
    async with SmtpPeer() as peer:
        peer.always["banner"] = raw(banner)
        dialogue = Dialogue()

        with pytest.raises(SmtpGarbledError):
            await connect(peer, dialogue=dialogue)

    assert len(str(dialogue)) < 30_000
    assert str(dialogue).replace("\n", "").isprintable()


async def test_a_refusing_banner_is_a_reply() -> None:
    async with SmtpPeer() as peer:
        peer.always["banner"] = closing("554-5.7.1 your address", "554 5.7.1 is on a list")

        with pytest.raises(SmtpRefusedError) as refused:
            await connect(peer)

    assert refused.value.verb is Verb.BANNER
    assert refused.value.reply.enhanced == "5.7.1"


async def test_421_in_the_middle_is_a_refusal_and_ends_the_connection() -> None:
    async with SmtpPeer() as peer:
        peer.script["RCPT"].append(closing("421 4.7.0 too many"))
        connection = await connect(peer)

        with pytest.raises(SmtpRefusedError) as refused:
            await connection.send(LETTER, Dialogue(), no_journal)

    assert (refused.value.verb, refused.value.reply.code) == (Verb.RCPT, 421)
    assert not connection.is_usable


async def test_a_kept_connection_whose_server_took_leave_is_not_usable() -> None:
    async with SmtpPeer() as peer:
        peer.script["dot"].append(reply("250 ok", "421 4.4.2 idle, bye"))
        connection = await connect(peer)
        await connection.send(LETTER, Dialogue(), no_journal)
        assert not connection.is_usable

        with pytest.raises(SmtpRefusedError, match="421"):
            await connection.send(LETTER, Dialogue(), no_journal)

        assert not connection.is_usable


async def test_a_journal_that_fails_lets_nothing_be_taken() -> None:
    async with SmtpPeer() as peer:
        connection = await connect(peer)

        async def journal() -> None:
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            await connection.send(LETTER, Dialogue(), journal)

        await asyncio.sleep(0.05)
    assert not peer.taken
    assert not connection.is_usable


async def test_a_loss_before_the_end_was_sent_is_certain() -> None:
    async with SmtpPeer() as peer:
        connection = await connect(peer)

        async def journal() -> None:
            connection.abort()

        with pytest.raises(SmtpLostError) as lost:
            await connection.send(LETTER, Dialogue(), journal)

    assert not lost.value.is_uncertain
    assert not peer.taken


async def test_a_refusal_in_the_middle_of_the_message_stops_it() -> None:
    chunk = (b"x" * 998 + b"\r\n") * 1000
    letter = Letter("a@a.test", "b@b.test", [chunk] * 30, len(chunk) * 30)
    async with SmtpPeer(extensions=("PIPELINING",)) as peer:

        async def no_more(session: object) -> None:
            await raw(b"354 go ahead\r\n552 5.3.4 too much\r\n")(session)  # type: ignore[arg-type]

        peer.always["DATA"] = no_more

        with pytest.raises(SmtpRefusedError) as refused:
            await send(await connect(peer), letter)

    assert (refused.value.verb, refused.value.reply.code) == (Verb.DATA, 552)


async def test_a_peer_that_does_not_read_is_given_up() -> None:
    chunk = (b"x" * 998 + b"\r\n") * 1000
    letter = Letter("a@a.test", "b@b.test", [chunk] * 60, len(chunk) * 60)
    async with SmtpPeer(extensions=("PIPELINING",)) as peer:

        async def unreading(session: object) -> None:
            await raw(b"354 go ahead\r\n")(session)  # type: ignore[arg-type]
            session.reader._transport.pause_reading()  # type: ignore[attr-defined]
            await asyncio.Event().wait()

        peer.always["DATA"] = unreading

        with pytest.raises(SmtpTimeoutError, match="does not read"):
            await send(await connect(peer, timeouts=HASTY._replace(sending=5.0)), letter)
