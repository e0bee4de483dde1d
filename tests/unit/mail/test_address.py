"""What is read as an address, and what is handed back."""

import string
import sys
from email import message_from_string
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicia.mail.address import Address, Parsed, header_form, parse_list, parse_one

ATOM = st.text(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=12)
DOMAIN = st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=8), min_size=1, max_size=4).map(".".join)
SPECIALS = st.text('a.@<>()[]\\",;: \t\r\n\0é=?', max_size=60)
NAME = st.text(max_size=40)

# Each is repeated to a length that a quadratic reader would not survive.
HOSTILE = [
    *('"', "(", "()", "(a)", "((a)", "\\", '\\"', "(\\(", "[", "[\\[", "<", "<@", "<@a", "<@a,", "@", ":", ",", ";"),
    *("a:", "g:;", "a ", "a.", ".a", "a@", "a a@:", "\x00", '"\\', '"a', "=?utf-8?q?a?= ", "é", "\r\n ", "\r\n"),
]


def _specs(text):
    return [address.addr_spec for address in parse_list(text).addresses]


@pytest.mark.parametrize(
    ("text", "name", "spec"),
    [
        ("bob@example.com", "", "bob@example.com"),
        ("Bob@Example.COM", "", "Bob@example.com"),
        ("Alice <alice@example.com>", "Alice", "alice@example.com"),
        ("Alice<alice@example.com>", "Alice", "alice@example.com"),
        ('"Last, First" <a@example.com>', "Last, First", "a@example.com"),
        (r'"a \"b\" c" <a@example.com>', 'a "b" c', "a@example.com"),
        ("J. Q. Public <j@example.com>", "J. Q. Public", "j@example.com"),
        ("john@example.com (John Doe)", "John Doe", "john@example.com"),
        ("<john@example.com> (John (Johnny) Doe)", "John (Johnny) Doe", "john@example.com"),
        ("John Doe john@example.com", "John Doe", "john@example.com"),
        ("Dr. who@example.com", "Dr.", "who@example.com"),
        ("(a) pete(b)@(c)example.com(d)", "d", "pete@example.com"),
        ("john . doe @ example . com", "", "john.doe@example.com"),
        ('"john doe"@example.com', "", '"john doe"@example.com'),
        ("<@a.example,@b.example:c@example.com>", "", "c@example.com"),
        ("=?utf-8?q?J=C3=BCrgen?= <j@example.com>", "Jürgen", "j@example.com"),
        ("=?utf-8?b?SsO8?= =?iso-8859-1?Q?rgen?= X <j@example.com>", "Jürgen X", "j@example.com"),
        ("=?no-such?q?a?= <j@example.com>", "=?no-such?q?a?=", "j@example.com"),
        ("=?punycode?q?a?= <j@example.com>", "=?punycode?q?a?=", "j@example.com"),
        ("=?utf-8?q?a=0D=0ABcc=3A_x?= <j@example.com>", "a Bcc: x", "j@example.com"),
        ("用户@例子.广告", "", "用户@例子.广告"),
        ("a@BÜCHER.example", "", "a@bücher.example"),
        ("a@xn--bcher-kva.example", "", "a@bücher.example"),
        ("a@ｅｘａｍｐｌｅ。com", "", "a@example.com"),
        ("a@[192.0.2.1]", "", "a@[192.0.2.1]"),
        ("a@[ipv6:2001:DB8:0::1]", "", "a@[IPv6:2001:db8::1]"),
        ("a@localhost", "", "a@localhost"),
        ("a@under_score.example", "", "a@under_score.example"),
        ("a@example.com\u00a0", "", "a@example.com"),
    ],
)
def test_one_mailbox_is_read_with_its_name(text, name, spec):
    address = parse_one(text)

    assert address is not None
    assert (address.name, address.addr_spec) == (name, spec)
    assert parse_list(text) == Parsed((address,), ())


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "example.com", "@example.com", "a@", "a@@example.com", "a@b@example.com", ".a@example.com"),
        *("a.@example.com", "a..b@example.com", "a@example..com", "a@.example.com", "a@example.com."),
        *("a@-example.com", "a@example-.com", "a@1.2.3.4", "a@[1.2.3]", "a@[IPv6:fe80::1%eth0]", "a@exa mple.com"),
        *(
            "<>",
            "<a@example.com",
            "a@example.com>",
            "<<a@example.com>>",
            "a@example.com foo",
            "<a@example.com> foo",
            "first(middle)last@example.com",
        ),
        *('"a@example.com', '"a"b@example.com', "(a@example.com", "a@example.com)", "a b<c>@example.com"),
        *("a@xn--example.com", "a@\u2603.example\u0000", "a@exam\u202eple.com", "a\ud800@example.com"),
        *("a@b.example\r\nBcc: evil@example.com", "a\r\nb@example.com", "a@example.com\n", "\x00a@example.com"),
        *(f"{'a' * 65}@example.com", f"a@{'b' * 64}.com", f"a@{'b.' * 127}com"),
        *("a@example.com, b@example.com", "a@example.com,", "Team: a@example.com;"),
    ],
)
def test_what_is_not_exactly_one_mailbox_is_none(text):
    assert parse_one(text) is None


