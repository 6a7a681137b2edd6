"""A settings file of a manifest, read by the program itself and held against every plug-in's options."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from typer.main import get_command

from scripts.manifests.rendering import ROOT
from services.alerter.__main__ import channel_options
from services.alerter.building import build_channels
from services.alerter.routes import build_routes
from services.analyzer.in_force import load_rulebooks
from services.collector.__main__ import browser_settings, build_platforms, own_platforms
from services.reporter.__main__ import build_reports
from shared.errors import InputError
from shared.runtime.settings import Settings, load_settings
from xunjian.app import make_app

_DATABASE = "postgresql+psycopg://xunjian:x@postgres/xunjian"


@dataclass(frozen=True)
class Loaded:
    settings: Settings
    platforms: tuple[str, ...]
    channel_types: frozenset[str]


def command_line_problems(args: Sequence[str]) -> Iterator[str]:
    """What is wrong with a container's args."""
    match list(args):
        case ["python", "-P", "-m", module]:
            if not (ROOT / module.replace(".", "/") / "__main__.py").is_file():
                yield f"there is no program {module}"
        case ["xunjian", *words]:
            yield from _command_problems(words)
        case ["sleep", "infinity"]:
            pass
        case other:
            yield f"args {other} start no program of ours"


def load(text: str, folder: Path) -> Loaded | str:
    """`folder`: an empty one, for the file and the secrets it names. A string is why the program would refuse."""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return f"the settings are no YAML: {error}"
    for file in secret_files(raw):
        inside = folder / file.relative_to("/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.write_text(_DATABASE if file.name == "database_url" else "0123456789abcdef")
    path = folder / "xunjian.yaml"
    path.write_text(yaml.safe_dump(_moved(raw, folder), allow_unicode=True), encoding="utf-8")
    try:
        return _checked(load_settings(path))
    except InputError as error:
        return str(error).replace(str(folder), "")


def _checked(settings: Settings) -> Loaded:
    """Raises InputError, as one of the services would."""
    browser_settings(settings)
    build_reports(settings)
    local = [(row.region, row.rulebook) for row in settings.rulebooks]
    load_rulebooks(settings.rulebook, local, settings.folder).check()
    channels = build_channels(channel_options(settings), settings.file)
    build_routes(settings.routes, settings.operators, settings.file).check(channels)
    platforms = own_platforms(settings) or tuple(sorted(build_platforms(settings)))
    types = frozenset(str(options.get("type")) for options in settings.channels.values())
    return Loaded(settings, platforms, types)


def secret_files(raw: Any) -> Iterator[PurePosixPath]:
    """Of every value `{file: path}`, the path."""
    if isinstance(raw, dict):
        if raw.keys() == {"file"}:
            yield PurePosixPath(str(raw["file"]))
        else:
            for value in raw.values():
                yield from secret_files(value)
    elif isinstance(raw, list):
        for value in raw:
            yield from secret_files(value)


def _moved(raw: Any, folder: Path) -> Any:
    """The same with its secret files in `folder`."""
    if isinstance(raw, dict):
        if raw.keys() == {"file"}:
            return {"file": str(folder / str(raw["file"]).lstrip("/"))}
        return {key: _moved(value, folder) for key, value in raw.items()}
    return [_moved(value, folder) for value in raw] if isinstance(raw, list) else raw


def _command_problems(words: Sequence[str]) -> Iterator[str]:
    command: Any = get_command(make_app())
    rest, name = list(words), "xunjian"
    while commands := getattr(command, "commands", None):
        if not rest or rest[0] not in commands:
            yield f"there is no command {name} {' '.join(rest[:1])}"
            return
        command, name, rest = commands[rest[0]], f"{name} {rest[0]}", rest[1:]
    try:
        command.make_context(name, rest)
    except Exception as error:  # noqa: BLE001 - whatever the parser of the command line raises
        yield f"{name}: {error}"
