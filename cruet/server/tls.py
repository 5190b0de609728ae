"""What TLS on a server's sockets is made of."""

from __future__ import annotations

import os
import tempfile
import typing as t

from .. import _cruet
from ..toolkit._addresses import OptionError
from .options import ServerOptions

if t.TYPE_CHECKING:
    import ssl


def tls_context(options: ServerOptions) -> _cruet.TlsContext | None:
    """Return what workers speak TLS by; None: they speak plain HTTP.

    :raises OptionError: a file is of no use, or settings contradict each other.
    """
    pairs = _pairs(options)
    if not pairs:
        return None
    try:
        return _cruet.TlsContext(
            pairs,
            ca_certs=options.ca_certs,
            clients=options.cert_reqs,
            minimum=options.tls_minimum,
            ciphers=options.ciphers,
        )
    except ValueError as error:
        raise OptionError(f"certfile: {error}") from None


def _pairs(options: ServerOptions) -> list[tuple[str, str | None]]:
    certificates, keys = options.certfile, options.keyfile
    missing: list[str | None] = [None] * len(certificates)
    if keys and len(keys) != len(certificates):
        raise OptionError(
            f"keyfile needs one for each certfile: there are {len(keys)} and {len(certificates)}"
        )
    return list(zip(certificates, keys or missing, strict=True))


def adhoc_context() -> _cruet.TlsContext:
    """Return one with a certificate that is made now. :raises OptionError: it cannot be made."""
    from ..toolkit._certificates import make_ssl_devcert

    with tempfile.TemporaryDirectory() as folder:
        try:
            return _cruet.TlsContext([make_ssl_devcert(os.path.join(folder, "adhoc"))])
        except (TypeError, ValueError) as error:
            raise OptionError(f"--cert adhoc: {error}") from None


def development_context(options: ServerOptions) -> ssl.SSLContext | None:
    """Return what the development server, which is Python's, speaks TLS by: one certificate.

    :raises OptionError: as :func:`tls_context` does.
    """
    pairs = _pairs(options)
    if not pairs:
        return None
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(*pairs[0])
        if options.ca_certs:
            context.load_verify_locations(options.ca_certs)
        if options.ciphers:
            context.set_ciphers(options.ciphers)
    except (OSError, ssl.SSLError) as error:
        raise OptionError(f"certfile: {pairs[0][0]}: {error}") from None
    context.verify_mode = getattr(ssl, f"CERT_{options.cert_reqs.upper()}")
    context.minimum_version = getattr(
        ssl.TLSVersion, f"TLSv{options.tls_minimum.replace('.', '_')}"
    )
    return context
