"""Letters go over a connection to a real peer on loopback that behaves."""

import asyncio
from collections.abc import Callable

import pytest

from indicia.net.egress import EgressGuard, parse_allow
from indicia.net.model import EgressRefusedError
from indicia.net.smtp.client import SmtpClient
from indicia.net.smtp.dialogue import Dialogue
from indicia.net.smtp.model import (
    Letter,
    MalformedLetterError,
    Peer,
    Security,
    SmtpConnectError,
    SmtpError,
    SmtpLackingError,
    SmtpLostError,
    SmtpRefusedError,
    SmtpTimeoutError,
    Verb,
)
from tests.doubles.smtp_peer import SmtpPeer, delayed, reply
from tests.protocol.smtp_connecting import LETTER, TEXT, connect, no_journal, send


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",), ("PIPELINING", "SIZE 1000000", "8BITMIME", "SMTPUTF8")])
async def test_a_letter_arrives_as_it_was_written(extensions: tuple[str, ...]) -> None:
    async with SmtpPeer(extensions=extensions) as peer:
        answer = await send(await connect(peer))

    (taken,) = peer.taken
    assert answer == "250 2.0.0 Ok: queued as 1"
    assert (taken.sender, taken.recipients, taken.content) == ("return@a.test", ["ann@b.test"], TEXT)
    assert b"\r\n..a dot\r\n" in taken.raw


async def test_a_connection_carries_one_letter_after_another() -> None:
    async with SmtpPeer() as peer:
        connection = await connect(peer)
        for number in range(5):
            body = f"Subject: {number}\r\n\r\n".encode()
            await connection.send(Letter("", f"{number}@b.test", [body], len(body)), Dialogue(), no_journal)
        await connection.quit()

    assert [taken.recipients for taken in peer.taken] == [[f"{number}@b.test"] for number in range(5)]
    assert peer.connections == 1
    assert peer.said("RSET") == 0
    assert connection.letters == 5


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)])
async def test_a_refused_recipient_leaves_the_connection_good_for_the_next_letter(extensions: tuple[str, ...]) -> None:
    async with SmtpPeer(extensions=extensions) as peer:
        peer.script["RCPT"].append(reply("550-5.1.1 no", "550 5.1.1 such user"))
        if extensions:
            peer.script["DATA"].append(reply("554 5.5.1 no recipients"))
        connection = await connect(peer)

        with pytest.raises(SmtpRefusedError) as refused:
            await connection.send(LETTER, Dialogue(), no_journal)
        await send(connection)

    assert refused.value.verb is Verb.RCPT
    assert refused.value.reply == (550, ("5.1.1 no", "5.1.1 such user"))
    assert not refused.value.is_uncertain
    assert len(peer.taken) == 1
    assert peer.connections == 1


async def test_an_old_server_is_greeted_with_helo() -> None:
    async with SmtpPeer() as peer:
        peer.script["EHLO"].extend([reply("502 5.5.1 what?"), reply("250 old.test")])

        await send(await connect(peer))

    assert peer.commands[:3] == ["EHLO us.test", "HELO us.test", "MAIL FROM:<return@a.test>"]


async def test_the_journal_is_written_after_data_and_before_the_end() -> None:
    seen: list[tuple[int, int]] = []
    async with SmtpPeer() as peer:
        connection = await connect(peer)

        async def journal() -> None:
            await asyncio.sleep(0.05)
            seen.append((peer.said("DATA"), len(peer.taken)))

        await connection.send(LETTER, Dialogue(), journal)
        await connection.quit()

    assert seen == [(1, 0)]
    assert len(peer.taken) == 1


async def test_a_large_letter_arrives_whole() -> None:
    chunks = [bytes([65 + number % 26]) * 70_001 + b"\r\n" for number in range(40)]
    letter = Letter("a@a.test", "b@b.test", chunks, sum(map(len, chunks)))
    async with SmtpPeer() as peer:
        await send(await connect(peer), letter)

    assert peer.taken[0].content == b"".join(chunks)


async def test_smuggled_lines_never_get_to_their_end() -> None:
    letter = Letter("a@a.test", "b@b.test", [b"Subject: x\r\n\r\nx\n.\nMAIL FROM:<e@e.test>\r\n"], 40)
    async with SmtpPeer() as peer:
        with pytest.raises(MalformedLetterError):
            await send(await connect(peer), letter)

    assert not peer.taken


