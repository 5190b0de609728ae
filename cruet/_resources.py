"""Files of applications and blueprints: static ones and resources of the package."""

from __future__ import annotations

import os
import typing as t
from datetime import timedelta

from .globals import current_app
from .helpers import send_from_directory

if t.TYPE_CHECKING:
    from .wrappers import Response


class PackageFiles:
    """Mixed into Blueprint, and into Flask with more."""

    def get_send_file_max_age(self, filename: str | None) -> int | None:
        """Return how many seconds a file may be cached; None to have it validated each time.

        ``SEND_FILE_MAX_AGE_DEFAULT``, a number of seconds or a timedelta.
        """
        value = current_app.config["SEND_FILE_MAX_AGE_DEFAULT"]
        if value is None:
            return None
        return int(value.total_seconds()) if isinstance(value, timedelta) else value

    def send_static_file(self: t.Any, filename: str) -> Response:
        """Answer with a file of the static folder; the view of the ``static`` endpoint."""
        if not self.has_static_folder:
            raise RuntimeError("'static_folder' must be set to serve static_files.")
        max_age = self.get_send_file_max_age(filename)
        return send_from_directory(t.cast(str, self.static_folder), filename, max_age=max_age)

    def open_resource(
        self: t.Any, resource: str, mode: str = "rb", encoding: str | None = "utf-8"
    ) -> t.IO[t.AnyStr]:
        """Open a file relative to :attr:`root_path`, for reading only."""
        if mode not in {"r", "rt", "rb"}:
            raise ValueError("Resources can only be opened for reading.")
        path = os.path.join(self.root_path, resource)
        return open(path, mode) if mode == "rb" else open(path, mode, encoding=encoding)


class ApplicationFiles(PackageFiles):
    """Mixed into Flask."""

    def open_resource(
        self, resource: str, mode: str = "rb", encoding: str | None = None
    ) -> t.IO[t.Any]:
        """Open a file relative to :attr:`root_path`, for reading only; text by default as
        :func:`open` reads it."""
        return super().open_resource(resource, mode, encoding)

    def open_instance_resource(
        self: t.Any, resource: str, mode: str = "rb", encoding: str | None = "utf-8"
    ) -> t.IO[t.AnyStr]:
        """Open a file of the instance folder, for reading or writing."""
        path = os.path.join(self.instance_path, resource)
        return open(path, mode) if "b" in mode else open(path, mode, encoding=encoding)
