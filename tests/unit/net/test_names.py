"""One spelling for every host name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.net.names import ascii_name, ascii_record_name


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
        "a_b.c",
        "a b.c",
        "xn--",
        "xn--a-.b",
        "a." + "b" * 64,
        "a." * 127 + "a",
        "*.b",
        "a/b",
    ],
)
def test_what_is_no_host_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ascii_name(name)


@given(st.text(max_size=40))
def test_spelling_is_final(name: str) -> None:
    try:
        spelling = ascii_name(name)
    except ValueError:
        return

    assert ascii_name(spelling) == spelling


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("_DMARC.Example.com.", "_dmarc.example.com"),
        ("s1._domainkey.bücher.example", "s1._domainkey.xn--bcher-kva.example"),
        ("_mta-sts.news.example.com", "_mta-sts.news.example.com"),
        ("example.com", "example.com"),
    ],
)
def test_name_of_a_record_may_begin_its_labels_with_underscores(name: str, spelling: str) -> None:
    assert ascii_record_name(name) == spelling


@pytest.mark.parametrize("name", ["", "_", "_.a.b", "a_b.c", "_a b.c", "__a.b", "a._", "_-a.b", "_a。b.c"])
def test_what_is_no_name_of_a_record_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ascii_record_name(name)
