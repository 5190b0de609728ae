"""Other packages' names for cruet's modules: ``werkzeug.X`` *is* ``cruet.toolkit.X``.

A name is put in place by a package of that name whose ``__init__.py`` holds nothing but

::

    from cruet.dropin import take_over

    take_over(__name__)

or, in a process that has no such package, by ``stand_for("werkzeug", "cruet.toolkit")``.
"""

from __future__ import annotations

from ._finder import name_of as name_of
from ._finder import stand_for as stand_for
from ._finder import take_over as take_over

__all__ = ["name_of", "stand_for", "take_over"]
