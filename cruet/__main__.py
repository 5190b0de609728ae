"""``python -m cruet``: the ``cruet`` command."""

from .cli import main

main()
