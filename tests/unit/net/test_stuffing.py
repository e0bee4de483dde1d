from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.net.smtp.model import MalformedLetterError
from indicia.net.smtp.stuffing import DotStuffing

LINES = st.lists(st.binary(max_size=4).map(lambda line: line.translate(None, b"\r\n\0")), max_size=8)
CUTS = st.lists(st.integers(0, 60), max_size=6)


def _chunks(text: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[begin:end] for begin, end in pairwise(edges)]


def _wire(chunks: list[bytes]) -> bytes:
    stuffing = DotStuffing()
    return b"".join(stuffing.feed(chunk) for chunk in chunks) + stuffing.end()


@given(LINES.map(lambda lines: [b"." + line if len(line) % 2 else line for line in lines]), CUTS, st.booleans())
def test_a_receiver_reads_what_was_written_however_it_is_cut(lines, cuts, ends):
    text = b"\r\n".join(lines) + (b"\r\n" if ends else b"")

    wire = _wire(_chunks(text, cuts))

    body, end, rest = (b"\r\n" + wire).partition(b"\r\n.\r\n")
    assert (end, rest) == (b"\r\n.\r\n", b"")
    received = b"\r\n".join(
        line[1:] if line[:1] == b"." else line for line in body.removeprefix(b"\r\n").split(b"\r\n")
    )
    assert received == text.removesuffix(b"\r\n")


@given(st.binary(max_size=40), CUTS)
def test_no_message_holds_an_end_that_any_receiver_could_see(text, cuts):
    try:
        wire = _wire(_chunks(text, cuts))
    except MalformedLetterError:
        return

    body = wire.removesuffix(b".\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")
    assert b"\n.\r" not in b"\n" + body


@pytest.mark.parametrize(
    "chunks",
    [
        [b"a\n.\nb"],
        [b"a\r.\rb"],
        [b"a\r\n.\rb"],
        [b"a\n.\r\nb"],
        [b"a\r", b"\r\n"],
        [b"a", b"\n"],
        [b"a\r"],
        [b"a\0b"],
        [b"\n"],
    ],
)
def test_a_line_end_that_some_receivers_would_see_is_refused(chunks):
    with pytest.raises(MalformedLetterError):
        _wire(chunks)
