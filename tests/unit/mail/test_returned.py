"""What comes back is told apart: a corpus of samples, written after what each kind of server sends."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.mail.returned import Returned, ReturnedKind, understand

CORPUS = Path(__file__).parent / "returned"
EXPECTED = dict(
    line.split("\t") for line in (CORPUS / "expected.tsv").read_text().splitlines() if not line.startswith("#")
)


def described(returned: Returned) -> str:
    if returned.kind is ReturnedKind.COMPLAINT:
        return f"complaint {returned.feedback.feedback_type}"
    if returned.report is None:
        return returned.kind.value
    report, is_bounce = returned.report, returned.kind is ReturnedKind.BOUNCE
    final = ("permanent" if report.is_permanent else "temporary") if is_bounce else "-"
    return f"{returned.kind} {report.status or '-'} {report.code or '-'} {final}"


def sample(name):
    return (CORPUS / f"{name}.eml").read_bytes()


@pytest.mark.parametrize("name", EXPECTED)
def test_each_sample_is_what_it_is(name):
    assert described(understand(sample(name))) == EXPECTED[name]


def test_every_sample_is_expected_to_be_something():
    assert {path.stem for path in CORPUS.glob("*.eml")} == set(EXPECTED)
    assert len(EXPECTED) >= 35


@pytest.mark.parametrize("name", EXPECTED)
def test_line_ends_make_no_difference(name):
    content = sample(name).replace(b"\r\n", b"\n")

    assert described(understand(content.replace(b"\n", b"\r\n"))) == described(understand(content))


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name].startswith("complaint")])
def test_a_complaint_names_our_own_address(name):
    assert understand(sample(name)).feedback.subjects[0].domain == "news.example.com"


def test_a_server_s_words_become_one_printable_line():
    content = sample("qmail").replace(
        b"550 5.1.1 User unknown", b"550 5.1.1 User\x1b[31m\x00unknown \xe2\x80\xa8here" + b"x" * 9999
    )

    diagnostic = understand(content).report.diagnostic

    assert diagnostic.isprintable()
    assert len(diagnostic) <= 500
    assert diagnostic.startswith("Remote host said: 550 5.1.1 User [31m unknown here")


@given(st.binary(max_size=2_000))
def test_no_bytes_break_the_reader(content):
    understand(content)


@given(st.sampled_from(sorted(EXPECTED)), st.lists(st.tuples(st.integers(0, 3_000), st.binary(max_size=6)), max_size=8))
def test_no_damage_breaks_the_reader(name, damages):
    content = sample(name)
    for place, damage in damages:
        content = content[:place] + damage + content[place + 2 :]

    understand(content)


HOSTILE = {
    "nested": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (level, level) for level in range(20_000)
    ),
    "many parts": b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 200_000,
    "folds": b"Subject: a\n" + b" b\n" * 300_000,
    "fields": b"a: b\n" * 200_000 + b"\n",
    "parameters": b"Content-Type: multipart/mixed" + b'; a="\\' * 100_000,
    "dashes": b"From: postmaster@x\n\n" + b"-" * 1_000_000,
    "blank lines": b"From: postmaster@x\n\n" + b"\n" * 1_000_000,
    "angles": b"From: postmaster@x\nContent-Type: text/html\n\n" + b"<" * 1_000_000,
    "digits": b"From: postmaster@x\n\n" + b"5.1." * 250_000,
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 5_000 + b"\n\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_megabyte_is_read_at_once(name):
    started = time.process_time()
    understand(HOSTILE[name])

    assert time.process_time() - started < 1.0
