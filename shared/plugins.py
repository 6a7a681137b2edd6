"""Plug-ins are found by file name: a new platform, rule, channel or report is one new file and no other edit."""

import importlib
import pkgutil
from typing import TypeVar

from pydantic import BaseModel, ConfigDict


class Plugin(BaseModel):
    """A plug-in is a frozen model: fields are configuration (unknown keys refused), methods are behaviour."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Plugin)


def discover(package: str, base: type[P]) -> dict[str, type[P]]:
    """Every plug-in of a package folder, keyed by file name, which is its name in configuration, metrics and findings.

    A file whose name begins with `_` is a helper of its neighbours, no plug-in.

    Raises TypeError when a file holds no subclass of `base`, or more than one.
    """
    found: dict[str, type[P]] = {}
    folder = importlib.import_module(package)
    for module_info in pkgutil.iter_modules(folder.__path__):
        if module_info.name == "base" or module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package}.{module_info.name}")
        own = [
            item
            for item in vars(module).values()
            if isinstance(item, type) and issubclass(item, base) and item.__module__ == module.__name__
        ]
        if len(own) != 1:
            raise TypeError(f"{package}.{module_info.name} must define exactly one {base.__name__}, found {len(own)}")
        found[module_info.name] = own[0]
    return found
