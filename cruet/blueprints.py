"""Blueprints with files and commands."""

from __future__ import annotations

import os
import typing as t

from ._resources import PackageFiles
from .cli import AppGroup
from .sansio.blueprints import Blueprint as SansioBlueprint
from .sansio.blueprints import BlueprintSetupState as BlueprintSetupState
from .sansio.scaffold import _sentinel


class Blueprint(PackageFiles, SansioBlueprint):
    """A part of an application; see :class:`.sansio.blueprints.Blueprint`."""

    def __init__(
        self,
        name: str,
        import_name: str,
        static_folder: str | os.PathLike[str] | None = None,
        static_url_path: str | None = None,
        template_folder: str | os.PathLike[str] | None = None,
        url_prefix: str | None = None,
        subdomain: str | None = None,
        url_defaults: dict[str, t.Any] | None = None,
        root_path: str | None = None,
        cli_group: str | None = _sentinel,
    ) -> None:
        super().__init__(
            name,
            import_name,
            static_folder,
            static_url_path,
            template_folder,
            url_prefix,
            subdomain,
            url_defaults,
            root_path,
            cli_group,
        )
        #: Commands that the application gets on registration, in a group by the blueprint's name
        #: unless ``cli_group`` is another, or None for no group.
        self.cli = AppGroup()
        self.cli.name = self.name
