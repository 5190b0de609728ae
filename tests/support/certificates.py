"""Certificates for tests: authorities, and what they sign."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Identity:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path

    @property
    def options(self) -> list[str]:
        """What `cruet run` is told."""
        return ["--certfile", str(self.certificate), "--keyfile", str(self.key)]


class Authority:
    """Signs certificates; its own is ``file``."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        own = self._builder(self._name, self._key, timedelta(days=1))
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(_pem(own.sign(self._key, hashes.SHA256())))

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, life: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(now + life)
            .add_extension(identifier, critical=False)
            .add_extension(issuer, critical=False)
        )

    def make(
        self, *hosts: str, file: str = "", life: timedelta = timedelta(days=1), name: str = ""
    ) -> Identity:
        """Make a certificate for hosts, or for a client's ``name``."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(_name(name or hosts[0]), key, life)
        if hosts:
            names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        stem = file or name or hosts[0].replace("*", "any")
        made = Identity(self._folder / f"{stem}.crt", self._folder / f"{stem}.key")
        made.certificate.write_bytes(_pem(builder.sign(self._key, hashes.SHA256())))
        made.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return made

    def client(self, me: Identity | None = None) -> ssl.SSLContext:
        """Return what a client that trusts this authority speaks TLS by."""
        context = ssl.create_default_context(cafile=os.fspath(self.file))
        if me is not None:
            context.load_cert_chain(me.certificate, me.key)
        return context


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
