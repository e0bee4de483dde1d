"""MIME parts: bodies in the plainest encoding that carries them, files in base64, and parts made of parts."""

import binascii
import html
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import quote

from indicia.composition.model import Piece, ReadFile, StoredFile
from indicia.mail.display_names import decoded
from indicia.mail.header_fields import encoded_parameter, parameter
from indicia.messages.model import Attachment

# RFC 2045 6.8: 76 characters a line, which are 57 bytes.
_LINE_BYTES = 57
_LINE_CHARACTERS = 76
# Whole lines at a time; reading and sending a file never holds more of it.
_CHUNK_BYTES = _LINE_BYTES * 4096
# RFC 5321 4.5.3.1.6 allows 998; some filters break at 990.
_LONGEST_LINE = 900
# Quoted-printable triples a byte, base64 adds a third to all: they cost the same where one byte in six is not ASCII.
_BASE64_SHARE = 6

# Control characters, which quoted-printable hides from whatever is on the way.
_CONTROLS = bytes((*range(9), 11, 12, *range(14, 32), 127))
_MEDIA_TYPE = re.compile(r"(?P<type>[a-z0-9!#$&^_.+-]{1,64}/[a-z0-9!#$&^_.+-]{1,64})(?P<parameters>\s*;.*)?", re.DOTALL)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([A-Za-z0-9_.:+-]{1,40})\"?", re.IGNORECASE)
# Besides control characters, those that make a name read as another: bidirectional overrides and line separators.
_NO_NAME = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SIMPLE_ID = re.compile(r"[A-Za-z0-9._+@-]{1,200}")
_LONGEST_NAME = 255
_ANY_MEDIA_TYPE = "application/octet-stream"


class Part(NamedTuple):
    """A MIME part: its fields, and its body, which ends in CRLF."""

    fields: bytes
    body: tuple[Piece, ...]


def text_part(subtype: str, text: str) -> Part:
    """Make a part of text in UTF-8 with CRLF at the end of each line, the last one too."""
    # Splitting and joining bytes takes a sixth of the time of a regular expression.
    lines = text.encode("utf-8", "replace").splitlines() or [b""]
    encoding, body = _encoded(b"\r\n".join([*lines, b""]), longest_line=max(map(len, lines)))
    fields = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n"
    return Part(fields.encode(), (body,))


def file_part(attachment: Attachment) -> Part:
    """Make a part of a file; an inline one can be named in HTML as `cid:` and its `content_id`."""
    name = file_name(attachment.name)
    disposition = "inline" if attachment.is_inline else "attachment"
    fields = [
        f"Content-Type: {_media_type(attachment.media_type)}{encoded_parameter('name', name)}\r\n",
        f"Content-Disposition: {disposition}{parameter('filename', name)}\r\n",
        "Content-Transfer-Encoding: base64\r\n",
    ]
    if attachment.is_inline:
        fields.append(f"Content-ID: <{content_id(attachment.name)}>\r\n")
    body = (
        StoredFile(attachment.digest, attachment.size_bytes) if attachment.digest else _lines(attachment.content or b"")
    )
    return Part("".join(fields).encode(), (body,))


def multipart(subtype: str, parts: Sequence[Part], boundary: str) -> Part:
    """Put parts into one; a single part stays as it is."""
    if len(parts) == 1:
        return parts[0]
    pieces: list[Piece] = []
    for part in parts:
        pieces += (f"--{boundary}\r\n".encode() + part.fields + b"\r\n", *part.body)
    pieces.append(f"--{boundary}--\r\n".encode())
    # RFC 2387 3.1 asks for the type of what the other parts belong to.
    root = ' type="text/html";' if subtype == "related" else ""
    return Part(f'Content-Type: multipart/{subtype};{root}\r\n boundary="{boundary}"\r\n'.encode(), tuple(pieces))


def file_name(name: str) -> str:
    """Answer the name that a file gets in mail: no folders, nothing that cannot be seen."""
    plain = _NO_NAME.sub("", decoded(name)).replace("\\", "/").rpartition("/")[2].strip(" .")
    return plain[:_LONGEST_NAME] or "attachment"


def content_id(name: str) -> str:
    """Answer the Content-ID of an inline file: its name, or what stands for a name that cannot be one."""
    name = file_name(name)
    if _SIMPLE_ID.fullmatch(name):
        return name
    return f"{blake2b(name.encode(), digest_size=12).hexdigest()}@inline"


def with_content_ids(document: str, attachments: Iterable[Attachment]) -> str:
    """Let HTML that names inline files name their Content-IDs, where these are not the names."""
    for attachment in attachments:
        identifier = content_id(attachment.name)
        if attachment.is_inline and identifier != attachment.name:
            for spelled in {attachment.name, quote(attachment.name), html.escape(attachment.name)}:
                document = document.replace(f"cid:{spelled}", f"cid:{identifier}")
    return document


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Put neighbouring bytes together."""
    done: list[Piece] = []
    run: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            run.append(piece)
            continue
        done += (b"".join(run), piece)
        run = []
    if run:
        done.append(b"".join(run))
    return tuple(done)


def sent_bytes(piece: Piece) -> int:
    """Answer how long a piece is as it is sent."""
    if isinstance(piece, bytes):
        return len(piece)
    characters = (piece.size_bytes + 2) // 3 * 4
    return characters + 2 * -(-characters // _LINE_CHARACTERS)


async def file_lines(file: StoredFile, read: ReadFile) -> AsyncIterator[bytes]:
    """Answer the lines of a file in base64, some hundred kilobytes at a time."""
    rest = b""
    async for chunk in read(file.digest):
        rest += chunk
        whole = len(rest) // _CHUNK_BYTES * _CHUNK_BYTES
        for start in range(0, whole, _CHUNK_BYTES):
            yield _lines(rest[start : start + _CHUNK_BYTES])
        rest = rest[whole:]
    if rest:
        yield _lines(rest)


def _encoded(content: bytes, *, longest_line: int) -> tuple[str, bytes]:
    if content.isascii() and len(content.translate(None, _CONTROLS)) == len(content) and longest_line <= _LONGEST_LINE:
        return "7bit", content
    ascii_bytes = len(content.decode("ascii", "ignore"))
    if (len(content) - ascii_bytes) * _BASE64_SHARE > len(content):
        return "base64", _lines(content)
    return "quoted-printable", binascii.b2a_qp(content)


def _lines(content: bytes) -> bytes:
    encoded = binascii.b2a_base64(content, newline=False)
    return b"".join(
        [encoded[start : start + _LINE_CHARACTERS] + b"\r\n" for start in range(0, len(encoded), _LINE_CHARACTERS)]
    )


def _media_type(given: str) -> str:
    match = _MEDIA_TYPE.fullmatch(given.strip().lower())
    # RFC 2046 5.2.1 forbids base64 for message/*, and parts made of parts are not files.
    if match is None or match["type"].startswith(("message/", "multipart/")):
        return _ANY_MEDIA_TYPE
    charset = _CHARSET.search(match["parameters"] or "")
    return match["type"] if charset is None else f"{match['type']}; charset={charset[1]}"
