"""Certificates, and who may connect by which TLS."""

from __future__ import annotations

from dataclasses import dataclass

from .table import choice, files, path, text

CERTIFICATES_OF_CLIENTS = ("none", "optional", "required")
TLS_VERSIONS = ("1.2", "1.3")


@dataclass(kw_only=True)
class Tls:
    """TLS"""

    certfile: list[str] = files(
        "Certificate and the chain above it, PEM: HTTPS is spoken on every address. May be "
        "repeated: a client gets the first that fits the host it asks for, else the first. SIGHUP "
        "reads it anew; one that is of no use leaves the old workers serving.",
        why="A proxy in front speaks TLS more often than not.",
    )
    keyfile: list[str] = files(
        "Private key of the certificate, PEM, without a password; one for each --certfile, in the "
        "same order.",
        shown="in certfile",
        why="Both are often in one file. It is the master that reads it: workers of --user need "
        "not be able to.",
    )
    ca_certs: str | None = path(
        None,
        "Certificates of the authorities that those of clients must come from, PEM.",
        why="There is no authority that vouches for everybody's clients.",
    )
    cert_reqs: str = choice(
        "none",
        "Whether clients are asked for a certificate, and let in without. Applications find it as "
        "SSL_CLIENT_VERIFY, SSL_CLIENT_S_DN, SSL_CLIENT_I_DN and SSL_CLIENT_CERT.",
        CERTIFICATES_OF_CLIENTS,
        why="Browsers bother people with the question.",
    )
    ciphers: str | None = text(
        None,
        "OpenSSL's list of ciphers for TLS 1.2; names that begin with TLS_ are those of TLS 1.3.",
        shown="forward secrecy and authenticated encryption alone",
        why="Mozilla's intermediate list, which every client since 2014 speaks.",
    )
    tls_minimum: str = choice(
        "1.2",
        "The oldest version of TLS that is spoken.",
        TLS_VERSIONS,
        why="RFC 8996 has done away with those before.",
    )
