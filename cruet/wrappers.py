"""The application's request and response: the toolkit's, with what routing and config add."""

from __future__ import annotations

import typing as t

from . import json
from .globals import current_app
from .toolkit.exceptions import BadRequest
from .toolkit.exceptions import HTTPException as HTTPException
from .toolkit.wrappers import Request as RequestBase
from .toolkit.wrappers import Response as ResponseBase

if t.TYPE_CHECKING:
    from .toolkit.exceptions import HTTPException
    from .toolkit.routing import Rule


class Request(RequestBase):
    """The request that views see as :data:`cruet.request`.

    Set ``app.request_class`` to a subclass to use another.
    """

    json_module: t.Any = json

    # What was set on this request; None leaves it to the config.
    _max_content_length: int | None = None
    _max_form_memory_size: int | None = None
    _max_form_parts: int | None = None

    @property
    def max_content_length(self) -> int | None:
        """The most bytes of body that are read, beyond which comes a 413; None for no limit.

        ``MAX_CONTENT_LENGTH`` unless it is set on this request.
        """
        if self._max_content_length is not None:
            return self._max_content_length
        if not current_app:
            return super().max_content_length
        return current_app.config["MAX_CONTENT_LENGTH"]  # type: ignore[no-any-return]

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    @property
    def max_form_memory_size(self) -> int | None:
        """The most bytes that one form field, not a file, may take; beyond it comes a 413.

        ``MAX_FORM_MEMORY_SIZE`` unless it is set on this request.
        """
        if self._max_form_memory_size is not None:
            return self._max_form_memory_size
        if not current_app:
            return super().max_form_memory_size
        return current_app.config["MAX_FORM_MEMORY_SIZE"]  # type: ignore[no-any-return]

    @max_form_memory_size.setter
    def max_form_memory_size(self, value: int | None) -> None:
        self._max_form_memory_size = value

    @property
    def max_form_parts(self) -> int | None:
        """The most fields and files of a multipart form; beyond it comes a 413.

        ``MAX_FORM_PARTS`` unless it is set on this request.
        """
        if self._max_form_parts is not None:
            return self._max_form_parts
        if not current_app:
            return super().max_form_parts
        return current_app.config["MAX_FORM_PARTS"]  # type: ignore[no-any-return]

    @max_form_parts.setter
    def max_form_parts(self, value: int | None) -> None:
        self._max_form_parts = value

    if t.TYPE_CHECKING:
        # Of the native base:
        #: The rule that matched; None before matching and where none did.
        url_rule: Rule | None
        #: The URL's variables by name; None before matching and where no rule matched.
        view_args: dict[str, t.Any] | None
        #: What matching raised (a NotFound, a redirect); raised when the request is dispatched.
        routing_exception: HTTPException | None

        @property
        def endpoint(self) -> str | None:
            """The endpoint that matched; None before matching and where none did."""

        @property
        def blueprint(self) -> str | None:
            """The registered name of the current blueprint, with those around it: ``"a.b"``."""

        @property
        def blueprints(self) -> list[str]:
            """The names of the current blueprint and of those around it, innermost first."""

    def _load_form_data(self) -> None:
        super()._load_form_data()
        # In debug mode, say why a file is missing that the browser sent as a plain field.
        if (
            current_app
            and current_app.debug
            and self.mimetype != "multipart/form-data"
            and not self.files
        ):
            from .debughelpers import attach_enctype_error_multidict

            attach_enctype_error_multidict(self)

    def on_json_loading_failed(self, e: ValueError | None) -> t.Any:
        try:
            return super().on_json_loading_failed(e)
        except BadRequest as error:
            if current_app and current_app.debug:
                raise
            # Users get no word of the parser's details outside of debug mode.
            raise BadRequest() from error


class Response(ResponseBase):
    """The response that views return; HTML unless they say otherwise.

    Set ``app.response_class`` to a subclass to use another.
    """

    default_mimetype: str | None = "text/html"
    json_module: t.Any = json
    autocorrect_location_header = False

    @property
    def max_cookie_size(self) -> int:  # type: ignore[override]
        """The size in bytes beyond which a set cookie gives a warning: ``MAX_COOKIE_SIZE``."""
        if current_app:
            return current_app.config["MAX_COOKIE_SIZE"]  # type: ignore[no-any-return]
        return super().max_cookie_size
