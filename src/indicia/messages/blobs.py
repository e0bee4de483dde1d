"""Large parts of messages as files, named by what they hold.

A blob is durable before the transaction that names it begins, so a message never lacks one. What a failed submission
left behind is removed once it is a day old and no message names it.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from indicia.base.errors import AppError

# Below this, a row is the cheaper place (SQLite's own measurements put the break-even near 100 kB).
SMALLEST_BLOB_BYTES = 64 * 1024
_CHUNK_BYTES = 256 * 1024


class BlobError(AppError):
    """A blob cannot be written or read; nothing names one that could not be written."""


class Blobs:
    """The blobs below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, chunks: Iterable[bytes]) -> str:
        """Store the bytes of `chunks` durably, once however often they are put; answer their SHA-256 in hex.

        Raises:
            BlobError: They could not be made durable.
        """
        try:
            return await asyncio.to_thread(self._put, chunks)
        except OSError as error:
            raise BlobError(f"cannot store a large part: {error.strerror}") from error

    async def read(self, digest: str) -> AsyncIterator[bytes]:
        """Answer the bytes of a blob, some at a time.

        Raises:
            BlobError: It is not there or cannot be read.
        """
        try:
            file = await asyncio.to_thread(self._path(digest).open, "rb")
            with file:
                while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            raise BlobError(f"cannot read the large part {digest}: {error.strerror}") from error

    def older_than(self, before: float) -> Iterator[str]:
        """Name the blobs whose files were last put before `before` (unix seconds)."""
        for path in self._folder.glob("??/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    yield path.name

    def remove(self, digest: str) -> None:
        """Delete a blob; one that is gone already is no error."""
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    def _put(self, chunks: Iterable[bytes]) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"new-{secrets.token_hex(8)}"
        try:
            digest = _write(fresh, chunks)
            path = self._path(digest)
            path.parent.mkdir(exist_ok=True)
            # The rename also renews the time of a blob that is there, which keeps it from being taken for a leftover.
            fresh.replace(path)
            _sync_folder(path.parent)
            _sync_folder(self._folder)
        finally:
            fresh.unlink(missing_ok=True)
        return digest


def _write(path: Path, chunks: Iterable[bytes]) -> str:
    digest = sha256()
    with path.open("xb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, which fsync of the file alone does not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
