"""The package as installed: it imports, and its versions agree."""

from importlib import metadata

import cruet
from cruet import _cruet


def test_extension_and_distribution_have_one_version() -> None:
    assert _cruet.version == metadata.version("cruet")


def test_extension_is_the_package_s_own() -> None:
    assert _cruet.__name__ == "cruet._cruet"
    assert cruet.__doc__


def test_a_star_import_brings_every_name_of_the_package() -> None:
    names: dict[str, object] = {}
    exec("from cruet import *", names)
    assert names["render_template"] is cruet.render_template
    assert {name for name in cruet.__all__ if name not in names} == set()
