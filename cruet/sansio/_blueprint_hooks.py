"""The hooks that a blueprint registers for the whole application."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from .. import typing as ft
from .scaffold import (
    T_after_request,
    T_before_request,
    T_error_handler,
    T_teardown,
    T_template_context_processor,
    T_url_defaults,
    T_url_value_preprocessor,
    setupmethod,
)

if t.TYPE_CHECKING:
    from .blueprints import BlueprintSetupState, DeferredSetupFunction

T_template_filter = t.TypeVar("T_template_filter", bound=ft.TemplateFilterCallable)
T_template_global = t.TypeVar("T_template_global", bound=ft.TemplateGlobalCallable)
T_template_test = t.TypeVar("T_template_test", bound=ft.TemplateTestCallable)


class BlueprintAppHooks:
    """Mixed into Blueprint: each method records what the application's method of like name does."""

    if t.TYPE_CHECKING:

        def record_once(self, func: DeferredSetupFunction) -> None: ...
        def _check_setup_finished(self, f_name: str) -> None: ...

    def _record_jinja(self, kind: str, f: Callable[..., t.Any], name: str | None) -> None:
        def register(state: BlueprintSetupState) -> None:
            getattr(state.app.jinja_env, kind)[name or f.__name__] = f

        self.record_once(register)

    @setupmethod
    def app_template_filter(
        self, name: str | None = None
    ) -> Callable[[T_template_filter], T_template_filter]:
        """Decorate a function as a template filter, under its own name or the given one."""

        def decorator(f: T_template_filter) -> T_template_filter:
            self.add_app_template_filter(f, name=name)
            return f

        return decorator

    @setupmethod
    def add_app_template_filter(
        self, f: ft.TemplateFilterCallable, name: str | None = None
    ) -> None:
        """Register a template filter."""
        self._record_jinja("filters", f, name)

    @setupmethod
    def app_template_test(
        self, name: str | None = None
    ) -> Callable[[T_template_test], T_template_test]:
        """Decorate a function as a template test, under its own name or the given one."""

        def decorator(f: T_template_test) -> T_template_test:
            self.add_app_template_test(f, name=name)
            return f

        return decorator

    @setupmethod
    def add_app_template_test(self, f: ft.TemplateTestCallable, name: str | None = None) -> None:
        """Register a template test."""
        self._record_jinja("tests", f, name)

    @setupmethod
    def app_template_global(
        self, name: str | None = None
    ) -> Callable[[T_template_global], T_template_global]:
        """Decorate a function as a template global, under its own name or the given one."""

        def decorator(f: T_template_global) -> T_template_global:
            self.add_app_template_global(f, name=name)
            return f

        return decorator

    @setupmethod
    def add_app_template_global(
        self, f: ft.TemplateGlobalCallable, name: str | None = None
    ) -> None:
        """Register a template global."""
        self._record_jinja("globals", f, name)

    @setupmethod
    def before_app_request(self, f: T_before_request) -> T_before_request:
        """As ``before_request``, for every request of the application."""
        self.record_once(
            lambda state: state.app.before_request_funcs.setdefault(None, []).append(f)
        )
        return f

    @setupmethod
    def after_app_request(self, f: T_after_request) -> T_after_request:
        """As ``after_request``, for every request of the application."""
        self.record_once(lambda state: state.app.after_request_funcs.setdefault(None, []).append(f))
        return f

    @setupmethod
    def teardown_app_request(self, f: T_teardown) -> T_teardown:
        """As ``teardown_request``, for every request of the application."""
        self.record_once(
            lambda state: state.app.teardown_request_funcs.setdefault(None, []).append(f)
        )
        return f

    @setupmethod
    def app_context_processor(
        self, f: T_template_context_processor
    ) -> T_template_context_processor:
        """As ``context_processor``, for every template of the application."""
        self.record_once(
            lambda state: state.app.template_context_processors.setdefault(None, []).append(f)
        )
        return f

    @setupmethod
    def app_errorhandler(
        self, code: type[Exception] | int
    ) -> Callable[[T_error_handler], T_error_handler]:
        """As ``errorhandler``, for every request of the application."""

        def decorator(f: T_error_handler) -> T_error_handler:
            def register(state: BlueprintSetupState) -> None:
                state.app.errorhandler(code)(f)

            self.record_once(register)
            return f

        return decorator

    @setupmethod
    def app_url_value_preprocessor(self, f: T_url_value_preprocessor) -> T_url_value_preprocessor:
        """As ``url_value_preprocessor``, for every request of the application."""
        self.record_once(
            lambda state: state.app.url_value_preprocessors.setdefault(None, []).append(f)
        )
        return f

    @setupmethod
    def app_url_defaults(self, f: T_url_defaults) -> T_url_defaults:
        """As ``url_defaults``, for every URL of the application."""
        self.record_once(
            lambda state: state.app.url_default_functions.setdefault(None, []).append(f)
        )
        return f
