"""Tokens: nobody else makes one, none opens elsewhere, and old keys keep opening theirs."""

from hypothesis import given
from hypothesis import strategies as st

from indicia.tracking.sealing import SECRET_BYTES, Sealing, SealingKey

OLD = SealingKey(1, bytes(range(SECRET_BYTES)))
NEW = SealingKey(2, bytes(reversed(range(SECRET_BYTES))))


def test_a_token_opens_for_its_purpose_and_domain_alone():
    sealing = Sealing([OLD])
    token = sealing.seal("click", "a.example", b"content")

    assert sealing.open("click", "a.example", token) == b"content"
    assert sealing.open("click", "b.example", token) is None
    assert sealing.open("bounce", "a.example", token) is None


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_token_with_any_byte_altered_does_not_open(place, change):
    sealing = Sealing([OLD, NEW])
    token = bytearray(sealing.seal("click", "a.example", b"content"))
    token[place % len(token)] ^= change

    assert sealing.open("click", "a.example", bytes(token)) is None


@given(st.binary(max_size=64))
def test_no_bytes_of_others_open_or_break_anything(token):
    sealing = Sealing([OLD])

    assert sealing.open("click", "a.example", token) is None
    assert sealing.open("click", "a.example", b"\x01" + token) is None


def test_a_truncated_token_does_not_open():
    sealing = Sealing([OLD])
    token = sealing.seal("click", "a.example", b"content")

    assert {sealing.open("click", "a.example", token[:size]) for size in range(len(token))} == {None}


def test_tokens_of_an_older_key_open_beside_those_of_the_newest():
    before = Sealing([OLD]).seal("click", "a.example", b"content")
    sealing = Sealing([OLD, NEW])

    assert sealing.open("click", "a.example", before) == b"content"
    assert sealing.seal("click", "a.example", b"content")[0] == NEW.number


def test_following_ids_look_unrelated():
    sealing = Sealing([OLD])
    first, second = (sealing.seal("bounce", "a.example", number.to_bytes(6, "big")) for number in (7, 8))

    alike = sum(a == b for a, b in zip(first[1:], second[1:], strict=True))

    assert len(first) == len(second)
    assert alike <= 4
