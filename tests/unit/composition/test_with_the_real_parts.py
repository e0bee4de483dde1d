"""A copy with everything in it: template, placeholders, tracking, inline and large files, signed."""

from hashlib import sha256

import msgspec
import pytest

from indicia.composition.composer import Composer
from indicia.messages.blobs import Blobs
from indicia.messages.model import Attachment, Options, TemplateSnapshot
from indicia.storage.vault import open_vault
from indicia.tracking.additions import Additions
from indicia.tracking.keys import Keyring
from tests.unit.composition.reading import check_lines, content_of, parsed

_HTML = (
    '<html><body><p>{{ greeting }} %recipient.name%</p><a href="%recipient.link%">go</a>'
    '<img src="cid:logo.png"><a href="%unsubscribe_url%">leave</a></body></html>'
)


@pytest.fixture
async def composer(post, tmp_path):
    keyring = await Keyring.open(post.database, open_vault(tmp_path / "secret.key"), post.clock)
    base_url = "http://127.0.0.1:8080"
    additions = Additions(post.database, keyring.sealing, post.registry.of_id, base_url, takes_complaints=True)
    blobs = Blobs(tmp_path / "blobs")
    post.blobs = blobs
    return Composer(
        post.database,
        domain_of=post.registry.of_id,
        keys=post.keys,
        renderer=post.renderer,
        read=blobs.read,
        additions=additions.for_copy,
        clock=post.clock,
    )


async def test_a_copy_with_everything_verifies_and_is_read_by_both_parsers(post, composer, foreign):
    large = b"\x00\xff\r\n." * 200_000
    with post.blobs.new() as blob:
        blob.write(large)
        digest = await blob.keep()
    options = Options(
        has_own_copies=True,
        track_opens=True,
        track_clicks=True,
        wants_unsubscribe=True,
        variables={"n": "%recipient.n%"},
    )
    template = TemplateSnapshot(
        name="t.html", html=_HTML, text=None, includes={}, variables=msgspec.json.encode({"greeting": "Žluť & <b>"})
    )
    message = await post.submit(
        options,
        subject="Hi %recipient.name%",
        template=template,
        attachments=(
            Attachment(name="logo.png", media_type="image/png", size_bytes=3, is_inline=True, content=b"png"),
            Attachment(name="přehled.pdf", media_type="application/pdf", size_bytes=len(large), digest=digest),
        ),
    )
    variables = msgspec.json.encode({"name": "Ann & Bob", "link": "https://x.example/?a=1&b=2", "n": 5})

    composed = await composer.compose(message, post.recipient(message, variables=variables))

    content = await content_of(composed)
    check_lines(content)
    seen = foreign.read(content, await post.records())
    assert [each["status"] for each in seen["signatures"]] == ["pass", "pass"]
    assert composed.size_bytes == len(content)
    assert seen["subject"] == "Hi Ann & Bob"
    assert [(each["name"], each["sha256"]) for each in seen["attachments"]] == [
        ("logo.png", sha256(b"png").hexdigest()),
        ("přehled.pdf", sha256(large).hexdigest()),
    ]
    html = parsed(content).get_body(("html",)).get_content()
    assert "<p>Žluť &amp; &lt;b&gt; Ann &amp; Bob</p>" in html
    assert "https://x.example" not in html
    assert "%" not in parsed(content)["List-Unsubscribe"]
    assert "%unsubscribe_url%" not in html
    text = parsed(content).get_body(("plain",)).get_content()
    assert "Žluť & <b> Ann & Bob" in text
    assert "%" not in text
    assert seen["fields"].count("list-unsubscribe-post") == 1


async def test_the_address_for_complaints_is_signed_and_a_customer_s_own_stays(post, composer, foreign):
    message = await post.submit(Options(wants_unsubscribe=True))
    own = await post.submit(
        Options(wants_unsubscribe=True), headers=(("CFBL-Address", "fbl@news.example.com; report=arf"),)
    )

    ours, theirs = [await content_of(await composer.compose(each, post.recipient(each))) for each in (message, own)]

    assert parsed(ours)["CFBL-Address"].startswith("feedback-")
    assert parsed(theirs).get_all("CFBL-Address") == ["fbl@news.example.com; report=arf"]
    assert parsed(theirs)["List-Unsubscribe"] is not None
    records = await post.records()
    for content in (ours, theirs):
        # Altered it is not what was signed, and neither is it with one more.
        forged = content.replace(b"report=arf", b"report=xarf")
        added = b"CFBL-Address: fbl@evil.test; report=arf\r\n" + content
        passed = [
            [each["status"] for each in foreign.read(text, records)["signatures"]] for text in (content, forged, added)
        ]
        assert passed[0] == ["pass", "pass"]
        assert "pass" not in passed[1] + passed[2]
