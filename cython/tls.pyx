# What TLS on a server's sockets is made of.

from libcpp.string cimport string

from lib_server cimport (
    make_tls_context, tls_available, tls_certificate, tls_client_certificates, tls_context, tls_options, tls_version,
)

#: Can this build serve HTTPS?
has_tls = tls_available


cdef class TlsContext:
    """Certificates and rules of TLS, for servers in this process and those that it forks.

    ``certificates`` are pairs of paths, a chain's and its key's, where None is the same file; a
    client gets the first whose names fit. ``clients`` is ``none``, ``optional`` or ``required``, with
    ``ca_certs`` to check their certificates by; ``minimum`` is ``1.2`` or ``1.3``. Raises ValueError
    with the file and the reason.
    """

    cdef tls_context native

    def __init__(self, certificates, *, str ca_certs=None, str clients="none", str minimum="1.2", str ciphers=None):
        cdef tls_options options
        cdef tls_certificate one
        cdef string wrong
        for chain, key in certificates:
            one.chain_file = _os.fsencode(chain)
            one.key_file = _os.fsencode(key or b"")
            options.certificates.push_back(one)
        options.ca_file = _os.fsencode(ca_certs or b"")
        options.ciphers = (ciphers or "").encode()
        options.clients = {"none": tls_client_certificates.none, "optional": tls_client_certificates.optional,
                           "required": tls_client_certificates.required}[clients]
        options.least = {"1.2": tls_version.v1_2, "1.3": tls_version.v1_3}[minimum]
        wrong = make_tls_context(options, self.native)
        if not wrong.empty():
            raise ValueError(_os.fsdecode(<bytes>wrong))
