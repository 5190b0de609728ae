"""cruet.toolkit has Werkzeug's modules, names, members and signatures, or a listed reason."""

from __future__ import annotations

import pytest
from surface import comparing

pytestmark = pytest.mark.heavy


def test_same_public_surface() -> None:
    theirs = comparing.werkzeug()
    assert len(theirs["entries"]) > 4000
    wrong = comparing.unexpected(comparing.differing(comparing.cruet(), theirs))
    assert not wrong, "\n".join(wrong)
