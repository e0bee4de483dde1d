"""DKIM: canonical forms as RFC 6376 shows them, and bodies hashed the same in whatever pieces they come."""

import base64
import hashlib

import dkim
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.mail.dkim import (
    OVERSIGNED,
    Algorithm,
    BodyHash,
    Signer,
    canonical_field,
    loaded_key,
    new_key,
    private_bytes,
    public_tag,
    record_text,
    signatures,
)

_LINES = st.lists(st.text(alphabet="a .\t=-", max_size=12).map(lambda line: line.encode() + b"\r\n"), max_size=12)


def _hash(pieces):
    body = BodyHash()
    for piece in pieces:
        body.update(piece)
    return body.digest()


def test_fields_are_canonical_as_in_the_rfcs_example():
    # RFC 6376 3.4.5.
    assert canonical_field(b"A: X\r\n") == b"a:X\r\n"
    assert canonical_field(b"B : Y\t\r\n\tZ  \r\n") == b"b:Y Z\r\n"


def test_bodies_are_hashed_as_in_the_rfcs_example():
    assert _hash([b" C \r\n", b"D \t E\r\n", b"\r\n", b"\r\n"]) == hashlib.sha256(b" C\r\nD E\r\n").digest()


@pytest.mark.parametrize("body", [[], [b"\r\n"], [b"\r\n", b" \t\r\n\r\n"]])
def test_a_body_of_empty_lines_is_hashed_as_none(body):
    # RFC 6376 3.4.4.
    assert base64.b64encode(_hash(body)) == b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@given(_LINES)
def test_pieces_are_hashed_as_the_whole_and_as_dkimpy_does(lines):
    whole = b"".join(lines)
    expected = hashlib.sha256(dkim.canonicalization.Relaxed.canonicalize_body(whole)).digest()

    assert _hash(lines) == _hash([whole]) == expected


@given(st.text(alphabet="a: \t", max_size=30).map(str.encode), st.text(alphabet="b \t", max_size=30).map(str.encode))
def test_fields_are_canonical_as_dkimpy_has_them(first, second):
    value = first + b"\r\n " + second
    ((name, expected),) = dkim.canonicalization.Relaxed.canonicalize_headers([(b"X-Name", value + b"\r\n")])

    assert canonical_field(b"X-Name:" + value + b"\r\n") == name + b":" + expected


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_stored_key_is_the_same_key(algorithm):
    key = new_key(algorithm)

    assert public_tag(loaded_key(private_bytes(key))) == public_tag(key)


@given(
    names=st.lists(st.sampled_from([b"From", b"To", b"Subject", b"X-Other", b"List-Id", b"Received"]), max_size=12),
    value=st.text(alphabet="ab \t", max_size=20),
)
def test_repeated_and_missing_fields_verify(names, value):
    fields = [b"From: a@d.example\r\n", *(name + b": " + value.encode() + b"x\r\n" for name in names)]
    signed = signatures(fields, _hash([b"body\r\n"]), [_SIGNER], 1_700_000_000)
    message = signed + b"".join(fields) + b"\r\nbody\r\n"

    record = record_text(Algorithm.ED25519, public_tag(_SIGNER.key)).encode()
    assert dkim.DKIM(message).verify(dnsfunc=lambda name, timeout=5: record)


_SIGNER = Signer("d.example", "s", Algorithm.ED25519, new_key(Algorithm.ED25519))


def test_lines_of_the_signature_are_short_and_it_names_what_is_signed():
    signed = signatures([b"From: a@d.example\r\n"], _hash([]), [_SIGNER], 1)

    assert max(map(len, signed.split(b"\r\n"))) <= 78
    assert signed.count(b"from:from") == 1
    assert all(name in signed for name in OVERSIGNED)


def test_without_keys_nothing_is_added():
    assert signatures([b"From: a@d.example\r\n"], _hash([]), [], 1) == b""
