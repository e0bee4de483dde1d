"""Header fields: whatever goes in comes out as one field, and both parsers read it back."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.mail.address import Address
from indicia.mail.header_fields import (
    address_field,
    encoded_parameter,
    header_text,
    holds_line_end,
    is_field_name,
    parameter,
    plain_field,
    text_field,
)

_LINE_ENDS = "\r\n\x00\x0b\x0c\x1b\x85\u2028\u2029"
_ANY_TEXT = st.text(max_size=400) | st.text(alphabet="ab =?_\r\n\x00\u2028žQqBb8utf-", max_size=300)


def _read(field: bytes) -> email.message.EmailMessage:
    message = email.message_from_bytes(field + b"\r\n", policy=email.policy.default)
    assert len(message.items()) == 1
    return message


def _check_lines(field: bytes) -> None:
    assert field.endswith(b"\r\n")
    lines = field.removesuffix(b"\r\n").split(b"\r\n")
    assert not any(mark in line for line in lines for mark in (b"\r", b"\n", b"\x00"))
    assert all(line.startswith(b" ") for line in lines[1:])
    assert all(line.strip() for line in lines[1:])
    assert max(map(len, lines)) <= 998


@given(_ANY_TEXT)
def test_any_text_is_one_field_and_read_back(text):
    field = text_field("Subject", text)

    _check_lines(field)
    assert _read(field)["Subject"] == header_text(text)


@given(st.text(max_size=400))
def test_text_without_control_characters_is_not_changed(text):
    clean = "".join(character for character in text if not holds_line_end(character))

    assert header_text(clean) == clean or "=?" in clean


@pytest.mark.parametrize("mark", _LINE_ENDS)
@pytest.mark.parametrize("wrapped", ["a{}Bcc: v@evil.example", "{}", "a{}"])
def test_line_ends_are_seen_and_never_written(mark, wrapped):
    text = wrapped.format(mark)

    assert holds_line_end(text)
    assert mark.encode() not in text_field("Subject", text).removesuffix(b"\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "=?UTF-8?Q?a=0D=0ABcc:_v@evil.example?=",
        "=?UTF-8?B?YQ0KQmNjOiB2QGV2aWwuZXhhbXBsZQ==?=",
        "=?utf-8?q?a=0D?= =?utf-8?q?=0ABcc:_v@evil.example?=",
        "=?utf-8?q?=00?=",
        "=?iso-8859-1?q?a=0ABcc:_v@evil.example?=",
        "=?utf-8?q?=E2=80=A8?=",
    ],
)
def test_line_ends_in_encoded_words_are_seen_and_never_written(text):
    assert holds_line_end(text)
    field = text_field("Subject", text)
    _check_lines(field)
    assert not holds_line_end(str(_read(field)["Subject"]))


def test_an_encoded_word_is_taken_for_what_it_says():
    assert _read(text_field("Subject", "=?utf-8?q?=C5=BElu=C5=A5?= x"))["Subject"] == "žluť x"


def test_long_text_is_folded_where_people_look():
    lines = text_field("Subject", "word " * 60 + "end").split(b"\r\n")

    assert max(map(len, lines)) <= 78


def test_an_encoded_word_holds_75_characters_at_most_and_no_half_of_one():
    for word in text_field("Subject", "🎉ž" * 100).decode().removeprefix("Subject: ").split():
        assert len(word) <= 75
        assert email.header.decode_header(word)[0][0].decode("utf-8")


_NAMES = st.text(max_size=300)


@given(st.lists(_NAMES, min_size=1, max_size=5))
def test_any_display_names_give_exactly_the_addresses_meant(names):
    addresses = [Address(name, f"user{number}", "example.org") for number, name in enumerate(names)]

    field = address_field("To", addresses)

    _check_lines(field)
    read = _read(field)["To"].addresses
    assert [each.addr_spec for each in read] == [f"user{number}@example.org" for number in range(len(names))]


@pytest.mark.parametrize(
    "name",
    [
        "Bob",
        "Bob, Jr.",
        'The "Boss"',
        "back\\slash",
        "Žluť, s.r.o.",
        "a@b.example",
        "(c)",
        "=?utf-8?q?x?=",
        "日本 語",
        "x" * 200,
    ],
)
def test_display_names_are_read_back(name):
    read = _read(address_field("From", [Address(name, "u", "example.org")]))["From"].addresses

    expected = "x" if name == "=?utf-8?q?x?=" else name
    assert [each.display_name for each in read] in ([expected], [name])


@given(_ANY_TEXT)
def test_a_plain_field_is_one_field_or_none(text):
    field = plain_field("List-Unsubscribe", text)

    if field:
        _check_lines(field)
        assert b"=?" not in field or "=?" in text


def test_a_url_is_not_broken():
    url = "<https://x.example/" + "a" * 500 + ">"

    assert plain_field("List-Unsubscribe", f"{url}, <mailto:u@x.example>").split() == [
        b"List-Unsubscribe:",
        url.encode() + b",",
        b"<mailto:u@x.example>",
    ]


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200))
def test_any_value_of_a_parameter_is_read_back(value):
    field = f"Content-Disposition: attachment{parameter('filename', value)}\r\n".encode()

    _check_lines(field)
    read = email.message_from_bytes(field + b"\r\n")
    assert email.utils.collapse_rfc2231_value(read.get_param("filename", header="content-disposition")) == value


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=200))
def test_a_parameter_in_encoded_words_stays_in_its_quotes(value):
    field = f"Content-Type: a/b{encoded_parameter('name', value)}\r\n".encode()

    _check_lines(field)
    assert field.count(b'"') == 2


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("X-A", True), ("x_a.b", True), ("", False), ("X A", False), ("X:A", False), ("Xž", False), ("X\r\nBcc", False)],
)
def test_names_of_fields_are_tokens(name, is_one):
    assert is_field_name(name) == is_one
