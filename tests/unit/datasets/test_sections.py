import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.datasets.sections import Section, parse, write

WORDS = st.from_regex(r"[a-z_\-]{1,12}", fullmatch=True)
ENTRIES = st.lists(st.from_regex(r"[A-Za-z0-9.:/\\^$+-]{1,20}", fullmatch=True), max_size=5).map(tuple)


def test_comments_and_blank_lines_are_no_entries() -> None:
    text = "# a list\n\n[tor tor]\n192.0.2.1  # an exit\n# not this\n198.51.100.0/24\n"

    assert list(parse(text)) == [Section("tor", "tor", ("192.0.2.1", "198.51.100.0/24"))]


def test_a_hash_inside_a_pattern_is_no_comment() -> None:
    assert list(parse("[crawler]\nbot#1\n")) == [Section("crawler", "", ("bot#1",))]


@pytest.mark.parametrize("text", ["192.0.2.1\n", "[one two three]\n"])
def test_what_has_no_section_or_no_proper_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        list(parse(text))


@given(st.lists(st.builds(Section, WORDS, WORDS | st.just(""), ENTRIES)))
def test_what_is_written_is_read_back(sections: list[Section]) -> None:
    assert list(parse(write(sections))) == sections
