"""Large parts of messages as files, named by what they hold.

A blob is durable before the transaction that names it begins, so a message never lacks one. What a failed submission
left behind is removed once it is a day old and no message names it.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from indicia.base.errors import AppError

# Below this, a row is the cheaper place (SQLite's own measurements put the break-even near 100 kB).
SMALLEST_BLOB_BYTES = 64 * 1024
# A blob that nothing names is left alone for this long: its message may be about to be stored.
LEFTOVER_SECONDS = 24 * 3600.0
_CHUNK_BYTES = 256 * 1024


class BlobError(AppError):
    """A blob cannot be written or read; nothing names one that could not be written."""


class NewBlob:
    """A blob being written; use as a context, after which what was not kept is gone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"new-{secrets.token_hex(8)}"
        self._digest = sha256()

    def __enter__(self) -> Self:
        """Open the file.

        Raises:
            BlobError: It cannot be made.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("xb")
        except OSError as error:
            raise BlobError(f"cannot store a large part: {error.strerror}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file, and delete it unless it was kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Append `chunk`; only the page cache waits for it.

        Raises:
            BlobError: It cannot be written.
        """
        self._digest.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise BlobError(f"cannot store a large part: {error.strerror}") from error

    async def keep(self) -> str:
        """Make the blob durable under its SHA-256, and answer that in hex; equal blobs are kept once.

        Raises:
            BlobError: It could not be made durable.
        """
        digest = self._digest.hexdigest()
        try:
            await asyncio.to_thread(self._keep, digest)
        except OSError as error:
            raise BlobError(f"cannot store a large part: {error.strerror}") from error
        return digest

    def _keep(self, digest: str) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        path = _path(self._folder, digest)
        path.parent.mkdir(exist_ok=True)
        # The rename also renews the time of a blob that is there, which keeps it from being taken for a leftover.
        self._path.replace(path)
        _sync_folder(path.parent)
        _sync_folder(self._folder)


class Blobs:
    """The blobs below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self) -> NewBlob:
        """Begin a blob."""
        return NewBlob(self._folder)

    async def read(self, digest: str) -> AsyncIterator[bytes]:
        """Answer the bytes of a blob, some at a time.

        Raises:
            BlobError: It is not there or cannot be read.
        """
        try:
            file = await asyncio.to_thread(_path(self._folder, digest).open, "rb")
            with file:
                while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            raise BlobError(f"cannot read the large part {digest}: {error.strerror}") from error

    def older_than(self, before: float) -> Iterator[str]:
        """Name the blobs that were last put before `before` (unix seconds), and delete what was never finished."""
        for path in self._folder.glob("**/*"):
            with suppress(FileNotFoundError):
                if not path.is_file() or path.stat().st_mtime >= before:
                    continue
                if path.parent == self._folder:
                    path.unlink()
                else:
                    yield path.name

    def remove(self, digest: str) -> None:
        """Delete a blob; one that is gone already is no error."""
        _path(self._folder, digest).unlink(missing_ok=True)


def _path(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / digest


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, which fsync of the file alone does not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
