"""Our own addresses: written, read again, and nothing else taken for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.mail.verp import LONGEST_LOCAL_PART, OurAddress, Purpose, read_address, write_address

TOKENS = st.binary(min_size=5, max_size=32)


@given(st.sampled_from(Purpose), TOKENS)
def test_what_is_written_is_read_again_in_any_case(purpose, token):
    address = write_address(purpose, token, "news.example.com")

    assert read_address(address.upper()) == OurAddress(purpose, token, "news.example.com")
    assert len(address.partition("@")[0]) <= LONGEST_LOCAL_PART


@given(st.text(max_size=100))
def test_no_text_breaks_the_reader(text):
    read_address(text)
    read_address(f"bounce-{text}@example.com")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "bounce-@example.com",
        "bounce-aaaaaaaaaa",
        "bounce-aaaaaaaa1a@example.com",
        "bounces-aaaaaaaaaa@example.com",
        "postmaster@example.com",
        "bounce-aaaaaaaaaa@example.com\n",
        "bounce-aaaaaaaaaa@exämple.com",
        # K (U+212A) is a k when case is ignored outside ASCII.
        "bounce-\u212aaaaaaaaaa@example.com",
        "<bounce-aaaaaaaaaa@example.com>",
    ],
)
def test_another_form_is_none_of_ours(address):
    assert read_address(address) is None


def test_one_address_has_one_spelling():
    # Five bits of the last digit of ten carry nothing: `aaaaaaaaab` would be the same six bytes as `aaaaaaaaaa`.
    assert read_address("bounce-aaaaaaaaaa@example.com") is not None
    assert read_address("bounce-aaaaaaaaab@example.com") is None


def test_a_token_too_long_for_a_local_part_is_refused():
    with pytest.raises(ValueError, match="40 bytes"):
        write_address(Purpose.BOUNCE, bytes(40), "example.com")
