"""One spelling for every name of DNS, and one answer to what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.domains.model import InvalidDomainError
from indicia.domains.names import canonical_domain
from indicia.mail.address import parse_one
from indicia.mail.domain_names import ascii_domain, ascii_name, unicode_domain
from indicia.net.egress import destination_of
from indicia.net.model import EgressRefusedError
from indicia.validation.syntax import envelope_address


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("Example.COM", "example.com"),
        ("example.com.", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("ＥＸＡＭＰＬＥ。com", "example.com"),
        ("r3---sn-a.example", "r3---sn-a.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("localhost", "localhost"),
        ("_DMARC.Example.com.", "_dmarc.example.com"),
        ("s1._domainkey.bücher.example", "s1._domainkey.xn--bcher-kva.example"),
        ("under_score.Example.com", "under_score.example.com"),
        ("a_b.bücher.example", "a_b.xn--bcher-kva.example"),
    ],
)
def test_name_is_spelled_in_lower_case_ascii_without_the_root(name: str, spelling: str) -> None:
    assert ascii_name(name) == spelling


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "a..b",
        ".a",
        "-a.b",
        "a-.b",
        "_-.b",
        "a b.c",
        "xn--",
        "xn--a-.b",
        "xn--a-.bücher.example",
        "bü_cher.example",
        "a." + "b" * 64,
        "a." * 127 + "a",
        "ü." * 127 + "a",
        "*.b",
        "a/b",
        "a\n.b",
        "a.b\n",
    ],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ascii_name(name)


@given(st.text(max_size=40))
def test_spelling_is_final(name: str) -> None:
    try:
        spelling = ascii_name(name)
    except ValueError:
        return

    assert ascii_name(spelling) == spelling


_LABELS = st.from_regex(r"\A[a-z0-9_ü-]{1,8}\Z")


@given(st.lists(_LABELS, min_size=2, max_size=3).map(".".join))
def test_all_agree_on_what_a_domain_may_be(name: str) -> None:
    """Parsing, verifying, sending domains and URLs, each with what it asks beyond that."""
    try:
        spelling = ascii_name(name)
    except ValueError:
        spelling = None
    is_domain = spelling is not None and not spelling.rpartition(".")[2].isdigit()

    address = parse_one(f"ann@{name}")
    assert (address is not None) == is_domain
    if address is None:
        with pytest.raises(InvalidDomainError):
            canonical_domain(name)
        assert envelope_address(f"ann@{name}") is None
        return
    assert address.ascii_domain == ascii_domain(address.domain) == canonical_domain(name) == spelling
    assert unicode_domain(address.domain) == address.domain
    try:
        assert destination_of(f"https://{name}/").host == spelling
    except EgressRefusedError as error:
        assert "in disguise" in str(error) or "local networks" in str(error)  # noqa: PT017 - It need not be raised.


@pytest.mark.parametrize("domain", ["under_score.example.com", "_a.example.com", "a_b.bücher.example"])
def test_domain_with_underscores_can_be_verified(domain: str) -> None:
    address = envelope_address(f"ann_b@{domain}")

    assert address is not None
    assert (address.local, address.domain) == ("ann_b", domain)


@pytest.mark.parametrize("text", ["ann@example.com.", "ann@example.123", "ann@.", "ann@bücher.example。"])
def test_domain_of_an_address_ends_in_letters(text: str) -> None:
    assert parse_one(text) is None
