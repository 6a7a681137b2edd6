"""Plug-ins are found by file name: a new platform, rule, channel or report is one new file and no other edit."""

import importlib
import pkgutil
from typing import TypeVar

from pydantic import BaseModel, ConfigDict


class Plugin(BaseModel):
    """A plug-in is a frozen model: fields are configuration (unknown keys refused), methods are behaviour."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Plugin)


def names(package: str) -> list[str]:
    """Names of all plug-ins of a package folder: file names, but those that begin with `_`, which are helpers."""
    folder = importlib.import_module(package)
    found = (module.name for module in pkgutil.iter_modules(folder.__path__))
    return [name for name in found if name != "base" and not name.startswith("_")]


def discover(package: str, base: type[P]) -> dict[str, type[P]]:
    """Every plug-in of a package folder, keyed by file name, which is its name in configuration, metrics and findings.

    Raises TypeError when a file holds no subclass of `base`, or more than one.
    """
    return {name: _plugin(package, name, base) for name in names(package)}


def find(package: str, base: type[P], name: str) -> type[P] | None:
    """As `discover`, the one plug-in alone, without loading the others; null: there is none of this name."""
    return _plugin(package, name, base) if name in names(package) else None


def _plugin(package: str, name: str, base: type[P]) -> type[P]:
    module = importlib.import_module(f"{package}.{name}")
    own = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, base) and item.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise TypeError(f"{package}.{name} must define exactly one {base.__name__}, found {len(own)}")
    return own[0]
