"""Serve an application with a server that has no command: serve.py SERVER MODULE:APP PORT."""

import importlib
import sys
from pathlib import Path


def main() -> None:
    """Import the application and hand it to bjoern or fastwsgi."""
    server, target, port = sys.argv[1:]
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    module, _, attribute = target.partition(":")
    app = getattr(importlib.import_module(module), attribute)
    if server == "bjoern":
        import bjoern

        bjoern.run(app, "127.0.0.1", int(port))
    elif server == "fastwsgi":
        import fastwsgi

        fastwsgi.run(wsgi_app=app, host="127.0.0.1", port=int(port))
    else:
        sys.exit(f"unknown server: {server}")


if __name__ == "__main__":
    main()
