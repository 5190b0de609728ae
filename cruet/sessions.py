"""Sessions: the interface, and the default one that keeps them in a signed cookie."""

from __future__ import annotations

import hashlib
import typing as t
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from itsdangerous import BadSignature, URLSafeTimedSerializer

from .json.tag import TaggedJSONSerializer
from .toolkit.datastructures import CallbackDict

if t.TYPE_CHECKING:
    from .app import Flask
    from .wrappers import Request, Response

if t.TYPE_CHECKING:
    _SessionMapping = MutableMapping[str, t.Any]
    _CallbackDict = CallbackDict[str, t.Any]
else:
    _SessionMapping = MutableMapping
    _CallbackDict = CallbackDict


class SessionMixin(_SessionMapping):
    """What a session is beside a mapping."""

    #: The session began with this request. The cookie interface cannot tell and leaves it False.
    new = False
    #: Something was changed. True where an implementation does not notice changes.
    modified = True
    #: The session was looked at in this request, so that caches must tell users apart.
    accessed = False

    @property
    def permanent(self) -> bool:
        """Whether the session outlives the browser's, kept under the key ``_permanent``."""
        return bool(self.get("_permanent", False))

    @permanent.setter
    def permanent(self, value: bool) -> None:
        self["_permanent"] = bool(value)


class SecureCookieSession(_CallbackDict, SessionMixin):
    """A session that notices when its keys are set or deleted.

    A change inside a value (an item appended to a list in it) is not noticed: set
    :attr:`modified` then.
    """

    modified = False

    def __init__(self, initial: Mapping[str, t.Any] | None = None) -> None:
        def on_update(session: t.Any) -> None:
            session.modified = True

        super().__init__(initial, on_update)


class NullSession(SecureCookieSession):
    """Stands in where there is no secret key: may be read, and refuses to be changed."""

    def _fail(self, *args: t.Any, **kwargs: t.Any) -> t.NoReturn:
        raise RuntimeError(
            "The session is unavailable because no secret key was set.  Set the secret_key on the"
            " application to something unique and secret."
        )

    __setitem__ = __delitem__ = clear = pop = popitem = update = setdefault = _fail
    __ior__ = _fail
    del _fail


class SessionInterface:
    """How sessions are opened and saved; subclass it and set ``app.session_interface``.

    Sessions must behave as mappings with the attributes of :class:`SessionMixin`.
    """

    #: Made by :meth:`make_null_session`.
    null_session_class = NullSession
    #: Whether sessions hold arbitrary pickled objects; extensions ask.
    pickle_based = False

    def make_null_session(self, app: Flask) -> NullSession:
        """Return the session that stands in where :meth:`open_session` gives None."""
        return self.null_session_class()

    def is_null_session(self, obj: object) -> bool:
        """Tell whether a session is such a stand-in, which is not saved."""
        return isinstance(obj, self.null_session_class)

    def get_cookie_name(self, app: Flask) -> str:
        return app.config["SESSION_COOKIE_NAME"]  # type: ignore[no-any-return]

    def get_cookie_domain(self, app: Flask) -> str | None:
        """The cookie's Domain; None keeps it to the very host (RFC 6265, section 4.1.2.3)."""
        return app.config["SESSION_COOKIE_DOMAIN"]  # type: ignore[no-any-return]

    def get_cookie_path(self, app: Flask) -> str:
        return app.config["SESSION_COOKIE_PATH"] or app.config["APPLICATION_ROOT"]  # type: ignore[no-any-return]

    def get_cookie_httponly(self, app: Flask) -> bool:
        return app.config["SESSION_COOKIE_HTTPONLY"]  # type: ignore[no-any-return]

    def get_cookie_secure(self, app: Flask) -> bool:
        return app.config["SESSION_COOKIE_SECURE"]  # type: ignore[no-any-return]

    def get_cookie_samesite(self, app: Flask) -> str | None:
        """``"Lax"``, ``"Strict"``, ``"None"`` or None."""
        return app.config["SESSION_COOKIE_SAMESITE"]  # type: ignore[no-any-return]

    def get_cookie_partitioned(self, app: Flask) -> bool:
        return app.config["SESSION_COOKIE_PARTITIONED"]  # type: ignore[no-any-return]

    def get_expiration_time(self, app: Flask, session: SessionMixin) -> datetime | None:
        """The cookie's Expires: the application's lifetime from now, or None if not permanent."""
        if session.permanent:
            return datetime.now(UTC) + app.permanent_session_lifetime
        return None

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Tell whether this response carries the cookie.

        When the session was changed, and for a permanent one at each request unless
        ``SESSION_REFRESH_EACH_REQUEST`` is off.
        """
        return session.modified or (
            session.permanent and app.config["SESSION_REFRESH_EACH_REQUEST"]
        )

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """Return the request's session, or None where there cannot be one.

        Called before the URL is matched.
        """
        raise NotImplementedError

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Store the session and put what belongs to it on the response.

        Called after the request's other after hooks, not for null sessions.
        """
        raise NotImplementedError


