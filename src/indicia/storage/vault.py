"""The installation's master secret: digests keys that are only compared, seals keys that are used again."""

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from indicia.storage.database import StorageError

SECRET_BYTES = 32
_NONCE_BYTES = 12


class Vault:
    """Keeps secrets useless to whoever has only the database."""

    def __init__(self, master: bytes) -> None:
        self._pepper = _derive(master, b"digests")
        self._cipher = AESGCM(_derive(master, b"seals"))

    def digest(self, secret: str) -> bytes:
        """Answer the keyed hash under which `secret` is stored; high-entropy secrets need no slow hash."""
        return hmac.digest(self._pepper, secret.encode(), sha256)

    def seal(self, secret: bytes) -> bytes:
        """Encrypt `secret` for storage, with authentication."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, None)

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            StorageError: It was sealed under another master secret, or altered.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag as error:
            raise StorageError("a stored secret does not open; is this data directory's secret.key its own?") from error


def open_vault(path: Path) -> Vault:
    """Read the master secret at `path`, made there on first use, readable by its owner alone.

    Raises:
        StorageError: It cannot be read or made, or others may read it.
    """
    try:
        _create_once(path)
        if path.stat().st_mode & 0o077:
            raise StorageError(f"{path} can be read by others; run: chmod 600 {path}")
        master = path.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot use {path}: {error}") from error
    if len(master) != SECRET_BYTES:
        raise StorageError(f"{path} must hold exactly {SECRET_BYTES} bytes; restore it from a backup")
    return Vault(master)


def _create_once(path: Path) -> None:
    """Make the secret if there is none; the rename is atomic, so two first starts agree on one."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _derive(master: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"indicia " + purpose).derive(master)
