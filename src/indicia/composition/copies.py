"""One recipient's copy of a message without its signature: what a message and a recipient come to, and nothing else."""

from hashlib import blake2b
from typing import NamedTuple

from indicia.composition.header import Envelope, envelope, header_of
from indicia.composition.model import Additions, Piece
from indicia.composition.parts import Part, file_part, joined, multipart, text_part, with_content_ids
from indicia.messages.model import Content, Message, Recipient
from indicia.messages.variables import Values, substituted, substituted_html


class Bodies(NamedTuple):
    """What a message says: as it was submitted, or as its template was rendered for one recipient."""

    text: str | None
    html: str | None
    amp: str | None


class Prepared(NamedTuple):
    """What all copies of a message share."""

    content: Content
    shared: Envelope
    files: tuple[Part, ...]
    inline_files: tuple[Part, ...]


class Copy(NamedTuple):
    """One recipient's copy: its fields, each with its CRLF, and its body."""

    fields: list[bytes]
    body: tuple[Piece, ...]


def prepare(message: Message, content: Content) -> Prepared:
    """Write once what every copy will have."""
    return Prepared(
        content,
        envelope(message, content),
        tuple(file_part(file) for file in content.attachments if not file.is_inline),
        tuple(file_part(file) for file in content.attachments if file.is_inline),
    )


def copy_for(prepared: Prepared, message: Message, recipient: Recipient, bodies: Bodies, added: Additions) -> Copy:
    """Write the copy of `message` for `recipient`."""
    values = Values.of(recipient.address, recipient.variables)
    fields = header_of(prepared.shared, message, prepared.content, recipient, values, added)
    root = _root(_said(bodies, values, added, prepared.content), prepared, _boundary_seed(message, recipient))
    return Copy([*fields, b"MIME-Version: 1.0\r\n", *_separate(root.fields)], joined(root.body))


def _said(bodies: Bodies, values: Values, added: Additions, content: Content) -> Bodies:
    def html(document: str | None) -> str | None:
        if document is None:
            return None
        return with_content_ids(added.html(substituted_html(document, values)), content.attachments)

    text = None if bodies.text is None else added.text(substituted(bodies.text, values))
    return Bodies(text, html(bodies.html), html(bodies.amp))


def _root(said: Bodies, prepared: Prepared, seed: str) -> Part:
    """Build the tree: mixed(alternative(text, amp, related(html, inline files)), files)."""
    inline = prepared.inline_files
    alternatives = []
    # RFC 2046 5.1.4: the richest last. AMP stands before HTML, because some readers show whatever is last.
    if said.text is not None or (said.html is None and said.amp is None):
        alternatives.append(text_part("plain", said.text or ""))
    if said.amp is not None:
        alternatives.append(text_part("x-amp-html", said.amp))
    if said.html is not None:
        alternatives.append(multipart("related", [text_part("html", said.html), *inline], f"=_r{seed}"))
        inline = ()
    body = multipart("alternative", alternatives, f"=_a{seed}")
    return multipart("mixed", [body, *inline, *prepared.files], f"=_m{seed}")


def _boundary_seed(message: Message, recipient: Recipient) -> str:
    """Answer what makes a copy's boundaries: the same each time, and nothing that its content could foresee."""
    return blake2b(f"{message.message_id} {recipient.id}".encode(), digest_size=12).hexdigest()


def _separate(fields: bytes) -> list[bytes]:
    """Split a part's fields, some of which are folded."""
    lines = fields.splitlines(keepends=True)
    separate: list[bytes] = []
    for line in lines:
        if line.startswith(b" "):
            separate[-1] += line
        else:
            separate.append(line)
    return separate
