"""What a copy is made of, as Python's parser and mailparser see it."""

from hashlib import sha256

import pytest

from indicia.messages.model import Attachment, Options
from tests.unit.composition.conftest import DOMAIN
from tests.unit.composition.reading import check_lines, field_names, parsed


def _file(name, content=b"content", *, media_type="application/pdf", is_inline=False):
    return Attachment(name=name, media_type=media_type, size_bytes=len(content), content=content, is_inline=is_inline)


def _tree(part):
    if not part.is_multipart():
        return part.get_content_type()
    return {part.get_content_subtype(): [_tree(each) for each in part.iter_parts()]}


async def test_a_text_alone_is_one_part_that_people_can_read(post):
    message = await post.copy(subject="Hello", text="one\ntwo")

    assert _tree(parsed(message)) == "text/plain"
    assert message.endswith(b"\r\n\r\none\r\ntwo\r\n")
    check_lines(message)


async def test_alternatives_go_from_text_over_amp_to_html(post):
    message = await post.copy(text="t", html="<p>h</p>", amp="<html amp4email></html>")

    assert _tree(parsed(message)) == {"alternative": ["text/plain", "text/x-amp-html", "text/html"]}


async def test_inline_files_stand_beside_the_html_that_shows_them_and_others_beside_all(post, foreign):
    files = (
        _file("logo.png", b"png", media_type="image/png", is_inline=True),
        _file("terms.pdf", b"pdf"),
    )

    message = await post.copy(text="t", html='<img src="cid:logo.png">', attachments=files)

    inner = {"alternative": ["text/plain", {"related": ["text/html", "image/png"]}]}
    assert _tree(parsed(message)) == {"mixed": [inner, "application/pdf"]}
    logo, terms = foreign.read(message)["attachments"]
    assert (logo["cid"], logo["disposition"], logo["related"]) == ("logo.png", "inline", True)
    assert (terms["name"], terms["sha256"]) == ("terms.pdf", sha256(b"pdf").hexdigest())


async def test_an_inline_file_without_html_is_still_sent(post):
    message = await post.copy(text="t", attachments=(_file("logo.png", media_type="image/png", is_inline=True),))

    assert _tree(parsed(message)) == {"mixed": ["text/plain", "image/png"]}


@pytest.mark.parametrize("reference", ["cid:my logo.png", "cid:my%20logo.png"])
async def test_an_inline_file_whose_name_cannot_be_an_id_is_found_all_the_same(post, foreign, reference):
    file = _file("my logo.png", media_type="image/png", is_inline=True)

    message = await post.copy(html=f'<img src="{reference}">', attachments=(file,))

    seen = foreign.read(message)
    assert f'src="cid:{seen["attachments"][0]["cid"]}"' in seen["html"]


async def test_a_message_without_a_body_has_an_empty_text(post):
    assert _tree(parsed(await post.copy())) == "text/plain"


async def test_a_large_file_from_the_blob_store_arrives_whole_and_is_never_held(post, foreign):
    content = bytes(range(256)) * 4001
    file = post.stored(content, name="large.bin", media_type="application/octet-stream")

    composed = await post.compose(text="t", attachments=(file,))
    message = await post.copy(text="t", attachments=(file,))

    assert composed.content is None
    assert sum(len(piece) for piece in composed.pieces if isinstance(piece, bytes)) < 4096
    assert foreign.read(message)["attachments"][0]["sha256"] == sha256(content).hexdigest()
    check_lines(message)


async def test_a_small_message_is_one_run_of_bytes(post):
    composed = await post.compose(text="t", attachments=(_file("a.txt", media_type="text/plain"),))

    assert composed.content is not None


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("text/csv; charset=iso-8859-2", "text/csv"),
        ("IMAGE/PNG", "image/png"),
        ("nonsense", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("text/plain\r\nBcc: v@evil.example", "application/octet-stream"),
        ("text/plain; charset=x\r\nBcc: v@evil.example", "text/plain"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
    ],
)
async def test_a_media_type_is_sent_if_it_is_one(post, given, sent):
    message = await post.copy(text="t", attachments=(_file("a", media_type=given),))

    assert _tree(parsed(message)) == {"mixed": ["text/plain", sent]}
    assert b"evil" not in message


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\folder\\a.txt", "a.txt"),
        ("", "attachment"),
        ("..", "attachment"),
        ("a\r\nb\x00.txt", "ab.txt"),
        ("txt.\u202egpj.exe", "txt.gpj.exe"),
        ("žluťoučký kůň.pdf", "žluťoučký kůň.pdf"),
        ("日本語の長い名前" * 10 + ".pdf", "日本語の長い名前" * 10 + ".pdf"),
        ('say "hi".txt', 'say "hi".txt'),
        ("100% sure; a=b.txt", "100% sure; a=b.txt"),
        ("=?utf-8?q?a=0D=0ABcc:_v.txt?=", "aBcc: v.txt"),
        ("🎉.zip", "🎉.zip"),
        ("a" * 200, "a" * 200),
    ],
)
async def test_file_names_are_read_back_by_both_parsers(post, foreign, given, sent):
    message = await post.copy(text="t", attachments=(_file(given),))

    (attached,) = list(parsed(message).iter_attachments())
    assert attached.get_filename() == sent
    assert foreign.read(message)["attachments"][0]["name"] == sent
    check_lines(message)


async def test_the_same_copy_is_composed_each_time(post):
    message = await post.submit(Options(), text="t", html="h")
    first, second = [await post.composer.compose(message, post.recipient(message)) for _ in range(2)]

    assert first.content == second.content


async def test_fields_stand_in_the_usual_order(post):
    message = await post.copy(subject="s", text="t", cc=("c@example.org",), reply_to="r@example.org")

    assert field_names(message) == [
        "date",
        "from",
        "to",
        "cc",
        "reply-to",
        "subject",
        "message-id",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    ]
    assert parsed(message)["Message-ID"] == "<20231114.1@news.example.com>"
    assert parsed(message)["Date"] == "Tue, 14 Nov 2023 22:13:20 +0000"


async def test_who_sends_in_another_name_is_told_where_that_says_something(post):
    agent = ("Sender", f"Žofie <desk@{DOMAIN}>")

    other = parsed(await post.copy(text="t", headers=(agent,)))
    same = parsed(await post.copy(text="t", headers=(("sender", f"ANN@{DOMAIN}"),), sender=f"Ann <ann@{DOMAIN}>"))

    assert other["Sender"] == f"Žofie <desk@{DOMAIN}>"
    assert "Sender" not in same


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<ticket.7@desk.example>", "<ticket.7@desk.example>"),
        ("ticket.7@desk.example", "<ticket.7@desk.example>"),
        ("<%recipient.id%@desk.example>", "<bob-1@desk.example>"),
        ("<%recipient.none%>", None),
        ("<%recipient.evil%@desk.example>", None),
    ],
)
async def test_a_copy_has_the_identifier_that_the_customer_gives_it_if_it_is_one(post, value, shown):
    variables = b'{"id": "bob-1", "evil": "1@x>\\r\\nBcc: v@evil.example"}'

    message = await post.copy(text="t", headers=(("Message-Id", value),), variables=variables)

    assert parsed(message).get_all("Message-ID") == [shown or f"<20231114.{post.submitted}@{DOMAIN}>"]
