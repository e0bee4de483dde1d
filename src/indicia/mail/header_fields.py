"""Write the fields of a header: encoded, folded, and never one line more than was meant (RFC 5322 2.2, RFC 2047)."""

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote

from indicia.mail.address import Address, header_form
from indicia.mail.display_names import decoded

# RFC 5322 2.1.1: a line should have 78 characters and must not have more than 998.
_LINE = 78
_LONGEST_WORD = 900
# RFC 2047 2: a line with an encoded word has 76 characters at most, of which `=?utf-8?b?`, `?=` and a space take 13.
_PAYLOAD = 60
# Names of people and companies are shorter. A longer one could not be folded.
_LONGEST_NAME = 256
_LONGEST_PARAMETER = 60

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,76}")
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PRINTABLE = re.compile(r"[!-~]+(?: [!-~]+)*")
# No comments, quotes or brackets, and short enough for one line of `References`.
_IDENTIFIER = re.compile(r"(?=.{3,250}\Z)[!#-'*+\-./0-9=?A-Z^-~]+@[!#-'*+\-.0-9:=?A-Z\[\]^-~]+")
_QUOTED = re.compile(r"[ !#-\[\]-~]+")


def message_identifier(text: str) -> str | None:
    """Answer `text` as a message identifier with its angle brackets (RFC 5322 3.6.4); None where it cannot be one."""
    identifier = text.strip().removeprefix("<").removesuffix(">")
    return f"<{identifier}>" if _IDENTIFIER.fullmatch(identifier) else None


def is_field_name(name: str) -> bool:
    """Tell whether a header field can be called `name`."""
    return _NAME.fullmatch(name) is not None


def holds_line_end(text: str) -> bool:
    """Tell whether `text` holds what could end a line or is no text, be it inside an encoded word."""
    return _NO_TEXT.search(text) is not None or _NO_TEXT.search(decoded(text)) is not None


def header_text(text: str) -> str:
    """Answer what a header says in `text`: encoded words decoded, and a space for whatever could end a line."""
    return _NO_TEXT.sub(" ", decoded(text))


def text_field(name: str, text: str) -> bytes:
    """Write a field of free text, such as `Subject`, so that it is read back as `header_text(text)`."""
    text = header_text(text)
    if _PRINTABLE.fullmatch(text) and "=?" not in text and _longest_word(text) <= _LONGEST_WORD:
        return _folded(name, text).encode()
    if not text:
        return f"{name}: \r\n".encode()
    words = "\r\n ".join(_encoded_words(text.encode(), _PAYLOAD - len(name) - 1))
    return f"{name}: {words}\r\n".encode()


def plain_field(name: str, text: str) -> bytes:
    """Write a field that must not hold encoded words, such as a list of URLs; empty where `text` cannot be one."""
    text = " ".join(_NO_TEXT.sub(" ", text).split())
    if not text.isascii() or not text or _longest_word(text) > _LONGEST_WORD:
        return b""
    return _folded(name, text).encode()


def address_field(name: str, addresses: Iterable[Address]) -> bytes:
    """Write a list of mailboxes; in UTF-8 where a local part is not ASCII (RFC 6532), else in ASCII."""
    forms = [
        header_form(address if len(address.name) <= _LONGEST_NAME else _with_short_name(address))
        for address in addresses
    ]
    return _folded(name, ", ".join(forms)).encode()


def parameter(name: str, value: str) -> str:
    """Write a parameter of a MIME field on lines of its own, after RFC 2231 where quotes do not carry it."""
    if len(value) <= _LONGEST_PARAMETER and (not value or _QUOTED.fullmatch(value)):
        return f';\r\n {name}="{value}"'
    pieces = ["utf-8''"]
    for character in value:
        escaped = quote(character, safe="")
        if len(pieces[-1]) + len(escaped) > _LONGEST_PARAMETER:
            pieces.append("")
        pieces[-1] += escaped
    if len(pieces) == 1:
        return f";\r\n {name}*={pieces[0]}"
    return "".join(f";\r\n {name}*{number}*={piece}" for number, piece in enumerate(pieces))


def encoded_parameter(name: str, value: str) -> str:
    """Write a parameter for readers that know no RFC 2231: in encoded words, which they decode although none may."""
    if len(value) <= _LONGEST_PARAMETER and (not value or _QUOTED.fullmatch(value)):
        return f';\r\n {name}="{value}"'
    words = "\r\n ".join(_encoded_words(value.encode(), _PAYLOAD - len(name) - 2))
    return f';\r\n {name}="{words}"'


def _with_short_name(address: Address) -> Address:
    return Address(address.name[:_LONGEST_NAME], address.local, address.domain)


def _longest_word(text: str) -> int:
    return max(map(len, text.split(" ")))


def _folded(name: str, text: str) -> str:
    """Break `text` at its spaces, of which there are no two in a row, into lines of 78 characters where it can be."""
    if len(name) + len(text) + 2 <= _LINE:
        return f"{name}: {text}\r\n"
    lines: list[str] = []
    line = f"{name}:"
    for word in text.split(" "):
        # A first line with nothing but the name confuses some readers.
        if len(line) + 1 + len(word) > _LINE and line != f"{name}:":
            lines.append(line)
            line = ""
        line += " " + word
    return "\r\n".join([*lines, line]) + "\r\n"


def _encoded_words(content: bytes, first_length: int) -> list[str]:
    """Cut UTF-8 into encoded words, none inside a character; the first has `first_length` characters for payload."""
    words: list[str] = []
    start = 0
    room = max(first_length, 8) // 4 * 3
    while start < len(content):
        end = min(start + room, len(content))
        while end < len(content) and content[end] & 0xC0 == 0x80:
            end -= 1
        words.append(f"=?utf-8?b?{base64.b64encode(content[start:end]).decode()}?=")
        start, room = end, _PAYLOAD // 4 * 3
    return words
