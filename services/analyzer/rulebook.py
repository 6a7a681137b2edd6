"""The rulebook: which rules apply, with what thresholds, under which clause. YAML, versioned, inherited."""

import hashlib
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.analyzer.rules.base import Rule
from shared.errors import InputError
from shared.events import Clause, Severity
from shared.plugins import find, names
from shared.validation import beside, first_problem
from shared.yaml_file import read_yaml

_RULES = "services.analyzer.rules"
_BUILT_IN = Path(__file__).parent / "rulebooks"


class Entry(BaseModel):
    """One rule as it applies here. `options` are the rule's own fields; unknown ones are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    indicator: str
    rule: str
    severity: Severity
    clause: Clause
    confirm: bool = False
    options: dict[str, Any] = Field(default_factory=dict)

    @cached_property
    def plugin(self) -> Rule:
        """The configured rule. Raises InputError naming the indicator and option."""
        rule, place = find(_RULES, Rule, self.rule), f"规则集，指标 {self.indicator}"
        if rule is None:
            raise InputError(place, f"没有规则 {self.rule}；可用的有：{'、'.join(sorted(names(_RULES)))}")
        try:
            return rule.model_validate(self.options)
        except ValidationError as error:
            raise InputError(place, str(first_problem(error))) from error


class Rulebook(BaseModel):
    """All rules of one jurisdiction. The dates of effect are Beijing calendar dates, both inclusive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    version: str
    effective_from: date
    effective_until: date | None = None
    entries: tuple[Entry, ...]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.effective_until is not None and self.effective_until < self.effective_from:
            raise ValueError("effective_until 早于 effective_from，规则集永远不会生效；请改正日期")
        return self

    @property
    def label(self) -> str:
        """`cn@2026.1`: what findings, lists and messages print."""
        return f"{self.name}@{self.version}"

    @cached_property
    def digest(self) -> str:
        """Changes with anything the rulebook says."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def is_in_force(self, day: date) -> bool:
        """On a Beijing calendar date."""
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)

    def deadlines(self) -> set[timedelta]:
        """Ages of an account's newest post at which some rule says something new."""
        return {moment for entry in self.entries for moment in entry.plugin.deadlines()}

    def check(self) -> None:
        """Configure every rule once, so that a mistake stops the start. Raises InputError naming the indicator."""
        self.troubles()

    def troubles(self) -> list[str]:
        """What its rules cannot follow at the moment. Asks every rule."""
        return [trouble for entry in self.entries if (trouble := entry.plugin.trouble())]


def built_in_names() -> list[str]:
    return sorted(file.stem for file in _BUILT_IN.glob("*.yaml"))


def load_rulebook(name_or_path: str = "cn", folder: Path = Path()) -> Rulebook:
    """A built-in rulebook by name, or a file relative to `folder`; `extends` is followed. Raises InputError."""
    path = _BUILT_IN / f"{name_or_path}.yaml"
    if not path.is_file():
        path = beside(folder, name_or_path)
    return _load(path, ())


def _load(path: Path, below: tuple[Path, ...]) -> Rulebook:
    if path in below:
        raise InputError(str(path), "规则集继承了自己；请删去其中一个文件的 extends")
    raw = _read(path)
    parent_name = raw.pop("extends", None)
    parent, own = None, raw.get("entries") or []
    if parent_name is not None:
        built_in = _BUILT_IN / f"{parent_name}.yaml"
        parent = _load(built_in if built_in.is_file() else path.parent / str(parent_name), (*below, path))
        raw["entries"] = _inherit(parent, own)
    try:
        book = Rulebook.model_validate(raw)
    except ValidationError as error:
        raise InputError(str(path), str(first_problem(error))) from error
    book = _with_files_beside(book, own, path.parent)
    _refuse_double_indicators(book, path)
    if parent is not None:
        _refuse_relaxing(parent, book, path)
    return book


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = read_yaml(path)
    except FileNotFoundError:
        raise InputError(str(path), f"没有这个规则集；请写文件路径，或内置的：{'、'.join(built_in_names())}") from None
    if not isinstance(raw, dict):
        raise InputError(str(path), "规则集应为 YAML 对照表，含 name、title、version、effective_from 和 entries")
    return raw


def _inherit(parent: Rulebook, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    entries = {entry.indicator: entry.model_dump() for entry in parent.entries}
    for change in changes:
        inherited = entries.get(change.get("indicator", ""), {})
        options = {**inherited.get("options", {}), **change.get("options", {})}
        entries[change.get("indicator", "")] = {**inherited, **change, "options": options}
    return list(entries.values())


def _with_files_beside(book: Rulebook, own: list[dict[str, Any]], folder: Path) -> Rulebook:
    """Files that this rulebook itself names lie beside it; those of a parent were found from where that one lies."""
    named = {change["indicator"]: change.get("options") or {} for change in own}
    entries = []
    for entry in book.entries:
        rule = find(_RULES, Rule, entry.rule)
        paths = rule.paths if rule else ()
        found = {option: _beside(value, folder) for option, value in named.get(entry.indicator, {}).items()}
        options = entry.options | {option: value for option, value in found.items() if option in paths}
        entries.append(entry.model_copy(update={"options": options}))
    return book.model_copy(update={"entries": tuple(entries)})


def _beside(value: Any, folder: Path) -> Any:
    """An absolute path stays as it is, and what is no path is left to the rule to refuse."""
    if isinstance(value, list):
        return [_beside(one, folder) for one in value]
    return str(folder / value) if isinstance(value, str) and value else value


def _refuse_double_indicators(book: Rulebook, path: Path) -> None:
    seen = [entry.indicator for entry in book.entries]
    for indicator in seen:
        if seen.count(indicator) > 1:
            raise InputError(str(path), f"指标 {indicator} 出现了两次；请只留一个")


def _refuse_relaxing(parent: Rulebook, book: Rulebook, path: Path) -> None:
    here = {entry.indicator: entry for entry in book.entries}
    for entry in parent.entries:
        if entry.severity is not Severity.VETO:
            continue
        own = here[entry.indicator]
        if own.severity is not Severity.VETO or not own.plugin.at_least_as_strict_as(entry.plugin):
            raise InputError(
                str(path),
                f"指标 {entry.indicator} 放宽了 {parent.label} 的单项否决；地方规则集只能收紧，请改正",
            )
