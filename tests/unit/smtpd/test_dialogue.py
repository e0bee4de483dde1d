"""The SMTP dialogue: our own addresses alone, one end of a message, and limits."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.entrypoints.smtpd import dialogue as smtp
from indicia.entrypoints.smtpd.dialogue import Acceptance, Close, Dialogue, Send, StartTls, Take

OURS = "bounce-ours@news.example.com"
HELLO = b"EHLO mx.example.net\r\n"
TRANSACTION = HELLO + b"MAIL FROM:<>\r\nRCPT TO:<" + OURS.encode() + b">\r\nDATA\r\n"


def accept(address):
    return {OURS: Acceptance.OURS, "later@x": Acceptance.LATER}.get(address, Acceptance.UNKNOWN)


def dialogue():
    return Dialogue("mx.indicia.example", accept, offers_tls=True)


def run(chunks, talk=None):
    """Play the client; answer the codes of all replies, the messages that were taken, and whether it was closed."""
    talk = talk or dialogue()
    replies, taken, closed, pending = b"", [], False, list(chunks)
    while pending:
        steps = list(talk.receive(pending.pop(0)))
        for step in steps:
            match step:
                case Send(content):
                    replies += content
                case Take():
                    taken.append(step)
                    replies += talk.taken(is_stored=True)
                    pending.insert(0, b"")
                case StartTls():
                    talk.secured()
                case Close():
                    closed = True
    codes = [line[:3].decode() for line in replies.split(b"\r\n") if line[3:4] == b" "]
    return codes, taken, closed


def test_a_message_to_one_of_our_addresses_is_taken():
    codes, taken, closed = run([TRANSACTION, b"Subject: x\r\n\r\nbody\r\n.\r\nQUIT\r\n"])

    assert codes == ["250", "250", "250", "354", "250", "221"]
    assert taken == [Take((OURS,), b"Subject: x\r\n\r\nbody\r\n")]
    assert closed


CONVERSATION = (
    TRANSACTION
    + b"a\r\n..b\r\n.c\r\n\r\n.\r\n"
    + b"MAIL FROM:<x@y>\r\nRCPT TO:<nobody@x>\r\nRCPT TO:<later@x>\r\nDATA\r\nRSET\r\nNOOP\r\nVRFY x\r\nQUIT\r\n"
)


@given(st.lists(st.integers(1, len(CONVERSATION)), max_size=30))
def test_however_the_bytes_arrive_the_dialogue_is_the_same(cuts):
    edges = [0, *sorted(cuts), len(CONVERSATION)]
    chunks = [CONVERSATION[start:end] for start, end in itertools.pairwise(edges)]

    codes, taken, closed = run(chunks)

    assert codes == ["250", "250", "250", "354", "250", "250", "550", "451", "503", "250", "250", "252", "221"]
    assert [message.content for message in taken] == [b"a\r\n.b\r\nc\r\n\r\n"]
    assert closed


def test_every_byte_by_itself_makes_the_same_dialogue():
    whole = run([CONVERSATION])

    assert run([bytes((byte,)) for byte in CONVERSATION]) == whole


@pytest.mark.parametrize(
    "end",
    [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r\n\x00.\r\n", b"\r\r\n.\r\r\n", b"\n.\r", b"\r.\r\n"],
)
def test_no_other_end_of_a_message_lets_a_second_one_in(end):
    smuggled = b"MAIL FROM:<x@y>\r\nRCPT TO:<" + OURS.encode() + b">\r\nDATA\r\nsmuggled\r\n.\r\n"

    _, taken, _ = run([TRANSACTION, b"first" + end, smuggled])

    assert len(taken) == 1
    assert b"smuggled" in taken[0].content


@pytest.mark.parametrize(
    "line",
    [b"NOOP\n", b"NOOP x\ry\r\n", b"MAIL FROM:<a@b>\nRCPT TO:<c@d>\r\n", b"x" * 3_000 + b"\r\n", b"x" * 3_000],
)
def test_a_command_that_is_no_line_ends_the_dialogue(line):
    codes, _, closed = run([HELLO, line + b"NOOP\r\n"])

    assert codes == ["250", "500"]
    assert closed


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (b"MAIL FROM:<a@b>\r\n", "503"),
        (HELLO + b"RCPT TO:<a@b>\r\n", "503"),
        (HELLO + b"DATA\r\n", "503"),
        (HELLO + b"MAIL FROM:<a@b>\r\nDATA\r\n", "503"),
        (HELLO + b"MAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n", "503"),
        (HELLO + b"MAIL FROM:a@b\r\n", "501"),
        (HELLO + b"MAIL FROM:<a b>\r\n", "501"),
        (HELLO + b"MAIL FROM:<a@b> SIZE=99999999999\r\n", "552"),
        (HELLO + b"RCPT FROM:<a@b>\r\n", "503"),
        (HELLO + b"EXPN list\r\n", "502"),
        (HELLO + b"AUTH PLAIN x\r\n", "502"),
        (HELLO + b"MAILFROM:<a@b>\r\n", "500"),
        (b"EHLO\r\n", "501"),
        (b"\r\n", "502"),
        (b"GET / HTTP/1.1\r\n", "500"),
    ],
)
def test_what_makes_no_sense_is_refused(lines, code):
    assert run([lines])[0][-1] == code


def test_relaying_is_refused_whatever_the_form():
    targets = [
        b"<victim@elsewhere.example>",
        b"<victim%elsewhere.example@news.example.com>",
        b"<@news.example.com:victim@elsewhere.example>",
        b"<elsewhere.example!victim>",
        b"<>",
        b"<" + OURS.encode() + b".>",
    ]

    for target in targets:
        codes, _, _ = run([HELLO + b"MAIL FROM:<>\r\nRCPT TO:" + target + b"\r\n"])
        assert codes[-1] == "550"


def test_what_is_said_before_tls_does_not_count_after_it():
    codes, taken, _ = run([HELLO + b"MAIL FROM:<a@b>\r\n", b"STARTTLS\r\n", b"RCPT TO:<" + OURS.encode() + b">\r\n"])

    assert codes == ["250", "250", "220", "503"]
    assert taken == []


def test_a_command_behind_starttls_ends_the_dialogue():
    codes, _, closed = run([HELLO + b"STARTTLS\r\nNOOP\r\n"])

    assert codes == ["250", "554"]
    assert closed


def test_tls_is_offered_once():
    talk = dialogue()

    before = next(iter(talk.receive(HELLO)))
    list(talk.receive(b"STARTTLS\r\n"))
    talk.secured()
    after = next(iter(talk.receive(HELLO)))

    assert b"STARTTLS" in before.content
    assert b"STARTTLS" not in after.content


def test_who_errs_on_and_on_is_sent_away():
    codes, _, closed = run([HELLO + b"MAIL FROM:<>\r\n" + b"RCPT TO:<nobody@x>\r\n" * 50])

    assert codes[-1] == "421"
    assert len(codes) == smtp.MOST_ERRORS + 3
    assert closed


def test_there_are_only_so_many_recipients_and_messages():
    many = HELLO + b"MAIL FROM:<>\r\n" + (b"RCPT TO:<" + OURS.encode() + b">\r\n") * (smtp.MOST_RECIPIENTS + 1)
    message = TRANSACTION[len(HELLO) :] + b"x\r\n.\r\n"

    assert run([many])[0][-1] == "452"
    assert run([HELLO + message * (smtp.MOST_MESSAGES + 1)])[0].count("421") == 1


def test_of_a_large_message_the_head_is_kept_and_a_larger_one_is_refused():
    line = b"x" * 998 + b"\r\n"
    talk = dialogue()
    list(talk.receive(TRANSACTION))

    for _ in range(2):
        list(talk.receive(line * 1_000))
    (taken,) = list(talk.receive(b".\r\n"))

    assert len(taken.content) == smtp.MOST_KEPT_BYTES
    codes, _, closed = run([TRANSACTION, *[b"x" * 1_000_000] * 55])
    assert codes[-1] == "552"
    assert closed


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_no_bytes_break_the_dialogue(chunks):
    run(chunks)
    run([HELLO, *chunks])
    run([TRANSACTION, *chunks])


def test_a_message_that_could_not_be_stored_is_to_be_sent_again():
    talk = dialogue()
    list(talk.receive(TRANSACTION + b"x\r\n.\r\n"))

    assert talk.taken(is_stored=False).startswith(b"451 ")
