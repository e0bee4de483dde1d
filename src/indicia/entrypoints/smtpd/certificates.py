"""What STARTTLS is done with: the operator's certificate, or one that was made here.

Mail servers encrypt to each other without knowing each other (RFC 7435), so a certificate that nobody signed keeps
listeners out as well as any other.
"""

import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from indicia.base.errors import AppError

_YEARS = 10


class CertificateError(AppError):
    """STARTTLS cannot be offered with that certificate; the message says why."""


def server_tls(certificate: Path) -> ssl.SSLContext:
    """Answer what TLS begins with: `certificate` holds a private key and the chain to it, in PEM.

    Raises:
        CertificateError: It cannot be read or used.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate)
    except (OSError, ssl.SSLError) as error:
        raise CertificateError(f"cannot use {certificate} for STARTTLS: {error}") from error
    return context


def make_certificate(path: Path, name: str, now: float) -> None:
    """Write a private key and its self-signed certificate for `name` to `path`, once.

    Raises:
        CertificateError: They cannot be written.
    """
    if path.exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    since = datetime.fromtimestamp(now, UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=365 * _YEARS))
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(private + certificate.public_bytes(Encoding.PEM))
    except OSError as error:
        raise CertificateError(f"cannot write {path}: {error.strerror}") from error
