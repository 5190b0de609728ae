"""The package as installed: it imports, and its versions agree."""

from importlib import metadata

import cruet
from cruet import _cruet


def test_extension_and_distribution_have_one_version() -> None:
    assert _cruet.version == metadata.version("cruet")


def test_extension_is_the_package_s_own() -> None:
    assert _cruet.__name__ == "cruet._cruet"
    assert cruet.__doc__
