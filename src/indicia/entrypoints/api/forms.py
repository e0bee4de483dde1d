"""Read the named values of a form, whichever of the three encodings carries them."""

import io
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

import msgspec
import multipart
from starlette.requests import Request

from indicia.entrypoints.api.body import media_type
from indicia.entrypoints.api.errors import ApiError

MOST_FIELDS = 1000

Fields = dict[str, object]


def read_form(request: Request, body: bytes) -> Fields:
    """Answer the fields of a multipart, urlencoded or JSON form; a repeated field is a list, an empty one absent.

    Raises:
        ApiError: It cannot be read (400), or is no form (415).
    """
    kind = media_type(request)
    if kind == "application/json":
        return read_json_object(body)
    if kind == "multipart/form-data":
        pairs = _multipart(request.headers["content-type"], body)
    elif kind == "application/x-www-form-urlencoded":
        pairs = _urlencoded(body)
    else:
        raise ApiError(415, "Send application/json, multipart/form-data or application/x-www-form-urlencoded")
    return gathered(pairs)


def gathered(pairs: Iterable[tuple[str, str]]) -> Fields:
    """Answer fields by name; a repeated one is a list, an empty one absent."""
    fields: Fields = {}
    for name, value in pairs:
        if value == "":
            continue
        known = fields.get(name)
        if known is None:
            fields[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            fields[name] = [known, value]
    return fields


def texts(fields: Mapping[str, object], name: str) -> list[str]:
    """Answer the values of a field that may be repeated; none where it is absent, null or empty.

    Raises:
        ApiError: One of them is no text (400).
    """
    value = fields.get(name)
    given = [each for each in (value if isinstance(value, list) else [value]) if each is not None and each != ""]
    read = [each for each in given if isinstance(each, str)]
    if len(read) < len(given):
        raise ApiError(400, f"{name}: must be a text")
    return read


def read_json_object(body: bytes) -> Fields:
    """Answer the members of a JSON object.

    Raises:
        ApiError: It is no JSON object in UTF-8 (400).
    """
    try:
        body.decode()
        fields = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(400, "The body is not valid JSON in UTF-8") from error
    if not isinstance(fields, dict):
        raise ApiError(400, "The body must be a JSON object")
    return fields


def _urlencoded(body: bytes) -> list[tuple[str, str]]:
    if body.lstrip()[:1] == b"{":
        raise ApiError(400, "The body looks like JSON; send it with Content-Type: application/json")
    try:
        return parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict", separator="&"
        )
    except ValueError as error:
        raise ApiError(400, f"The form cannot be read; it must be UTF-8 with at most {MOST_FIELDS} fields") from error


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    _, options = multipart.parse_options_header(content_type)
    try:
        parser = multipart.MultipartParser(
            io.BytesIO(body),
            options.get("boundary", ""),
            content_length=len(body),
            part_limit=MOST_FIELDS,
            memory_limit=2 * len(body) + 65_536,
            strict=True,
        )
        return [(part.name, part.value) for part in parser]
    except (multipart.MultipartError, UnicodeDecodeError, LookupError, ValueError) as error:
        raise ApiError(400, f"The multipart form cannot be read; it may have {MOST_FIELDS} fields at most") from error
