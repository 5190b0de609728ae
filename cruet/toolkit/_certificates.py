"""Certificates for TLS on a developer's machine, made with the ``cryptography`` package."""

from __future__ import annotations

import os
import ssl
import sys
import tempfile
import typing as t
from datetime import UTC, datetime, timedelta

if t.TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

#: Days for which such a certificate is good.
DAYS = 365


def generate_adhoc_ssl_pair(cn: str | None = None) -> tuple[Certificate, RSAPrivateKey]:
    """Make a key and a certificate that it signs itself, for the host ``cn`` and those below it.

    :param cn: by default every host.
    :raises TypeError: the ``cryptography`` package is not installed.
    """
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import rsa
    except ImportError:
        raise TypeError("Ad-hoc certificates need the 'cryptography' package.") from None
    host = "*" if cn is None else cn
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Dummy Certificate"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, host),
        ]
    )
    names = [x509.DNSName(host), x509.DNSName(f"*.{host}")] if cn else [x509.DNSName(host)]
    now = datetime.now(UTC)
    usage = x509.ExtendedKeyUsage([x509.OID_SERVER_AUTH])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _pem(pair: tuple[Certificate, RSAPrivateKey]) -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives import serialization

    certificate, key = pair
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            encoding=serialization.Encoding.PEM,
            format=serialization.PrivateFormat.TraditionalOpenSSL,
            encryption_algorithm=serialization.NoEncryption(),
        ),
    )


def _write_private(path: str, data: bytes) -> None:
    """Write a file that nobody else may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)


def make_ssl_devcert(
    base_path: str, host: str | None = None, cn: str | None = None
) -> tuple[str, str]:
    """Write a certificate to ``base_path.crt`` and its key to ``base_path.key``; return the paths.

    They can be kept, so that the browser has to be told only once to trust them.

    :param host: the host it is for; with it those below.
    :param cn: the common name as it stands, in place of ``host``.
    """
    if host is not None:
        cn = host
    certificate, key = _pem(generate_adhoc_ssl_pair(cn))
    with open(f"{base_path}.crt", "wb") as file:
        file.write(certificate)
    _write_private(f"{base_path}.key", key)
    return f"{base_path}.crt", f"{base_path}.key"


def load_ssl_context(
    cert_file: str, pkey_file: str | None = None, protocol: int | None = None
) -> ssl.SSLContext:
    """Return a server's context with a certificate and its key, from files.

    :param pkey_file: by default the key is in ``cert_file`` too.
    :param protocol: one of :mod:`ssl`'s ``PROTOCOL_`` constants; by default any version of TLS.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if protocol is None else protocol)
    context.load_cert_chain(cert_file, pkey_file)
    return context


def generate_adhoc_ssl_context() -> ssl.SSLContext:
    """Return a server's context with a certificate made for this one process."""
    with tempfile.TemporaryDirectory() as folder:
        return load_ssl_context(*make_ssl_devcert(os.path.join(folder, "adhoc")))


def is_ssl_error(error: Exception | None = None) -> bool:
    """Tell whether an exception, by default the one being handled, is TLS's."""
    return isinstance(error or sys.exc_info()[1], ssl.SSLError)
