"""Display names: read out of a header, with encoded words (RFC 2047), and written back into one."""

import base64
import binascii
import codecs
import re
from collections.abc import Sequence

from indicia.mail.address_tokens import Kind, Token

# Nothing of these may reach a header: they end lines, or are no text at all.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_WHITE_SPACE = re.compile(r"\s+")
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_ENCODED_WORD = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z0-9-]*)?\?([bBqQ])\?([^?\s]*)\?=")
_BETWEEN_ENCODED = re.compile(r"(?<=\?=)\s+(?==\?[A-Za-z0-9_.:+-]{1,40}(?:\*[A-Za-z0-9-]*)?\?[bBqQ]\?)")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
# Codecs of Python that carry no mail: some take quadratic time, some smuggle ASCII.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf-7"}
)
# RFC 2047 2: an encoded word has 75 characters at most, 12 of which are `=?utf-8?q?` and `?=`.
_LONGEST_PAYLOAD = 63


def phrase_text(phrase: Sequence[Token]) -> str:
    """Answer the name that a phrase spells: words without quotes, encoded words decoded, comments left out."""
    parts: list[str] = []
    plain: list[str] = []
    for token in phrase:
        if token.kind is Kind.QUOTED:
            parts.append(decoded("".join(plain)))
            parts.append(_QUOTED_PAIR.sub(r"\1", token.text[1:-1]))
            plain = []
        elif token.kind is Kind.COMMENT:
            plain.append(" ")
        else:
            plain.append(token.text)
    parts.append(decoded("".join(plain)))
    return one_line("".join(parts))


def comment_text(comment: str) -> str:
    """Answer what a comment says, without its outer brackets."""
    return one_line(decoded(_QUOTED_PAIR.sub(r"\1", comment[1:-1])))


def one_line(text: str) -> str:
    """Put `text` into one line: no control characters, single spaces."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return _WHITE_SPACE.sub(" ", _UNPRINTABLE.sub(" ", text)).strip()


def decoded(text: str) -> str:
    """Decode the encoded words in `text`; those that cannot be are left as they are."""
    if "=?" not in text:
        return text
    return _ENCODED_WORD.sub(_decoded_word, _BETWEEN_ENCODED.sub("", text))


def name_form(name: str) -> str:
    """Write a display name for a header, as it must be to be read back as itself; empty stays empty."""
    name = one_line(name)
    if not name.isascii() or "=?" in name:
        return " ".join(_encoded_words(name))
    if not name or _PLAIN_PHRASE.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _decoded_word(match: re.Match[str]) -> str:
    charset, encoding, payload = match.groups()
    try:
        codec = codecs.lookup(charset).name
        if codec in _NO_CHARSETS:
            return match[0]
        content = _from_base64(payload) if encoding in "bB" else _from_q(payload)
        return content.decode(codec, "replace")
    except (LookupError, ValueError, binascii.Error):
        return match[0]


def _from_base64(payload: str) -> bytes:
    return base64.b64decode(payload + "=" * (-len(payload) % 4), validate=True)


def _from_q(payload: str) -> bytes:
    spaced = payload.replace("_", " ").encode("ascii")
    return _HEX.sub(lambda match: bytes([int(match[1], 16)]), spaced)


def _encoded_words(name: str) -> list[str]:
    """Cut `name` into encoded words, none inside a character (RFC 2047 5)."""
    words: list[str] = []
    payload = ""
    for character in name:
        piece = _q(character)
        if len(payload) + len(piece) > _LONGEST_PAYLOAD:
            words.append(payload)
            payload = ""
        payload += piece
    words.append(payload)
    return [f"=?utf-8?q?{word}?=" for word in words]


def _q(character: str) -> str:
    # RFC 2047 5(3): in a phrase only these stand for themselves.
    if character == " ":
        return "_"
    if character.isascii() and (character.isalnum() or character in "!*+-/"):
        return character
    return "".join(f"={byte:02X}" for byte in character.encode())
