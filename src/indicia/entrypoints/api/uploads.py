"""Read a form that may carry files: fields into memory, large files straight into the blob store.

A file is held whole nowhere: what exceeds `SMALLEST_BLOB_BYTES` goes to disk as it arrives.
"""

import asyncio
import base64
import binascii
import mimetypes
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack, aclosing
from hashlib import sha256
from typing import NamedTuple

import msgspec
import multipart
from starlette.requests import ClientDisconnect, Request

from indicia.entrypoints.api.body import media_type, read_body, refuse_early, too_large
from indicia.entrypoints.api.errors import ApiError
from indicia.entrypoints.api.forms import (
    MOST_FIELDS,
    Fields,
    gathered,
    part_text,
    plain_name,
    read_form,
    unreadable_multipart,
)
from indicia.messages.blobs import SMALLEST_BLOB_BYTES, Blobs, NewBlob
from indicia.messages.model import Attachment

# The largest message over a line of 2 Mbit/s.
UPLOAD_SECONDS = 120.0

_UNKNOWN_TYPE = "application/octet-stream"
_LARGEST_PART_HEADER = 8 * 1024


class Posted(NamedTuple):
    """What a request carried.

    Attributes:
        fields: Texts by name; in JSON whatever JSON has. A repeated field is a list.
        files: The files of the fields that were asked for, in order.
        digest: Equal for requests that carry the same fields and files in the same order.
    """

    fields: Fields
    files: tuple[Attachment, ...]
    digest: bytes


class FileFields(NamedTuple):
    """Which fields carry files: those that go as attachments, and those that are shown inline."""

    attached: str
    inline: str

    def is_inline(self, name: str) -> bool:
        """Tell whether the field `name` carries inline files."""
        return name == self.inline


async def read_posted(
    request: Request, blobs: Blobs, names: FileFields, *, most_bytes: int, most_fields: int
) -> Posted:
    """Answer the fields and files of a multipart, urlencoded or JSON form.

    Raises:
        ApiError: It cannot be read (400), is too large (413), is no form (415), or was not sent in time (408).
        BlobError: A file could not be stored; nothing is kept.
    """
    if media_type(request) == "multipart/form-data":
        return await _multipart(request, blobs, names, most_bytes, most_fields)
    body = await read_body(request, most_bytes=most_bytes, seconds=UPLOAD_SECONDS)
    fields = read_form(request, body, most_fields)
    files = tuple([await _described(file, blobs, names, name) for name in names for file in _popped(fields, name)])
    return Posted(fields, files, sha256(body).digest())


async def _multipart(request: Request, blobs: Blobs, names: FileFields, most_bytes: int, most_fields: int) -> Posted:
    _, options = multipart.parse_options_header(request.headers["content-type"])
    reader = _Reader(blobs, names)
    try:
        with multipart.PushMultipartParser(
            options.get("boundary", ""),
            max_header_size=_LARGEST_PART_HEADER,
            max_segment_count=most_fields,
            strict=True,
        ) as parser:
            async with asyncio.timeout(UPLOAD_SECONDS), aclosing(_chunks(request, most_bytes)) as chunks:
                async for chunk in chunks:
                    for event in parser.parse(chunk):
                        reader.take(event)
        files = await reader.files()
    except (multipart.MultipartError, ValueError) as error:
        raise unreadable_multipart(most_fields) from error
    except TimeoutError as error:
        raise ApiError(408, f"The body did not arrive within {UPLOAD_SECONDS:.0f} seconds") from error
    except ClientDisconnect as error:
        raise ApiError(400, "The body ended early") from error
    finally:
        reader.close()
    return Posted(gathered(reader.pairs), files, reader.digest.digest())


async def _chunks(request: Request, most_bytes: int) -> AsyncGenerator[bytes, None]:
    """Answer the body as it comes, as long as it is not too large."""
    refuse_early(request, most_bytes)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most_bytes:
            raise too_large(most_bytes)
        if chunk:
            yield chunk


