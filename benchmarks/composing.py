"""What composing and signing one copy costs: ours beside Python's EmailMessage with dkimpy, in one run.

Figures are milliseconds of one core, the best of several rounds; read the ratios.

    .venv/bin/python -m benchmarks.composing
"""

import timeit
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

import dkim
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from indicia.composition.copies import Bodies, copy_for, prepare
from indicia.mail.dkim import Algorithm, BodyHash, Signer, new_key, signatures
from indicia.messages.model import Attachment, Content, Message, Options, Recipient, RecipientKind, RecipientState

_ROUNDS = 5

_SENTENCE = "Your order of %recipient.item% has left our warehouse and will be with you on Thursday. "
_ROW = '<tr><td style="padding:8px"><a href="https://shop.example/o/%recipient.id%">Order</a> on its way</td></tr>\n'


class _NoAdditions:
    fields = ()

    def field(self, text: str) -> str:
        return text

    def html(self, document: str) -> str:
        return document

    def text(self, document: str) -> str:
        return document


def _content(html_rows: int, *, letters: str = "", attachment_bytes: int = 0) -> Content:
    files = (
        Attachment(
            name="terms.pdf",
            media_type="application/pdf",
            size_bytes=attachment_bytes,
            content=bytes(range(256)) * (attachment_bytes // 256),
        ),
    )
    return Content(
        sender="Shop <orders@shop.example>",
        to=("Bob <bob@example.org>",),
        subject="Your order %recipient.id% is on its way",
        text=(_SENTENCE + letters + "\n") * (html_rows // 4),
        html="<html><body><table>\n" + (letters + _ROW) * html_rows + "</table></body></html>\n",
        attachments=files if attachment_bytes else (),
    )


def _message() -> Message:
    return Message(
        id=1,
        account_id=1,
        domain_id=1,
        message_id="1@shop.example",
        submitted_at=1.7e9,
        deliver_at=1.7e9,
        size_bytes=5000,
        headers={},
        options=Options(has_own_copies=True, variables={"order": "%recipient.id%"}),
    )


def _recipient() -> Recipient:
    return Recipient(
        id=1,
        message_row=1,
        domain_id=1,
        address="bob@example.org",
        canonical="bob@example.org",
        kind=RecipientKind.TO,
        state=RecipientState.QUEUED,
        expires_at=2e9,
        variables=b'{"item": "a chair & a table", "id": "4711"}',
    )


def _ours(content: Content, signers: list[Signer], *, is_new: bool) -> Callable[[], bytes]:
    """Answer what composes a copy: with `is_new` each is the first of its message, else one of many."""
    message, recipient = _message(), _recipient()
    kept = prepare(message, content)

    def compose() -> bytes:
        prepared = prepare(message, content) if is_new else kept
        bodies = Bodies(content.text, content.html, content.amp)
        copy = copy_for(prepared, message, recipient, bodies, _NoAdditions())
        body = b"".join(piece for piece in copy.body if isinstance(piece, bytes))
        body_hash = BodyHash()
        body_hash.update(body)
        signed = signatures(copy.fields, body_hash.digest(), signers, 1_700_000_000)
        return signed + b"".join(copy.fields) + b"\r\n" + body

    return compose


def _pythons(content: Content, key: bytes | None) -> Callable[[], bytes]:
    def compose() -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = content.sender
        mail["To"] = content.to[0]
        mail["Subject"] = content.subject.replace("%recipient.id%", "4711")
        mail["Date"] = "Tue, 14 Nov 2023 22:13:20 +0000"
        mail["Message-ID"] = "<1@shop.example>"
        mail.set_content((content.text or "").replace("%recipient.item%", "a chair & a table"))
        mail.add_alternative((content.html or "").replace("%recipient.id%", "4711"), subtype="html")
        for file in content.attachments:
            mail.add_attachment(file.content or b"", maintype="application", subtype="pdf", filename=file.name)
        message = mail.as_bytes()
        if key is None:
            return message
        field: bytes = dkim.sign(message, b"s", b"shop.example", key, canonicalize=(b"relaxed", b"relaxed"))
        return field + message

    return compose


def _milliseconds(work: Callable[[], bytes]) -> float:
    work()
    number = max(1, int(0.15 / max(timeit.timeit(work, number=1), 1e-6)))
    return min(timeit.repeat(work, number=number, repeat=_ROUNDS)) / number * 1000


def main() -> None:
    keys = [Signer("shop.example", "s", algorithm, new_key(algorithm)) for algorithm in Algorithm]
    rsa = keys[:1]
    pem = rsa[0].key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    mails = {
        "5 KB, ASCII": _content(40),
        "5 KB, some accents": _content(40, letters="ž"),
        "100 KB, some accents": _content(850, letters="ž"),
        "5 KB and 1 MB attached": _content(40, attachment_bytes=1 << 20),
    }
    head = ("MIME", "+ RSA", "+ RSA + Ed25519", "first copy", "EmailMessage", "+ dkimpy RSA", "ratio MIME", "ratio RSA")
    print(f"{'ms a copy':24}" + "".join(f"{name:>17}" for name in head))
    for name, content in mails.items():
        plain = _milliseconds(_ours(content, [], is_new=False))
        one = _milliseconds(_ours(content, rsa, is_new=False))
        both = _milliseconds(_ours(content, keys, is_new=False))
        first = _milliseconds(_ours(content, keys, is_new=True))
        theirs, signed = _milliseconds(_pythons(content, None)), _milliseconds(_pythons(content, pem))
        figures = (plain, one, both, first, theirs, signed)
        row = "".join(f"{value:17.3f}" for value in figures)
        print(f"{name:24}{row}{theirs / plain:17.1f}{signed / one:17.1f}", flush=True)


if __name__ == "__main__":
    main()
