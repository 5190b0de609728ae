"""Writes docs/extensions.md: does each extension import, and does its first example work?

    ./dev compat first-examples [NAME ...]

Each file in `examples/` is a program that does what a README shows first, and asserts what it
should have done. Its first line says what it requires; it is run in an environment of its own.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from aliased import environment, tools
from fetched import ROOT

EXAMPLES = Path(__file__).parent / "examples"
PAGE = ROOT / "docs" / "extensions.md"
HEAD = """\
# Extensions under the drop-in

What Flask's most used extensions and tools do under `cruet drop-in`, each in an environment of its
own: whether it imports, and whether what its README shows first works. This table is made by
`./dev compat first-examples`; the programs are in `tests/support/first_examples/examples`.

| package | version | imports | first example |
|---|---|---|---|
"""


@dataclass(frozen=True)
class State:
    """What became of an example; no error is an empty string."""

    package: str
    version: str
    imports: str
    works: str

    def row(self) -> str:
        cells = [self.package, self.version]
        cells += [text.replace("|", "\\|") or "yes" for text in (self.imports, self.works)]
        return f"| {' | '.join(cells)} |\n"


def look_at(path: Path) -> State:
    """Run an example and its import statements alone."""
    first, _, source = path.read_text(encoding="utf-8").partition("\n")
    requirements = tuple(first.removeprefix("# requires: ").split())
    package, _, version = requirements[0].partition("==")
    try:
        python = environment(f"example-{path.stem}", requirements)
    except subprocess.CalledProcessError as error:
        return State(package, version, f"cannot be installed: {error}", "")
    imports = [
        node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return State(
        package,
        version,
        _error(python, "-c", "\n".join(ast.unparse(node) for node in imports)),
        _error(python, str(path)),
    )


def _error(python: Path, *arguments: str) -> str:
    """Run a program; return the last line of what went wrong, and print all of it."""
    done = subprocess.run(
        [str(python), "-P", *arguments],  # examples are named as what they import
        cwd=python.parent,
        env={**os.environ, "PATH": tools()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    if done.returncode == 0:
        return ""
    print(done.stdout, file=sys.stderr)
    return f"no: {(done.stdout.strip().splitlines() or ['no message'])[-1]}"


def main(names: list[str]) -> int:
    """Look at all examples, or those named; only all make a page. Return 1 where one failed."""
    paths = sorted(EXAMPLES.glob("*.py"))
    wanted = [path for path in paths if not names or path.stem in names]
    states = []
    for path in wanted:
        states.append(look_at(path))
        print(states[-1].row(), end="", flush=True)
    good = sum(not (state.imports or state.works) for state in states)
    print(f"\n{good} of {len(states)} import and work")
    if not names:
        total = f"\n{good} of {len(states)} import and work.\n"
        # What follows is another script's.
        _, mark, others = PAGE.read_text(encoding="utf-8").partition("\n## ")
        rows = "".join(state.row() for state in states)
        PAGE.write_text(f"{HEAD}{rows}{total}{mark}{others}", encoding="utf-8")
    return 0 if good == len(states) > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