class _Reader:
    """Gathers what the parser of a multipart form finds."""

    def __init__(self, blobs: Blobs, names: FileFields) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.digest = sha256()
        self._blobs = blobs
        self._names = names
        self._files: list[tuple[Attachment, NewBlob | None]] = []
        self._opened = ExitStack()
        self._part: multipart.MultipartSegment | None = None
        self._name = ""
        self._held = bytearray()
        self._blob: NewBlob | None = None
        self._size = 0

    def take(self, event: multipart.MultipartSegment | bytearray | bytes | None) -> None:
        """Follow one event of the parser: a part begins, goes on, or ends."""
        if event is None:
            self._end()
        elif isinstance(event, (bytes, bytearray)):
            self._go_on(event)
        else:
            self._part, self._held, self._blob, self._size = event, bytearray(), None, 0
            self._name = plain_name(event.name)
            self.digest.update(f"\0{event.name}\0{event.filename or ''}\0{event.content_type or ''}\0".encode())

    async def files(self) -> tuple[Attachment, ...]:
        """Answer the files, the large ones durable now.

        Raises:
            BlobError: One could not be made durable.
        """
        return tuple(
            [
                file if blob is None else msgspec.structs.replace(file, digest=await blob.keep())
                for file, blob in self._files
            ]
        )

    def close(self) -> None:
        """Delete what was not kept."""
        self._opened.close()

    def _go_on(self, chunk: bytes | bytearray) -> None:
        self.digest.update(chunk)
        self._size += len(chunk)
        if self._blob is None:
            self._held += chunk
            if self._is_file and len(self._held) > SMALLEST_BLOB_BYTES:
                self._blob = self._opened.enter_context(self._blobs.new())
                self._blob.write(bytes(self._held))
                self._held = bytearray()
        else:
            self._blob.write(bytes(chunk))

    @property
    def _is_file(self) -> bool:
        # Without a file name it is still meant as a file in these fields, and dropping it would lose it silently.
        return self._part is not None and self._name in self._names

    def _end(self) -> None:
        part = self._part
        if part is None:
            return
        if not self._is_file:
            text = part_text(bytes(self._held), part.charset, is_file=bool(part.filename))
            if text is not None:
                self.pairs.append((self._name, text))
        elif self._size or part.filename:
            kind = part.content_type or _UNKNOWN_TYPE
            file = Attachment(
                name=part.filename or _made_up_name(len(self._files) + 1, kind),
                media_type=kind,
                size_bytes=self._size,
                is_inline=self._names.is_inline(self._name),
                content=bytes(self._held) if self._blob is None else None,
            )
            self._files.append((file, self._blob))
        self._part = None


def _popped(fields: Fields, name: str) -> list[object]:
    value = fields.pop(name, None)
    if value is None or value == []:
        return []
    files = value if isinstance(value, list) else [value]
    if len(files) > MOST_FIELDS:
        raise ApiError(400, f"{name}: may be given {MOST_FIELDS} times at most")
    return files


async def _described(file: object, blobs: Blobs, names: FileFields, field: str) -> Attachment:
    """Read a file of a JSON form: an object with its name and its content in base64."""
    explained = ApiError(
        400, f"{field}: send files as multipart/form-data, or in JSON as an object with filename and content (base64)"
    )
    if not isinstance(file, Mapping) or not isinstance(file.get("content"), str):
        raise explained
    name, kind = file.get("filename") or file.get("name"), file.get("content_type") or file.get("type")
    if not isinstance(name, str) or not isinstance(kind or "", str):
        raise explained
    try:
        content = base64.b64decode(file["content"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise explained from error
    digest = None
    if len(content) > SMALLEST_BLOB_BYTES:
        with blobs.new() as blob:
            blob.write(content)
            digest = await blob.keep()
    return Attachment(
        name=name,
        media_type=str(kind or mimetypes.guess_type(name)[0] or _UNKNOWN_TYPE),
        size_bytes=len(content),
        is_inline=names.is_inline(field),
        content=content if digest is None else None,
        digest=digest,
    )


def _made_up_name(number: int, media_type: str) -> str:
    return f"attachment-{number}{mimetypes.guess_extension(media_type) or ''}"
