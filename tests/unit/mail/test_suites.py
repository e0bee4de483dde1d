"""Agreement with published suites never gets worse; docs/addresses.md has the rows that differ, and why."""

import json
from pathlib import Path

import pytest

from indicia.mail.address import is_mailbox, parse_list, parse_one
from indicia.validation.syntax import envelope_address

SUITES = Path(__file__).parent / "suites"
ISEMAIL = json.loads((SUITES / "isemail.json").read_text("utf-8"))["rows"]
FLANKER = json.loads((SUITES / "flanker.json").read_text("utf-8"))["rows"]
JMAIL = json.loads((SUITES / "jmail.json").read_text("utf-8"))["rows"]
CPYTHON = json.loads((SUITES / "cpython.json").read_text("utf-8"))


def _is_envelope(text):
    return envelope_address(text) is not None


def _is_parsed(text):
    return parse_one(text) is not None


ENVELOPES = [(text, diagnosis.startswith(("valid", "dnsWarn", "rfc5321"))) for text, diagnosis in ISEMAIL]
HEADERS = [(text, not diagnosis.startswith("err")) for text, diagnosis in ISEMAIL]


@pytest.mark.parametrize(
    ("accepts", "rows", "fewest"),
    [
        (_is_envelope, ENVELOPES, 180),
        (is_mailbox, HEADERS, 173),
        (_is_parsed, FLANKER, 213),
        (_is_parsed, JMAIL, 302),
        (is_mailbox, CPYTHON["singles"], 51),
    ],
)
def test_agreement_stays(accepts, rows, fewest):
    assert sum(accepts(text) == wanted for text, wanted in rows) >= fewest


def test_lists_of_cpython_s_tests_are_read_as_they_say_but_for_semicolons_and_loose_words():
    differing = [
        text for text, wanted in CPYTHON["lists"] if [each.addr_spec for each in parse_list(text).addresses] != wanted
    ]

    assert differing == [
        'Monty Python: "Fred A. Bear" <dinsdale@example.com>,(foo) Roger ping@exampele.com, x@test.example.com;',
        "alice@example.org;<bob@example.com>",
    ]