@pytest.mark.parametrize("separator", list('()<>,;:@[]\\" \t'))
def test_no_separator_makes_an_address_of_the_name_before_another(separator):
    """CVE-2023-27043: the address that is checked must be the one that mail goes to."""
    found = _specs(f"alice@example.org{separator}<bob@example.com>")

    assert found in ([], ["alice@example.org", "bob@example.com"])
    assert (len(found) == 2) == (separator in ",;")


@pytest.mark.parametrize(
    ("text", "specs", "unparseable"),
    [
        ("Alice <alice@example.com>,bob@example.com,example.com", "alice bob", ["example.com"]),
        ("alice@example.com; bob@example.com", "alice bob", []),
        ("alice@example.com,,bob@example.com,", "alice bob", []),
        ("alice@example.com,\nbob@example.com,\r\n", "alice bob", []),
        ("Team: alice@example.com, Bob <bob@example.com>;, carol@example.com", "alice bob carol", []),
        ("Team: alice@example.com; bob@example.com", "alice bob", []),
        ("undisclosed recipients:;", "", []),
        ("A: B: alice@example.com;, bob@example.com", "bob", ["A: B: alice@example.com"]),
        ("Alice <alice@example.com, bob@example.com", "bob", ["Alice <alice@example.com"]),
        ('"Alice <alice@example.com>, bob@example.com', "bob", ['"Alice <alice@example.com>']),
        ("(Alice alice@example.com, bob@example.com", "bob", ["(Alice alice@example.com"]),
        ("alice@example.com (one, two), bob@example.com", "alice bob", []),
        ("((, alice@example.com (x), bob@example.com", "alice bob", ["(("]),
        ("<@one, alice@example.com", "alice", ["<@one"]),
        ("http://example.com/a?b=c, bob@example.com", "bob", ["http://example.com/a?b=c"]),
        ("mailto:bob@example.com", "bob", []),
        (
            "alice@b.example\r\nBcc: evil@example.com, bob@example.com",
            "bob",
            ["alice@b.example\r\nBcc: evil@example.com"],
        ),
        ("<>, bob@example.com", "bob", ["<>"]),
        ("a@[1.2.3.4, bob@example.com", "bob", ["a@[1.2.3.4"]),
    ],
)
def test_a_bad_piece_never_spoils_its_neighbours(text, specs, unparseable):
    parsed = parse_list(text)

    assert [address.local for address in parsed.addresses] == specs.split()
    assert list(parsed.unparseable) == unparseable


@pytest.mark.parametrize(
    "spelling",
    [
        "Bob@bücher.example",
        '"bob"@Bücher.Example',
        r'"\b\o\b"@xn--bcher-kva.example',
        "(x) bob (y) @ XN--BCHER-KVA.example (z)",
        "Name <bob@bücher。example>",
    ],
)
def test_all_spellings_of_a_mailbox_have_one_key(spelling):
    address = parse_one(spelling)

    assert address is not None
    assert address.canonical == "bob@xn--bcher-kva.example"


