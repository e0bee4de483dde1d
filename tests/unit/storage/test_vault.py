"""The master secret: made once, guarded, and needed to open what it sealed."""

import pytest

from indicia.storage.database import StorageError
from indicia.storage.vault import Vault, open_vault


def test_what_is_sealed_opens_under_the_same_secret_alone(tmp_path):
    sealed = open_vault(tmp_path / "secret.key").seal(b"whsec_x")

    assert open_vault(tmp_path / "secret.key").unseal(sealed) == b"whsec_x"
    with pytest.raises(StorageError, match=r"secret\.key"):
        Vault(b"another secret of thirty-two byte").unseal(sealed)


def test_sealing_twice_shows_no_equality():
    vault = Vault(bytes(32))

    assert vault.seal(b"same") != vault.seal(b"same")


def test_an_altered_seal_does_not_open():
    vault = Vault(bytes(32))
    sealed = bytearray(vault.seal(b"whsec_x"))
    sealed[-1] ^= 1

    with pytest.raises(StorageError):
        vault.unseal(bytes(sealed))


def test_digests_depend_on_the_secret():
    assert Vault(bytes(32)).digest("key") == Vault(bytes(32)).digest("key")
    assert Vault(bytes(32)).digest("key") != Vault(b"1" * 32).digest("key")


def test_a_secret_that_others_may_read_is_refused_with_the_remedy(tmp_path):
    open_vault(tmp_path / "secret.key")
    (tmp_path / "secret.key").chmod(0o644)

    with pytest.raises(StorageError, match="chmod 600"):
        open_vault(tmp_path / "secret.key")


def test_a_truncated_secret_is_refused(tmp_path):
    path = tmp_path / "secret.key"
    path.write_bytes(b"short")
    path.chmod(0o600)

    with pytest.raises(StorageError, match="32 bytes"):
        open_vault(path)
