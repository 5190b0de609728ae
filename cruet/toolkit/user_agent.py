"""The User-Agent field."""

from __future__ import annotations


class UserAgent:
    """A User-Agent field's value.

    Applications that want to know more set a subclass that fills the attributes as
    ``Request.user_agent_class``.
    """

    platform: str | None = None
    """The operating system."""

    browser: str | None = None
    """The browser's name."""

    version: str | None = None
    """The browser's version."""

    language: str | None = None
    """The browser's language."""

    def __init__(self, string: str) -> None:
        self.string: str = string
        """The value as it was sent."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.browser}/{self.version}>"

    def __str__(self) -> str:
        return self.string

    def __bool__(self) -> bool:
        return bool(self.browser)

    def to_header(self) -> str:
        """The field's value."""
        return self.string
