"""Read the named values of a form, whichever of the three encodings carries them."""

import io
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

import msgspec
import multipart
from starlette.requests import Request

from indicia.base.unreadable_json import UNREADABLE
from indicia.entrypoints.api.body import media_type
from indicia.entrypoints.api.errors import ApiError

MOST_FIELDS = 1000

# Those that clients name. Among the others are some that are slow, and some that make no text.
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252"})

# Fields that are repeated. PHP has no two of one name, so its clients number them.
_NUMBERED = re.compile(r"(attachment|bcc|cc|inline|o:tag|to|url)\[[0-9]*\]")

Fields = dict[str, object]


def read_form(request: Request, body: bytes, most_fields: int = MOST_FIELDS) -> Fields:
    """Answer the fields of a multipart, urlencoded or JSON form; a repeated field is a list, an empty one absent.

    Raises:
        ApiError: It cannot be read (400), or is no form (415).
    """
    kind = media_type(request)
    if kind == "application/json":
        return _json_object(body, most_fields)
    if kind == "multipart/form-data":
        pairs = _multipart(request.headers["content-type"], body, most_fields)
    elif kind == "application/x-www-form-urlencoded":
        pairs = _urlencoded(body, most_fields)
    else:
        raise ApiError(415, "Send application/json, multipart/form-data or application/x-www-form-urlencoded")
    return gathered(pairs)


def gathered(pairs: Iterable[tuple[str, str]]) -> Fields:
    """Answer fields by name; a repeated one is a list, an empty one absent."""
    fields: Fields = {}
    for written, value in pairs:
        if value == "":
            continue
        name = plain_name(written)
        known = fields.get(name)
        if known is None:
            fields[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            fields[name] = [known, value]
    return fields


def plain_name(name: str) -> str:
    """Answer what a field is called that its client may have numbered: `to[0]`, `attachment[]`."""
    numbered = _NUMBERED.fullmatch(name) if name.endswith("]") else None
    return name if numbered is None else numbered[1]


def part_text(content: bytes, charset: str | None, *, is_file: bool) -> str | None:
    """Answer what a part of a multipart form says; None for a file that is no text, in a field that takes no file.

    Raises:
        ValueError: It cannot be read in the character set that it names.
    """
    name = (charset or "utf-8").lower()
    if name not in _CHARSETS:
        raise ValueError(name)
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        if is_file:
            return None
        raise


def unreadable_multipart(most_fields: int) -> ApiError:
    """Answer what is said of a multipart form that is none."""
    return ApiError(
        400, f"The multipart form cannot be read; it must be UTF-8, be complete and have {most_fields} fields at most"
    )


def texts(fields: Mapping[str, object], name: str) -> list[str]:
    """Answer the values of a field that may be repeated; none where it is absent, null or empty.

    In JSON a number may stand where a form has its digits.

    Raises:
        ApiError: One of them is no text (400).
    """
    value = fields.get(name)
    given = [each for each in (value if isinstance(value, list) else [value]) if each is not None and each != ""]
    read = [each if isinstance(each, str) else str(each) for each in given if _is_plain(each)]
    if len(read) < len(given):
        raise ApiError(400, f"{name}: must be a text")
    return read


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def single(fields: Mapping[str, object], *names: str) -> str:
    """Answer a field that is given once at most, under whichever of its `names`; empty where it is absent.

    Raises:
        ApiError: It is given more than once, or is no text (400).
    """
    found = [text for name in names for text in texts(fields, name)]
    if len(found) > 1:
        raise ApiError(400, f"{names[0]}: must be given once")
    return found[0] if found else ""


def _json_object(body: bytes, most_fields: int) -> Fields:
    try:
        body.decode()
        fields = msgspec.json.decode(body)
    except UNREADABLE as error:
        raise ApiError(400, "The body is not valid JSON in UTF-8") from error
    if not isinstance(fields, dict):
        raise ApiError(400, "The body must be a JSON object")
    if len(fields) > most_fields:
        raise ApiError(400, f"The body may have {most_fields} fields at most")
    return fields


def _urlencoded(body: bytes, most_fields: int) -> list[tuple[str, str]]:
    if body.lstrip()[:1] == b"{":
        raise ApiError(400, "The body looks like JSON; send it with Content-Type: application/json")
    try:
        return parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=most_fields, errors="strict", separator="&"
        )
    except ValueError as error:
        raise ApiError(400, f"The form cannot be read; it must be UTF-8 with at most {most_fields} fields") from error


def _multipart(content_type: str, body: bytes, most_fields: int) -> list[tuple[str, str]]:
    _, options = multipart.parse_options_header(content_type)
    try:
        parser = multipart.MultipartParser(
            io.BytesIO(body),
            options.get("boundary", ""),
            content_length=len(body),
            part_limit=most_fields,
            memory_limit=2 * len(body) + 65_536,
            strict=True,
        )
        read = [(part.name, part_text(part.raw, part.charset, is_file=bool(part.filename))) for part in parser]
    except (multipart.MultipartError, ValueError) as error:
        raise unreadable_multipart(most_fields) from error
    return [(name, text) for name, text in read if text is not None]
