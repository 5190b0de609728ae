"""Write docs/settings.md from the table of settings, or with --check say whether it is current."""

import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "settings.md"

HEAD = """\
# Settings of `cruet run`

Written by `python tools/settings_page.py` from the table in `cruet/server/settings/`.

Each setting can be given in four ways, the strongest first:

1. an option, `--keep-alive 30`;
2. a variable of the environment, `CRUET_KEEP_ALIVE=30`; an empty one counts as none. Lists are
   separated by blanks or commas, flags are `1` or `0`;
3. the config file, `keep_alive = 30`;
4. else the default holds.

What a stronger source says of `bind`, `host`, `port` or `unix_socket` replaces what weaker ones
bind to: `--port 8001` moves a server whose file says `bind`.

## The config file

`--config PATH` or `CRUET_CONFIG` names it. Without them `cruet.toml` or `cruet.conf.py` of the
working directory is read; `--config ""` reads none. A file whose name ends in `.toml` is TOML with
the names below, all at the top level:

```toml
app = "hello:app"
bind = ["0.0.0.0:8000", "unix:/run/hello.sock"]
workers = 4
keep_alive = 30
```

Any other file is Python, as Gunicorn's: variables that bear the name of a setting are settings.

```python
import os

workers = os.cpu_count() * 2 + 1
```

A name that is no setting is an error in TOML. In Python it is one where it nearly is a setting's
name.

`cruet run --print-config` prints all settings as a config file, each with where it was said;
`cruet run --check-config` also loads the application, and exits with 0 where all is well.
"""


def page() -> str:
    """Return the page's text."""
    from cruet.server.options import SETTINGS

    lines = [HEAD]
    section = ""
    for row in SETTINGS.values():
        if row.section != section:
            section = row.section
            lines += [f"## {section}", ""]
        lines += [f"### `{row.name}`", "", row.help, ""]
        default = row.default_text or "not set"
        unit = f" {row.unit}" if row.unit and default[0].isdigit() else ""
        facts = [f"Default: {default}{unit}. {row.why}"]
        kind = row.kind.name + (f" ({row.unit})" if row.unit else "")
        facts.append(f"Kind: {kind}{_bounds(row)}.")
        if row.option:
            facts.append(f"Options: {_code(_options(row))}.")
        if row.all_variables:
            facts.append(f"Variables: {_code(row.all_variables)}.")
        if row.into:
            facts.append(f"Another way to write `{row.into}`.")
        if row.fixed:
            facts.append("`SIGHUP` leaves it as it was at the start.")
        lines += [f"- {fact}" for fact in facts] + [""]
    return "\n".join(lines)


def _options(row) -> list[str]:
    names = [*row.flags, row.flag]
    if not row.kind.metavar:
        return [*names, row.off_flag]
    names[-1] += f" {row.kind.metavar}"
    return names


def _bounds(row) -> str:
    if row.kind.choices:
        return f": {', '.join(f'`{choice}`' for choice in row.kind.choices if choice)}"
    if row.least is None and row.most is None:
        return ""
    least = "" if row.least is None else f" from {row.kind.write(row.least)}"
    most = "" if row.most is None else f" to {row.kind.write(row.most)}"
    return f",{least}{most}"


def _code(names) -> str:
    return ", ".join(f"`{name}`" for name in names)


def main() -> None:
    """Write the page; with --check, exit with 1 where it is not current."""
    text = page()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text)
    elif PAGE.read_text() != text:
        sys.exit("docs/settings.md is out of date: run python tools/settings_page.py")


if __name__ == "__main__":
    main()
