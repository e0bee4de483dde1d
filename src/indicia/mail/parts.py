"""Reads the parts of a message that somebody sent us, however broken it is: linear in its length, and never failing.

The standard library's parser recurses and keeps everything; reports need header fields and a few small texts.
"""

import binascii
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from typing import NamedTuple

# Reports have three parts, one of them a message. What is nested deeper or wider than this is none.
_DEEPEST = 4
_MOST_PARTS = 32
_LONGEST_HEADER = 64 * 1024
_MOST_FIELDS = 512

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_FIELD = re.compile(r"^([!-9;-~]+)[ \t]*:[ \t]*(.*?)[ \t\r]*$")
_PARAMETER = re.compile(r""";\s*+([\w-]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^;\s]*+))""", re.ASCII)


class Part(NamedTuple):
    """One part of a message, or a whole one: its header fields in order, by lower-case name, and its raw body."""

    fields: tuple[tuple[str, str], ...]
    body: bytes

    def field(self, name: str) -> str:
        """Answer the first field of that lower-case name, unfolded; "" where there is none."""
        return next((value for known, value in self.fields if known == name), "")

    def has(self, name: str) -> bool:
        """Tell whether there is a field of that lower-case name."""
        return any(known == name for known, _ in self.fields)

    @property
    def media_type(self) -> str:
        """The part's type, `text/plain` where it names none."""
        return self.field("content-type").partition(";")[0].strip().lower() or "text/plain"

    def parameter(self, name: str) -> str:
        """Answer a parameter of the content type; "" where there is none."""
        for found in _PARAMETER.finditer(self.field("content-type")):
            if found[1].lower() == name:
                return found[3] if found[2] is None else re.sub(r"\\(.)", r"\1", found[2])
        return ""

    @property
    def text(self) -> str:
        """The body as text, decoded from whatever it was sent in."""
        body = self.decoded
        try:
            return body.decode(self.parameter("charset") or "utf-8", "replace")
        except (LookupError, ValueError):
            return body.decode("latin-1")

    @property
    def decoded(self) -> bytes:
        """The body without its transfer encoding; as it came where that is broken."""
        encoding = self.field("content-transfer-encoding").strip().lower()
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if encoding == "base64":
            try:
                return binascii.a2b_base64(self.body)
            except binascii.Error:
                return self.body
        return self.body


def read_part(content: bytes) -> Part:
    """Read a message, or a part of one."""
    if content.startswith((b"\n", b"\r\n")):
        return Part((), content.lstrip(b"\r\n"))
    end = _HEADER_END.search(content, 0, _LONGEST_HEADER)
    head, body = (content[: end.start()], content[end.end() :]) if end else (content[:_LONGEST_HEADER], b"")
    return Part(tuple(read_fields(head)), body)


def read_fields(head: bytes) -> Iterator[tuple[str, str]]:
    """Read header fields, unfolded; lines that are none are left out."""
    try:
        text = head.decode()
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    for line in _FOLD.sub("", text).split("\n")[:_MOST_FIELDS]:
        if found := _FIELD.match(line):
            yield found[1].lower(), found[2]


def leaves(message: Part) -> list[Part]:
    """Answer the parts of a message in order, the parts of parts in their place; messages inside are not opened."""
    found: list[Part] = []
    _collect(message, _DEEPEST, found)
    return found


def readable(value: str) -> str:
    """Decode a field's encoded words (RFC 2047); as it stands where these are broken."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(_piece(text, charset) for text, charset in pieces)


def any_of(*patterns: str) -> re.Pattern[str]:
    """Look for any of these patterns, in any case; `^` is the start of a line."""
    return re.compile("|".join(patterns), re.IGNORECASE | re.MULTILINE)


def _piece(text: bytes | str, charset: str | None) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode(charset or "ascii", "replace")
    except (LookupError, ValueError):
        return text.decode("latin-1")


def _collect(part: Part, depth: int, found: list[Part]) -> None:
    boundary = part.parameter("boundary") if part.media_type.startswith("multipart/") else ""
    if not boundary or depth == 0:
        if len(found) < _MOST_PARTS:
            found.append(part)
        return
    for piece in _pieces(part.body, boundary):
        _collect(read_part(piece), depth - 1, found)


def _pieces(body: bytes, boundary: str) -> list[bytes]:
    """Split a body at its boundary lines (RFC 2046 5.1.1); a last part without an end is a part."""
    delimiter = re.compile(rb"^--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*\r?$", re.MULTILINE)
    pieces: list[bytes] = []
    start = None
    for found in delimiter.finditer(body):
        if start is not None:
            pieces.append(body[start : found.start()].removesuffix(b"\n").removesuffix(b"\r"))
        start = found.end() + 1
        if found[1] or len(pieces) >= _MOST_PARTS:
            return pieces
    if start is not None:
        pieces.append(body[start:])
    return pieces
