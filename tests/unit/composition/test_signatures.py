"""What is composed is signed twice, and dkimpy and mailauth both say so."""

import dkim
import pytest

from indicia.messages.model import Attachment, Options, RecipientKind


def _verified_by_dkimpy(message, records):
    def look_up(name, timeout=5):
        return records[name.decode().rstrip(".")].encode()

    return [dkim.DKIM(message).verify(idx=index, dnsfunc=look_up) for index in range(2)]


async def _verify(post, foreign, message):
    records = await post.records()
    assert _verified_by_dkimpy(message, records) == [True, True]
    signatures = foreign.read(message, records)["signatures"]
    assert [(each["algorithm"], each["status"]) for each in signatures] == [
        ("rsa-sha256", "pass"),
        ("ed25519-sha256", "pass"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        {"text": "t"},
        {"text": ""},
        {"text": "\n\n \n\t\n"},
        {"text": " a  b\t\tc \n\n\nd  \n\n"},
        {"text": ".\n..\n.a\n"},
        {"text": "x" * 5000},
        {"text": "žluť " * 300, "html": "<p>" + "日本語" * 500, "amp": "<html amp4email>"},
        {"subject": "a  b " + "ž" * 300, "text": "t"},
        {"subject": "word " * 100, "text": "t"},
        {"subject": "", "text": "t"},
        {"to": tuple(f"p{number}@example.org" for number in range(200)), "text": "t"},
        {"to": ("jiří@bücher.example",), "text": "t"},
        {"text": "t", "headers": (("List-Unsubscribe", "<https://x.example/" + "a" * 400 + ">"), ("X-A", " b "))},
        {"text": "t", "attachments": (Attachment(name="ž", media_type="a/b", size_bytes=200, content=b"x" * 200),)},
    ],
)
async def test_both_signatures_pass_both_verifiers(post, foreign, content):
    await _verify(post, foreign, await post.copy(**content))


async def test_a_message_with_a_file_from_the_blob_store_is_signed_as_a_whole(post, foreign):
    file = post.stored(b"\x00\xff" * 300_001, name="a.bin", media_type="a/b")

    await _verify(post, foreign, await post.copy(text="t", attachments=(file,)))


async def test_own_and_hidden_copies_are_signed_as_they_are(post, foreign):
    own = Options(has_own_copies=True, variables={"a": "%recipient%"})

    await _verify(post, foreign, await post.copy(options=own, text="t"))
    await _verify(post, foreign, await post.copy("secret@example.org", kind=RecipientKind.BCC, text="t"))


@pytest.mark.parametrize(
    "added",
    [
        b"From: evil@evil.example\r\n",
        b"Subject: other\r\n",
        b"To: other@example.org\r\n",
        b"Reply-To: evil@evil.example\r\n",
        b"Content-Type: text/html\r\n",
        b"List-Unsubscribe: <https://evil.example>\r\n",
    ],
)
async def test_no_field_that_is_shown_can_be_added(post, foreign, added):
    message = await post.copy(subject="s", text="t")
    records = await post.records()
    forged = message.replace(b"MIME-Version:", added + b"MIME-Version:", 1)

    assert _verified_by_dkimpy(forged, records) == [False, False]
    assert {each["status"] for each in foreign.read(forged, records)["signatures"]} == {"fail"}


async def test_a_changed_body_fails(post, foreign):
    message = await post.copy(subject="s", text="pay 10 to Ann")
    forged = message.replace(b"pay 10", b"pay 99")

    assert {each["status"] for each in foreign.read(forged, await post.records())["signatures"]} != {"pass"}


async def test_the_list_headers_are_covered(post):
    class _Unsubscribable:
        fields = (("List-Unsubscribe", "<https://t.example.com/u>"), ("List-Unsubscribe-Post", "x"))

        def field(self, text: str) -> str:
            return text

        def html(self, document: str) -> str:
            return document

        def text(self, document: str) -> str:
            return document

    post.additions = _Unsubscribable()
    message = await post.copy(text="t")
    records = await post.records()
    without = message.replace(b"List-Unsubscribe-Post: x\r\n", b"")

    assert _verified_by_dkimpy(message, records) == [True, True]
    assert _verified_by_dkimpy(without, records) == [False, False]


async def test_after_a_rotation_the_old_keys_sign_until_the_overlap_is_over_and_their_records_stay(post, foreign):
    await post.keys.rotate(post.domain.id, overlap_seconds=3600)
    during = await post.copy(text="t")
    records = await post.records()

    assert len(records) == 4
    assert _verified_by_dkimpy(during, records) == [True, True]
