"""Passwords kept as salted hashes, and paths kept inside their directory."""

from __future__ import annotations

import hashlib
import hmac
import os
import posixpath
import secrets
import string

from .. import _cruet

SALT_CHARS = string.ascii_letters + string.digits
DEFAULT_PBKDF2_ITERATIONS = 1_000_000

# The platform's separators other than "/", which URLs are made of.
_os_alt_seps: list[str] = [sep for sep in (os.sep, os.altsep) if sep is not None and sep != "/"]
# Names that stand for devices in every directory of Windows, whatever their extension.
_windows_device_files = {
    "AUX",
    "CON",
    "CONIN$",
    "CONOUT$",
    *(f"COM{number}" for number in "123456789¹²³"),
    *(f"LPT{number}" for number in "123456789¹²³"),
    "NUL",
    "PRN",
}


def gen_salt(length: int) -> str:
    """A random salt of that many letters and digits.

    :raises ValueError: the length is not positive.
    """
    if length <= 0:
        raise ValueError("Salt length must be at least 1.")
    return "".join(secrets.choice(SALT_CHARS) for _ in range(length))


def _hash_internal(method: str, salt: str, password: str) -> tuple[str, str]:
    """(hash in hexadecimal, the method with all its parameters)."""
    method, *args = method.split(":")
    if method == "scrypt":
        if not args:
            n, r, p = 2**15, 8, 1
        else:
            try:
                n, r, p = map(int, args)
            except ValueError:
                raise ValueError("'scrypt' takes 3 arguments.") from None
        # OpenSSL's own bound of 32 MiB is too low for the default; this is what it needs.
        memory = 132 * n * r * p + 4096
        digest = hashlib.scrypt(password.encode(), salt=salt.encode(), n=n, r=r, p=p, maxmem=memory)
        return digest.hex(), f"scrypt:{n}:{r}:{p}"
    if method == "pbkdf2":
        if len(args) > 2:
            raise ValueError("'pbkdf2' takes 2 arguments.")
        hash_name = args[0] if args else "sha256"
        iterations = int(args[1]) if len(args) == 2 else DEFAULT_PBKDF2_ITERATIONS
        digest = hashlib.pbkdf2_hmac(hash_name, password.encode(), salt.encode(), iterations)
        return digest.hex(), f"pbkdf2:{hash_name}:{iterations}"
    raise ValueError(f"Invalid hash method '{method}'.")


def generate_password_hash(password: str, method: str = "scrypt", salt_length: int = 16) -> str:
    """A salted hash of the password, to be stored: ``method$salt$hash``.

    :param method: ``scrypt`` (RFC 7914), or ``scrypt:n:r:p`` with its cost, block size and
        parallelism; ``pbkdf2`` (RFC 8018), or ``pbkdf2:hash_name:iterations``.
    :param salt_length: characters.
    :raises ValueError: the method is none of these, or its parameters are out of bounds.
    """
    salt = gen_salt(salt_length)
    digest, method = _hash_internal(method, salt, password)
    return f"{method}${salt}${digest}"


def check_password_hash(pwhash: str, password: str) -> bool:
    """Whether the password is the one that the hash was made of. Takes the same time wherever the
    hashes differ.

    :raises ValueError: the hash names a method that there is none of.
    """
    parts = pwhash.split("$", 2)
    if len(parts) != 3:
        return False
    method, salt, digest = parts
    return hmac.compare_digest(_hash_internal(method, salt, password)[0], digest)


def safe_join(directory: str, *untrusted: str) -> str | None:
    """Join paths of "/"-separated parts to a directory; None where one would lead out of it.

    :param directory: trusted; the current directory where empty.
    :param untrusted: what clients send: absolute paths, ``..`` that goes too far up, NUL
        characters, the platform's other separators and Windows' names of devices are refused.
    """
    if os.name != "nt" and not _os_alt_seps:
        return _cruet.safe_join(directory, *untrusted)
    parts = [directory or "."]
    for filename in untrusted:
        if filename:
            filename = posixpath.normpath(filename)
        if (
            any(sep in filename for sep in _os_alt_seps)
            or (os.name == "nt" and _names_device(filename))
            or os.path.isabs(filename)
            or filename == ".."
            or "\0" in filename
            # ntpath takes a leading slash for relative from Python 3.13 on
            or filename.startswith(("/", "../"))
        ):
            return None
        if filename:
            parts.append(filename)
    return posixpath.join(*parts)


def _names_device(filename: str) -> bool:
    return any(
        part.partition(".")[0].strip().upper() in _windows_device_files
        for part in filename.split("/")
    )
