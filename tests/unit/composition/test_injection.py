"""No input yields a header line that we did not intend, and text of any kind is read back by both parsers."""

from hashlib import sha256

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicia.composition.copies import Bodies, copy_for, prepare
from indicia.composition.field_rules import field_problem
from indicia.mail.header_fields import header_text
from indicia.messages.model import (
    Attachment,
    Content,
    Message,
    Options,
    Recipient,
    RecipientKind,
    RecipientState,
)
from tests.unit.composition.conftest import NoAdditions
from tests.unit.composition.reading import check_lines, field_names, parsed

_HOSTILE = st.sampled_from(
    [
        "a\r\nBcc: v@evil.example",
        "a\nBcc: v@evil.example",
        "a\rBcc: v@evil.example",
        "a\r\n\r\nbody",
        "a\u2028Bcc: v@evil.example",
        "=?UTF-8?Q?a=0D=0ABcc:_v@evil.example?=",
        "=?UTF-8?B?YQ0KQmNjOiB2QGV2aWwuZXhhbXBsZQ==?=",
        "\x00",
        '"<>,;:()@[]\\',
        "%recipient.h%",
        "a" * 2000,
        " " * 500,
        "\t",
    ]
)
_TEXT = st.text(max_size=80) | _HOSTILE | st.tuples(st.text(max_size=10), _HOSTILE).map("".join)
_NAMES = st.sampled_from(
    [
        "X-A",
        "Bcc",
        "From",
        "X B",
        "X:C",
        "DKIM-Signature",
        "Content-Type",
        "List-Id",
        "Reply-To",
        "Sender",
        "Message-Id",
    ]
)


def _copy(said: Content, variables: str, options: Options) -> bytes:
    message = Message(
        id=1,
        account_id=1,
        domain_id=1,
        message_id="1@news.example.com",
        submitted_at=1.7e9,
        deliver_at=1.7e9,
        size_bytes=1,
        headers={},
        options=options,
    )
    recipient = Recipient(
        id=1,
        message_row=1,
        domain_id=1,
        address="bob@example.org",
        canonical="bob@example.org",
        kind=RecipientKind.TO,
        state=RecipientState.QUEUED,
        expires_at=2e9,
        variables=None if not variables else _json(variables),
    )
    copy = copy_for(prepare(message, said), message, recipient, Bodies(said.text, said.html, said.amp), NoAdditions())
    return b"".join(copy.fields) + b"\r\n" + b"".join(piece for piece in copy.body if isinstance(piece, bytes))


def _json(value: str) -> bytes:
    return msgspec.json.encode({"h": value})


_EXPECTED = {
    *("date", "from", "to", "cc", "reply-to", "subject", "message-id", "mime-version", "content-type"),
    *("content-transfer-encoding", "x-ov-variables", "x-a", "list-id"),
}


@settings(max_examples=300)
@given(
    subject=_TEXT,
    name=_TEXT,
    header=st.tuples(_NAMES, _TEXT),
    variable=st.tuples(_TEXT, _TEXT),
    value=_TEXT,
    file_name=_TEXT,
    media_type=_TEXT,
    own=st.booleans(),
)
def test_nothing_that_is_said_becomes_a_field(subject, name, header, variable, value, file_name, media_type, own):
    quoted = name.replace("\\", "").replace('"', "")
    said = Content(
        sender=f'"{quoted}" <ann@news.example.com>',
        to=(f'"{quoted}" <bob@example.org>',),
        cc=("carl@example.org",),
        reply_to=f'"{quoted}" <r@example.org>',
        subject=subject,
        text="t",
        headers=(header,),
        attachments=(Attachment(name=file_name, media_type=media_type, size_bytes=1, content=b"x"),),
    )

    message = _copy(said, value, Options(has_own_copies=own, variables=dict([variable])))

    check_lines(message)
    names = field_names(message)
    assert set(names) <= _EXPECTED
    assert len(names) == len(set(names))
    _, attached = parsed(message).iter_parts()
    assert [each.lower() for each in attached] == [
        "content-type",
        "content-disposition",
        "content-transfer-encoding",
    ]


_BODY = st.text(max_size=300) | st.text(alphabet="a.\r\n\x00=ž日-_ \t", max_size=200)


def _as_sent(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


@settings(max_examples=150)
@given(
    subject=st.text(max_size=200), text=_BODY, markup=_BODY, name=st.text(max_size=60), content=st.binary(max_size=300)
)
def test_any_unicode_is_read_back_by_both_parsers(foreign, subject, text, markup, name, content):
    said = Content(
        sender="Ann <ann@news.example.com>",
        to=("bob@example.org",),
        subject=subject,
        text=text,
        html=f"<p>{markup}</p>",
        attachments=(Attachment(name=f"a{name}", media_type="a/b", size_bytes=len(content), content=content),),
    )

    message = _copy(said, "", Options())

    check_lines(message)
    python, node = parsed(message), foreign.read(message)
    body, attached = python.iter_parts()
    plain, html = body.iter_parts()
    assert python["Subject"] == header_text(subject)
    assert node["subject"].split() == header_text(subject).split()
    assert _as_sent(plain.get_content()) == _as_sent(text)
    assert _as_sent(node["text"] or "") == _as_sent(text)
    assert _as_sent(html.get_content()) == _as_sent(f"<p>{markup}</p>")
    assert attached.get_payload(decode=True) == content
    assert node["attachments"][0]["sha256"] == sha256(content).hexdigest()
    assert attached.get_filename() == node["attachments"][0]["name"]


@pytest.mark.parametrize(
    "name",
    [
        *("Bcc", "bcc", "Received", "Return-Path", "DKIM-Signature", "ARC-Seal", "Content-Type", "MIME-Version"),
        *("From", "To", "Subject", "Date", "Resent-To", "X-OV-Variables"),
        *("X:Y", "X Y", "", "Xž", "X\r\nBcc"),
    ],
)
def test_fields_of_ours_cannot_be_set(name):
    assert field_problem(name, "x") is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "a\r\nBcc: v@evil.example"),
        ("X-A", "=?UTF-8?Q?a=0D=0ABcc:_v@evil.example?="),
        ("X-A", "\x00"),
        ("X-A", "a\u2028b"),
        ("List-Unsubscribe", "<https://x.example/ž>"),
        ("List-Unsubscribe", "<https://x.example/" + "a" * 1000 + ">"),
        ("Reply-To", "nobody"),
        ("Sender", "nobody"),
        ("Sender", "a@x.example, b@x.example"),
        ("Message-Id", "1"),
        ("Message-ID", "<1@x.example> <2@x.example>"),
        ("Message-ID", "<a b@x.example>"),
        ("Message-ID", f"<{'a' * 250}@x.example>"),
    ],
)
def test_values_that_no_field_can_have_are_refused(name, value):
    assert field_problem(name, value) is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-My-Header", "žluť"),
        ("X-Long", "a" * 5000),
        ("Sender", "Ann <a@x.example>"),
        ("Message-Id", "<20231114.1+a=b@[127.0.0.1]>"),
        ("message-id", "1@x.example"),
        ("Message-Id", "<%recipient.id%>"),
        ("Reply-To", "Ann <a@x.example>, b@x.example"),
        ("List-Unsubscribe", "<https://x.example/u>"),
        ("In-Reply-To", "<1@x.example>"),
        ("References", "<1@x.example> <2@x.example>"),
        ("Feedback-ID", "a:b:c"),
    ],
)
def test_other_fields_can_be_set(name, value):
    assert field_problem(name, value) is None
