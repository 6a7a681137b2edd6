"""The conventions in force: those of a file that is followed while it is used."""

import functools
import time
from pathlib import Path

from services.analyzer.language.conventions.files import ConventionFile, read_conventions
from services.analyzer.language.conventions.matcher import Conventions
from services.analyzer.language.files.following import Following


class ConventionsInUse(Following[ConventionFile, Conventions]):
    """Conventions over a file that may change while it is used."""

    def _read(self, file: Path) -> ConventionFile:
        return read_conventions(file)

    def _build(self, held: list[ConventionFile], version: str) -> Conventions:
        (file,) = held
        return Conventions(file.conventions, file.name, version)


def load_conventions(path: str) -> Conventions:
    """As the file is now. Raises InputError naming file, row, column and remedy if it was never right."""
    return _in_use(path).current(time.monotonic())


def trouble_with(path: str) -> str | None:
    """Why the file as it is now is not in force, in Chinese; null: it is. Raises InputError as above."""
    return _in_use(path).trouble_at(time.monotonic())


@functools.cache
def _in_use(path: str) -> ConventionsInUse:
    """The one of this file in this process."""
    return ConventionsInUse((Path(path),))
