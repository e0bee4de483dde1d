"""Who sees whom, and what each copy says to its recipient."""

import pytest

from indicia.messages.model import Options, RecipientKind, TemplateSnapshot
from tests.unit.composition.reading import check_lines, field_names, parsed

_OWN = Options(has_own_copies=True)


async def test_without_variables_everybody_sees_everybody_but_those_in_bcc(post):
    everyone = {"to": ("Bob <bob@example.org>", "carl@example.org"), "cc": ("dan@example.org",)}

    copies = [
        await post.copy("bob@example.org", text="t", **everyone),
        await post.copy("dan@example.org", kind=RecipientKind.CC, text="t", **everyone),
        await post.copy("secret@example.org", kind=RecipientKind.BCC, text="t", **everyone),
    ]

    for message in copies:
        assert str(parsed(message)["To"]) == "Bob <bob@example.org>, carl@example.org"
        assert str(parsed(message)["Cc"]) == "dan@example.org"
        assert b"secret" not in message
        assert "bcc" not in field_names(message)


async def test_with_variables_each_sees_only_themselves_and_their_own_values(post):
    everyone = {"to": ("Bob <bob@example.org>", "carl@example.org"), "cc": ("Dan <DAN@example.org>",)}
    said = {"subject": "Hi %recipient.name%", "text": "for %recipient%", "html": "<b>%recipient.name%</b>"}

    bob = await post.copy("bob@example.org", variables=b'{"name": "B & B"}', options=_OWN, **everyone, **said)
    dan = await post.copy(
        "dan@example.org", kind=RecipientKind.CC, variables=b'{"name": "Dan"}', options=_OWN, **everyone, **said
    )

    assert str(parsed(bob)["To"]) == "Bob <bob@example.org>"
    assert str(parsed(bob)["Subject"]) == "Hi B & B"
    assert b"for bob@example.org" in bob
    assert b"<b>B &amp; B</b>" in bob
    assert str(parsed(dan)["To"]) == "Dan <DAN@example.org>"
    assert parsed(dan)["Cc"] is None
    assert b"bob" not in dan
    assert b"carl" not in dan


async def test_a_hidden_recipient_of_an_own_copy_sees_their_own_address(post):
    message = await post.copy("secret@example.org", kind=RecipientKind.BCC, options=_OWN, text="t")

    assert str(parsed(message)["To"]) == "secret@example.org"


async def test_a_thousand_recipients_in_to_are_folded_and_all_there(post):
    everyone = tuple(f"Person {number} <person{number}@example.org>" for number in range(1000))

    message = await post.copy("person1@example.org", to=everyone, text="t")

    check_lines(message)
    assert len(parsed(message)["To"].addresses) == 1000


@pytest.mark.parametrize(
    ("address", "in_header", "needs_smtputf8"),
    [
        ("bob@example.org", "bob@example.org", False),
        ("bob@bücher.example", "bob@xn--bcher-kva.example", False),
        ("jiří@bücher.example", "jiří@bücher.example", True),
    ],
)
async def test_a_header_is_in_utf_8_only_where_a_local_part_is_not_ascii(post, address, in_header, needs_smtputf8):
    composed = await post.compose(address, to=(address,), subject="žluť", text="t")
    assert composed.content is not None

    assert composed.needs_smtputf8 == needs_smtputf8
    assert f"To: {in_header}\r\n".encode() in composed.content
    assert b"Subject: =?utf-8?b?" in composed.content


async def test_a_hidden_recipient_whose_local_part_is_not_ascii_needs_smtputf8_too(post):
    composed = await post.compose("jiří@example.org", kind=RecipientKind.BCC, text="t")

    assert composed.needs_smtputf8
    assert composed.content.isascii()


async def test_placeholders_are_filled_in_fields_and_in_the_senders_name_but_not_in_the_senders_address(post):
    message = await post.copy(
        variables=b'{"n": "5\\r\\nBcc: v@evil.example", "a": "\\u017d, Inc."}',
        options=_OWN,
        sender='"%recipient.a%" <ann+%recipient.n%@news.example.com>',
        headers=(("Reply-To", "reply+%recipient.n%@example.com"), ("X-N", "%recipient.n%")),
        text="t",
    )

    assert parsed(message)["From"].addresses[0].display_name == "Ž, Inc."
    assert parsed(message)["From"].addresses[0].addr_spec == "ann+%recipient.n%@news.example.com"
    assert parsed(message)["X-N"] == "5  Bcc: v@evil.example"
    assert "bcc" not in field_names(message)
    assert b"evil.example" not in message.partition(b"Reply-To:")[2].partition(b"\r\n")[0]


async def test_a_reply_to_with_placeholders_is_an_address_of_the_copy(post):
    message = await post.copy(
        variables=b'{"n": 5}', options=_OWN, headers=(("Reply-To", "Ann <r+%recipient.n%@example.com>"),), text="t"
    )

    assert str(parsed(message)["Reply-To"]) == "Ann <r+5@example.com>"


async def test_v_fields_are_stored_in_the_message_filled_in(post):
    options = Options(variables={"id": "%recipient.n%", "plain": "žluť"})

    message = await post.copy(variables=b'{"n": 5}', options=options, text="t")

    assert str(parsed(message)["X-OV-Variables"]) == '{"id": "5", "plain": "\\u017elu\\u0165"}'


async def test_a_template_is_rendered_first_and_placeholders_are_filled_after_it(post):
    template = TemplateSnapshot(
        name="t.html",
        html="<p>{{ greeting }} %recipient.name% {{ rcpt }}</p>",
        text=None,
        includes={},
        variables=b'{"greeting": "<Hi>"}',
    )

    message = await post.copy(variables=b'{"name": "{{ x }}&"}', options=_OWN, template=template)

    text, html = parsed(message).iter_parts()
    assert html.get_content().strip() == "<p>&lt;Hi&gt; {{ x }}&amp; bob@example.org</p>"
    assert text.get_content().strip() == "<Hi> {{ x }}& bob@example.org"


class _Tracked:
    fields = (
        ("List-Unsubscribe", "<https://t.example.com/u/1>, <mailto:u@t.example.com>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )

    def field(self, text: str) -> str:
        return text

    def html(self, document: str) -> str:
        return document.replace("https://x.example", "https://t.example.com/1")

    def text(self, document: str) -> str:
        return document + "tracked"


async def test_what_tracking_adds_comes_after_placeholders_are_filled(post):
    post.additions = _Tracked()

    message = await post.copy(variables=b'{"u": "https://x.example"}', text="t ", html='<a href="%recipient.u%">')

    assert b'<a href="https://t.example.com/1">' in message
    assert b"t tracked" in message
    assert parsed(message)["List-Unsubscribe"] == "<https://t.example.com/u/1>, <mailto:u@t.example.com>"
    assert parsed(message)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_a_list_unsubscribe_of_the_customer_replaces_ours_altogether(post):
    post.additions = _Tracked()

    message = await post.copy(text="t", headers=(("List-Unsubscribe", "<mailto:me@example.com>"),))

    assert parsed(message).get_all("List-Unsubscribe") == ["<mailto:me@example.com>"]
    assert parsed(message)["List-Unsubscribe-Post"] is None


async def test_a_list_unsubscribe_that_cannot_be_written_leaves_ours(post):
    post.additions = _Tracked()
    unusable = (("List-Unsubscribe", "<https://x.example/%recipient.n%>"),)

    message = await post.copy(variables='{"n": "ž"}'.encode(), text="t", headers=unusable)

    assert len(parsed(message).get_all("List-Unsubscribe")) == 1
    assert "t.example.com" in parsed(message)["List-Unsubscribe"]
