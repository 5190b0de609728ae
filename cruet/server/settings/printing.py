"""``--print-config``: what holds, as a config file that says the same."""

from __future__ import annotations

from ..options import SETTINGS
from .sources import Configuration
from .table import Setting


def config_text(configuration: Configuration) -> str:
    """Return TOML with every setting: those left as they are as comments, others with their source.

    As a config file it gives the same settings again, but for functions of a Python file.
    """
    lines: list[str] = []
    section = ""
    for name, row in SETTINGS.items():
        if row.into:
            continue
        if row.section != section:
            section = row.section
            lines += ["", f"# {section}"]
        lines.append(
            _line(row, getattr(configuration.options, name), configuration.origin.get(name))
        )
    return "\n".join(lines[1:]) + "\n"


def _line(row: Setting, value: object, origin: str | None) -> str:
    try:
        text = "" if value is None else row.kind.write(value)
    except ValueError:
        return f"# {row.name}: {value!r}, {origin}"
    if origin is not None and value is not None:
        return f"{row.name} = {text}  # {origin}"
    if value is None or row.shown:
        return f"# {row.name}: {row.shown or 'not set'}"
    return f"# {row.name} = {text}"
