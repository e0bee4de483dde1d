"""Agreement with published suites never gets worse; docs/addresses.md has the rows that differ, and why."""

import json
from pathlib import Path

import pytest

from indicia.mail.address import is_mailbox, parse_one
from indicia.validation.syntax import envelope_address

SUITES = Path(__file__).parent / "suites"
ISEMAIL = json.loads((SUITES / "isemail.json").read_text("utf-8"))["rows"]
FLANKER = json.loads((SUITES / "flanker.json").read_text("utf-8"))["rows"]

JMAIL = json.loads((SUITES / "jmail.json").read_text("utf-8"))["rows"]


def _is_envelope(text):
    return envelope_address(text) is not None


def _is_parsed(text):
    return parse_one(text) is not None


ENVELOPES = [(text, diagnosis.startswith(("valid", "dnsWarn", "rfc5321"))) for text, diagnosis in ISEMAIL]
HEADERS = [(text, not diagnosis.startswith("err")) for text, diagnosis in ISEMAIL]


@pytest.mark.parametrize(
    ("accepts", "rows", "fewest"),
    [(_is_envelope, ENVELOPES, 180), (is_mailbox, HEADERS, 173), (_is_parsed, FLANKER, 212), (_is_parsed, JMAIL, 302)],
)
def test_agreement_stays(accepts, rows, fewest):
    assert sum(accepts(text) == wanted for text, wanted in rows) >= fewest
