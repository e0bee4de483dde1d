"""One process alone works on an embedded store: two would deliver everything twice.

The lock is the operating system's on a file, so it ends with its process however that ends.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indicia.base.errors import AppError
from indicia.storage.database import StorageError
from indicia.storage.file_locks import claim

# A process that was just told to end may take so long to be gone.
_PATIENCE_SECONDS = 3.0
_AGAIN_SECONDS = 0.05


class StoreAtWorkError(AppError):
    """Another process works on the store already; the message says which."""


@contextmanager
def sole_worker(path: Path, *, is_patient: bool = False) -> Iterator[None]:
    """Hold the lock at `path`, whose folder is made if need be; where `is_patient`, wait seconds for it.

    Raises:
        StoreAtWorkError: Another process holds it.
        StorageError: The file cannot be made.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StorageError(f"cannot use {path}: {error}") from error
    try:
        give_up_at = time.monotonic() + (_PATIENCE_SECONDS if is_patient else 0.0)
        if not claim(descriptor, give_up_at=give_up_at, look_seconds=_AGAIN_SECONDS):
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace") or "another"
            raise StoreAtWorkError(
                f"process {holder} works on {path.parent} already, and a second one would send everything twice; "
                "stop it first, or run `indicia api` beside it"
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
