"""Reads the forms in which operators publish their prefixes: JSON of any shape, lines, CSV, zipped lines."""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network
from typing import Any

import msgspec

# What a zip may unpack to; the only zipped list holds 100 kB.
_MAX_UNZIPPED_BYTES = 16 * 1024 * 1024

_ADDRESS_START = re.compile(r"[0-9a-fA-F:]")
_FIELD_END = re.compile(r"[,;\s#]")


def json_prefixes(document: bytes) -> Iterator[str]:
    """Yield every string of a JSON document that is a prefix or an address, wherever it stands.

    Operators nest them in a dozen ways and change those; none publishes other addresses in the same file.

    Raises:
        ValueError: Not JSON.
    """
    return (text for text in _strings(json.loads(document)) if _is_prefix(text))


def line_prefixes(document: bytes) -> Iterator[str]:
    """Yield the first field of each line that holds a prefix or an address; geofeeds (RFC 8805) are such lines.

    Raises:
        ValueError: Not text.
    """
    fields = (_FIELD_END.split(line.strip(), maxsplit=1)[0] for line in document.decode().splitlines())
    return (field for field in fields if _is_prefix(field))


def zipped_prefixes(document: bytes) -> Iterator[str]:
    """Yield the prefixes in the lines of every text file of a zip archive.

    Raises:
        ValueError: Not a zip archive, or an unreasonably large one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(document)) as archive:
            files = [file for file in archive.infolist() if file.filename.endswith(".txt")]
            if sum(file.file_size for file in files) > _MAX_UNZIPPED_BYTES:
                raise ValueError("the archive unpacks to too much")
            for file in files:
                yield from line_prefixes(archive.read(file))
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from error


class _Endpoint(msgspec.Struct):
    """One entry of Microsoft's list of Microsoft 365 endpoints."""

    urls: Sequence[str] = ()
    ips: Sequence[str] = ()


def microsoft_mail_filters(document: bytes) -> Iterator[str]:
    """Yield the prefixes of Exchange Online Protection from Microsoft's list of Microsoft 365 endpoints.

    Raises:
        ValueError: Not that list.
    """
    for endpoint in _decoded(document, list[_Endpoint]):
        if any(url.endswith("protection.outlook.com") for url in endpoint.urls):
            yield from endpoint.ips


class _Properties(msgspec.Struct):
    prefixes: Sequence[str] = msgspec.field(name="addressPrefixes", default=())


class _Tag(msgspec.Struct):
    name: str
    properties: _Properties


class _ServiceTags(msgspec.Struct):
    values: Sequence[_Tag]


def azure_prefixes(document: bytes) -> tuple[list[str], list[str]]:
    """Split Azure's service tags into (prefixes of everything, prefixes of the mail filters).

    Raises:
        ValueError: Not Azure's service tags.
    """
    everything: list[str] = []
    filters: list[str] = []
    for tag in _decoded(document, _ServiceTags).values:
        is_filter = tag.name.upper() == "EOPEXTERNALPUBLISHEDIPS"
        (filters if is_filter else everything).extend(tag.properties.prefixes)
    return everything, filters


def _decoded(document: bytes, form: Any) -> Any:
    try:
        return msgspec.json.decode(document, type=form)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        items: Iterable[object] = value.values() if isinstance(value, dict) else value
        for item in items:
            yield from _strings(item)


def _is_prefix(text: str) -> bool:
    if not _ADDRESS_START.match(text) or not ("." in text or ":" in text):
        return False
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
