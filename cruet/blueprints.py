"""Blueprints with files and commands."""

from __future__ import annotations

from ._resources import PackageFiles
from .cli import AppGroup as AppGroup
from .cli import _Commands
from .globals import current_app as current_app
from .helpers import send_from_directory as send_from_directory
from .sansio.blueprints import Blueprint as SansioBlueprint
from .sansio.blueprints import BlueprintSetupState as BlueprintSetupState


class Blueprint(PackageFiles, _Commands, SansioBlueprint):
    """A part of an application; see :class:`.sansio.blueprints.Blueprint`.

    The application gets the commands of :attr:`cli` on registration, in a group by the blueprint's
    name unless ``cli_group`` is another, or None for no group.
    """
