"""Read composed mail with Python's own parser, and check what must hold for every byte of it."""

import email
import email.policy
import re
from email.message import EmailMessage
from typing import cast

from indicia.composition.model import Composed
from indicia.composition.parts import file_lines

_FIELD = re.compile(rb"([!-9;-~]+):")


async def content_of(composed: Composed) -> bytes:
    """Answer all bytes of a copy, files included."""
    content = b""
    for piece in composed.pieces:
        if isinstance(piece, bytes):
            content += piece
        else:
            content += b"".join([lines async for lines in file_lines(piece, composed.read)])
    return content


def parsed(message: bytes) -> EmailMessage:
    """Answer what Python's `email` makes of a message."""
    return cast(EmailMessage, email.message_from_bytes(message, policy=email.policy.default))


def field_names(message: bytes) -> list[str]:
    """Answer the names of the header's fields, signatures left out, as the lines themselves have them."""
    header = message.partition(b"\r\n\r\n")[0]
    names = [_FIELD.match(line) for line in header.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
    found = [name[1].decode().lower() if name else "?" for name in names]
    return [name for name in found if name != "dkim-signature"]


def check_lines(message: bytes) -> None:
    """Check what RFC 5321 and 5322 ask of every line."""
    assert message.endswith(b"\r\n")
    lines = message.split(b"\r\n")
    assert all(b"\r" not in line and b"\n" not in line and b"\x00" not in line for line in lines)
    assert max(map(len, lines)) <= 998
    header = message.partition(b"\r\n\r\n")[0]
    assert all(line.strip() for line in header.split(b"\r\n"))
