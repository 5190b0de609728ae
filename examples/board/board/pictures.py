"""Uploaded pictures: looked at before they are kept, served under names of our own."""

from __future__ import annotations

import os
import secrets

from cruet import Blueprint, current_app, send_from_directory
from cruet.toolkit.datastructures import FileStorage
from cruet.typing import ResponseReturnValue

bp = Blueprint("pictures", __name__, url_prefix="/pictures")


def _suffix(head: bytes) -> str | None:
    """The file name's suffix for the picture that begins with `head`; None for anything else.

    What the browser says of the type or the name is not asked: only the bytes count.
    """
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if head.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return ".gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    return None


def _head(upload: FileStorage) -> bytes:
    head = upload.stream.read(16)
    upload.stream.seek(0)
    return bytes(head)


def problems(upload: FileStorage | None) -> list[str]:
    """What is wrong with an upload; nothing when there is none."""
    if upload and _suffix(_head(upload)) is None:
        return [f"{upload.filename} is not a PNG, JPEG, GIF or WebP picture."]
    return []


def save(upload: FileStorage | None) -> str | None:
    """Keep a picture that has no problems under a fresh name, and return the name."""
    if not upload:
        return None
    suffix = _suffix(_head(upload))
    assert suffix is not None
    name = secrets.token_hex(12) + suffix
    upload.save(os.path.join(current_app.config["PICTURES"], name))
    return name


def remove(name: str | None) -> None:
    if name:
        try:
            os.unlink(os.path.join(current_app.config["PICTURES"], name))
        except FileNotFoundError:
            current_app.logger.warning("picture %s was gone already", name)


@bp.route("/<name>")
def show(name: str) -> ResponseReturnValue:
    # A name is never used twice, so a browser may keep what it has.
    return send_from_directory(current_app.config["PICTURES"], name, max_age=31_536_000)
