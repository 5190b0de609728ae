"""Write docs/settings.md and docs/gunicorn.md from their tables; --check: are they current?"""

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"

SETTINGS_HEAD = """\
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
`cruet run --check-config` also loads the application, and exits with 0 where all is well. `SIGHUP`
reads file and environment anew; where they cannot be used, or the new code does not start, the log
says why, and the old ones hold.

[gunicorn.md](gunicorn.md) tells how to come from Gunicorn, whose hooks can be set here, too: their
`server`, `worker`, `request` and `response` have what hooks use of Gunicorn's.
"""


GUNICORN_HEAD = """\
# Coming from Gunicorn

Written by `python tools/settings_page.py` from `cruet/server/settings/gunicorn_table.py`.

```
cruet run --from-gunicorn gunicorn.conf.py
```

reads a config file of Gunicorn's, also as `file:PATH` or `python:MODULE`, serves as it says, and
names in a line each what it cannot honour. As with Gunicorn `GUNICORN_CMD_ARGS` is stronger than
the file, and `PORT`, `WEB_CONCURRENCY` and `FORWARDED_ALLOW_IPS` stand in for what neither says;
without an address 127.0.0.1:8000 is bound. Defaults of all else are cruet's. `CRUET_...` variables
and options are stronger still.

```
cruet run --from-gunicorn gunicorn.conf.py --check-config
cruet run --from-gunicorn gunicorn.conf.py --print-config > cruet.toml
```

say whether all would work, and write it as cruet's own config file (but for functions, which stay
in Python: name them as `"MODULE:FUNCTION"`, or keep a `cruet.conf.py`). `gunicorn.conf.py` is not
read unless it is named.

The settings of Gunicorn 27, and what becomes of each:

| Gunicorn | cruet | |
|---|---|---|
"""


def settings_page() -> str:
    """Return the text of docs/settings.md."""
    from cruet.server.options import SETTINGS

    lines = [SETTINGS_HEAD]
    section = ""
    for row in SETTINGS.values():
        if row.section != section:
            section = row.section
            lines += [f"## {section}", ""]
        lines += [f"### `{row.name}`", "", row.help, ""]
        default = row.default_text or "not set"
        unit = f" {row.unit}" if row.unit and default[0].isdigit() else ""
        facts = [f"Default: {default}{unit}. {row.why}"]
        facts.append(f"Kind: {row.kind_text}{_bounds(row)}.")
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


def gunicorn_page() -> str:
    """Return the text of docs/gunicorn.md."""
    from cruet.server.options import SETTINGS
    from cruet.server.settings.gunicorn_table import GUNICORN, Fate

    lines = []
    for row in sorted(GUNICORN.values(), key=lambda row: row.name):
        note = row.note
        if row.to and row.to not in SETTINGS:
            verdict, note = Fate.REFUSED.value, "there is no such setting yet"
        elif row.fate is Fate.SAME:
            verdict = "same"
        elif row.fate is Fate.OTHER:
            verdict = f"`{row.to}`"
        else:
            verdict = row.fate.value
        lines.append(f"| `{row.name}` | {verdict} | {note} |\n")
    return GUNICORN_HEAD + "".join(lines)


def main() -> None:
    """Write the pages; with --check, exit with 1 where one is not current."""
    for path, text in (
        (DOCS / "settings.md", settings_page()),
        (DOCS / "gunicorn.md", gunicorn_page()),
    ):
        if "--check" not in sys.argv[1:]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            sys.exit(f"docs/{path.name} is out of date: run python tools/settings_page.py")


if __name__ == "__main__":
    main()