session_json_serializer = TaggedJSONSerializer()

# Each application's signer with what it was made of; a session needs one twice a request.
_signers: WeakKeyDictionary[Flask, tuple[tuple[t.Any, ...], URLSafeTimedSerializer]] = (
    WeakKeyDictionary()
)


def _lazy_sha1(string: bytes = b"") -> t.Any:
    """Look SHA-1 up on use only: FIPS builds of Python do not have it."""
    return hashlib.sha1(string)


class SecureCookieSessionInterface(SessionInterface):
    """Sessions in a cookie that the client can read but, without the secret key, not change.

    The cookies are interchangeable with Flask's of the same key.
    """

    #: Mixed into the key, so that a signature made elsewhere with it is of no use here.
    salt = "cookie-session"
    #: The hash under the HMAC.
    digest_method: Callable[..., t.Any] = staticmethod(_lazy_sha1)
    #: How itsdangerous derives the signing key.
    key_derivation = "hmac"
    #: Turns the session into text and back.
    serializer = session_json_serializer
    session_class = SecureCookieSession

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the signer for the application's keys, or None without a secret key.

        ``SECRET_KEY_FALLBACKS`` are tried, newest first, when a signature is checked.
        """
        if not app.secret_key:
            return None
        keys: list[str | bytes] = [*(app.config["SECRET_KEY_FALLBACKS"] or ()), app.secret_key]
        made_of = (keys, self.salt, self.serializer, self.key_derivation, self.digest_method)
        known = _signers.get(app)
        if known is not None and known[0] == made_of:
            return known[1]
        signer = URLSafeTimedSerializer(
            t.cast("list[str]", keys),
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={
                "key_derivation": self.key_derivation,
                "digest_method": self.digest_method,
            },
        )
        _signers[app] = (made_of, signer)
        return signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        value = request.cookies.get(self.get_cookie_name(app))
        if not value:
            return self.session_class()
        max_age = int(app.permanent_session_lifetime.total_seconds())
        try:
            return self.session_class(signer.loads(value, max_age=max_age))
        except BadSignature:
            return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        name = self.get_cookie_name(app)
        # A cookie is only deleted by the very attributes that it was set with.
        attributes: dict[str, t.Any] = {
            "domain": self.get_cookie_domain(app),
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "partitioned": self.get_cookie_partitioned(app),
            "samesite": self.get_cookie_samesite(app),
            "httponly": self.get_cookie_httponly(app),
        }
        if session.accessed:
            response.vary.add("Cookie")
        if not session:
            if session.modified:
                response.delete_cookie(name, **attributes)
                response.vary.add("Cookie")
            return
        if not self.should_set_cookie(app, session):
            return
        signer = self.get_signing_serializer(app)
        assert signer is not None, "a session that may be changed has a key to sign it"
        value = signer.dumps(dict(session))
        expires = self.get_expiration_time(app, session)
        response.set_cookie(name, value, expires=expires, **attributes)
        response.vary.add("Cookie")
