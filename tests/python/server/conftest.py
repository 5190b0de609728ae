from __future__ import annotations

from pathlib import Path

import pytest
from server_apps import write_all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with applications in it."""
    return write_all(tmp_path)