def test_quotes_that_matter_stay_in_the_key():
    assert Address("", '"A b"', "example.com").canonical == '"a b"@example.com'


def test_envelope_is_quoted_only_where_it_must_be():
    assert Address("", '"a"."b c"', "bücher.example").envelope == '"a.b c"@xn--bcher-kva.example'
    assert Address("", '"a.b"', "example.com").envelope == "a.b@example.com"


def test_only_a_local_part_beyond_ascii_needs_smtputf8():
    assert not Address("", "a", "bücher.example").needs_smtputf8
    assert Address("", "ä", "example.com").needs_smtputf8


@pytest.mark.parametrize("part", ["a\r\nRCPT TO:<b", "a\n", "a\x00", "\ud800"])
def test_an_address_with_control_characters_cannot_be_made(part):
    with pytest.raises(ValueError, match="control"):
        Address("", part, "example.com")
    with pytest.raises(ValueError, match="control"):
        Address("", "a", part)


@given(NAME, ATOM, DOMAIN)
def test_written_into_a_header_an_address_is_read_back_by_us_and_by_others(name, local, domain):
    address = parse_one(f"{local}@{domain}")
    assert address is not None
    given_name = Address(name, address.local, address.domain)

    written = header_form(given_name)

    assert written.isascii()
    assert written.isprintable()
    read = parse_one(written)
    assert read is not None
    assert (read.local, read.domain) == (address.local, address.domain)
    assert header_form(read) == written
    other = message_from_string(f"To: {written}\n\n", policy=default)["to"].addresses
    assert [(found.username, found.domain) for found in other] == [(local, domain)]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Bob Bell", "Bob Bell <b@example.com>"),
        ("Bell, Bob", '"Bell, Bob" <b@example.com>'),
        ('Bob "B" Bell', r'"Bob \"B\" Bell" <b@example.com>'),
        ("Bob\r\nBcc: x@example.com", '"Bob Bcc: x@example.com" <b@example.com>'),
        ("Jürgen Groß", "=?utf-8?q?J=C3=BCrgen_Gro=C3=9F?= <b@example.com>"),
        ("=?utf-8?q?x?=", "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?= <b@example.com>"),
        ("", "b@example.com"),
        ("\x00", "b@example.com"),
    ],
)
def test_name_is_quoted_or_encoded_as_needed(name, written):
    assert header_form(Address(name, "b", "example.com")) == written


@given(NAME.filter(lambda name: "=?" not in name))
def test_no_encoded_word_is_longer_than_they_may_be(name):
    written = header_form(Address(name + "é", "b", "example.com"))

    assert all(len(word) <= 75 for word in written.split(" ")[:-1])


@given(SPECIALS | st.text(max_size=60))
def test_everything_is_either_an_address_or_handed_back(text):
    parsed = parse_list(text)

    assert all(piece and piece in text for piece in parsed.unparseable)
    for address in parsed.addresses:
        again = parse_one(f"<{address.addr_spec}>")
        assert again is not None
        assert again.canonical == address.canonical
        assert parse_one(address.envelope) is not None
        assert address.name.isprintable() or not address.name.isascii()


@given(SPECIALS, st.sampled_from(",;"))
def test_a_good_address_survives_whatever_stands_before_it(text, separator):
    """Text may swallow what follows only by opening a quote, comment or bracket that is closed later."""
    closed = parse_list(f"{text}{separator}good@example.com")

    assert [address.addr_spec for address in closed.addresses][-1:] == ["good@example.com"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_work_grows_with_the_length_alone(piece):
    """Lines of Python that are run, so that the machine's pace does not matter."""
    short, long = (_lines_run(piece * (size // len(piece))) for size in (2000, 8000))

    assert long < 4.4 * short + 500


def _lines_run(text):
    lines = 0

    def trace(_frame, event, _argument):
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        parse_list(text + "a@example.com")
        parse_one(text + "a@example.com")
    finally:
        sys.settrace(before)
    return lines