@pytest.mark.parametrize(
    "address",
    ["a@b.test>\r\nRCPT TO:<e@e.test", "a@b.test SIZE=1", "<a@b.test> ORCPT=x", "a@b.test\0", '"a\r\n"@b.test', "a@"],
)
async def test_an_address_cannot_end_its_command(address: str) -> None:
    async with SmtpPeer() as peer:
        with pytest.raises(MalformedLetterError):
            await send(await connect(peer), LETTER._replace(recipient=address))
        with pytest.raises(MalformedLetterError):
            await send(await connect(peer), LETTER._replace(sender=address))

    assert peer.said("MAIL") == 0


async def test_international_addresses_need_smtputf8() -> None:
    letter = LETTER._replace(recipient="jürgen@bücher.test")
    async with SmtpPeer() as peer, SmtpPeer(extensions=("8BITMIME",)) as old:
        await send(await connect(peer), letter)
        with pytest.raises(SmtpLackingError) as lacking:
            await send(await connect(old), letter)

    assert peer.taken[0].recipients == ["jürgen@bücher.test"]
    assert "SMTPUTF8" in peer.taken[0].parameters
    assert lacking.value.extension == "SMTPUTF8"


async def test_size_and_8bitmime_are_told_and_the_limit_kept() -> None:
    async with SmtpPeer(extensions=("SIZE 100", "8BITMIME", "PIPELINING")) as peer:
        connection = await connect(peer)
        await connection.send(LETTER._replace(is_8bit=True), Dialogue(), no_journal)
        with pytest.raises(SmtpLackingError) as lacking:
            await send(connection, LETTER._replace(size_bytes=101))

    assert peer.taken[0].parameters == f"SIZE={len(TEXT)} BODY=8BITMIME"
    assert lacking.value.extension == "SIZE"


async def test_the_guard_lets_no_packet_out_to_an_address_inside() -> None:
    async with SmtpPeer() as peer:
        with pytest.raises(EgressRefusedError):
            await connect(peer, allow="")
        await asyncio.sleep(0.02)

    assert peer.connections == 0


async def test_a_port_that_nobody_listens_on_is_told() -> None:
    client = SmtpClient(EgressGuard(parse_allow("127.0.0.0/8:*")), hello_name="us.test")

    with pytest.raises(SmtpConnectError):
        await client.connect(Peer("x.test", "127.0.0.1", 1), Security.NONE, Dialogue())


async def test_connections_come_from_the_address_that_is_asked_for() -> None:
    async with SmtpPeer() as peer:
        await send(await connect(peer, source="127.0.0.9"))

    assert peer.sources == ["127.0.0.9"]


async def test_single_commands_probe_without_sending() -> None:
    async with SmtpPeer() as peer:
        peer.script["RCPT"].extend([reply("250 2.1.5 ok"), reply("550 5.1.1 no")])
        connection = await connect(peer)
        await connection.mail("", Dialogue())
        answers = [(await connection.rcpt(address)).code for address in ("a@b.test", "b@b.test")]
        await connection.mail("", Dialogue())
        await connection.quit()

    assert answers == [250, 550]
    assert peer.said("RSET") == 1
    assert not peer.taken


async def test_the_dialogue_tells_what_was_said_and_stays_short() -> None:
    dialogue = Dialogue()
    async with SmtpPeer() as peer:
        peer.script["dot"].append(delayed(0.01, reply("250 2.0.0 \x1b[31mred\x00")))
        await send(await connect(peer), dialogue=dialogue)

    spoken = [line[8:] for line in str(dialogue).splitlines()]
    assert spoken[:3] == [f"> MAIL FROM:<return@a.test> SIZE={len(TEXT)}", "> RCPT TO:<ann@b.test>", "> DATA"]
    assert spoken[3:7] == ["< 250 2.1.0 ok", "< 250 2.1.5 ok", "< 354 go ahead", "> ."]
    assert spoken[7] == "< 250 2.0.0 ?[31mred?"


def test_a_long_dialogue_keeps_its_beginning_and_its_end() -> None:
    dialogue = Dialogue()
    for number in range(10_000):
        dialogue.heard(f"220-{number}")

    lines = str(dialogue).splitlines()
    assert lines[0].endswith("220-0")
    assert lines[-1].endswith("220-9999")
    assert "lines left out" in lines[-2]
    assert len(str(dialogue)) < 20_000


ERRORS: tuple[Callable[[], SmtpError], ...] = (
    lambda: SmtpConnectError("x"),
    lambda: SmtpTimeoutError(Verb.MAIL, "x"),
    lambda: SmtpLostError(Verb.DATA, "x"),
)


@pytest.mark.parametrize("make", ERRORS)
def test_errors_are_also_what_the_standard_library_would_raise(make: Callable[[], SmtpError]) -> None:
    assert isinstance(make(), OSError)
