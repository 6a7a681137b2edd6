"""`xunjian --version`: what an engineer reads out when asking for help. It loads neither database nor rules."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import yaml

from shared.commit import commit_of

ROOT = Path(__file__).parents[1]
_RULEBOOK = ROOT / "services/analyzer/rulebooks/cn.yaml"
_MIGRATIONS = ROOT / "shared/storage/migrations/versions"
_COMMIT_CHARACTERS = 12


def version_lines() -> list[str]:
    """Program, commit, the rulebook that ships as the default, the schema of the database it writes."""
    rulebook = _rulebook()
    return [
        f"巡检（xunjian）{_version()}",
        f"提交：{_commit()}",
        f"规则集：{rulebook['name']}（{rulebook['title']}），版本 {rulebook['version']}，共内置 {_rulebooks()} 套",
        f"表结构：{newest_schema()}",
    ]


def newest_schema() -> str:
    """The number of the newest migration: they are one chain, numbered without gaps."""
    return max(file.name.partition("_")[0] for file in _MIGRATIONS.glob("[0-9]*.py"))


def _version() -> str:
    try:
        return version("xunjian")
    except PackageNotFoundError:
        return "未安装"


def _commit() -> str:
    commit = commit_of(ROOT)
    return commit[:_COMMIT_CHARACTERS] if commit else "未知（安装时没有 git 目录）"


def _rulebooks() -> int:
    return len(list(_RULEBOOK.parent.glob("*.yaml")))


def _rulebook() -> dict[str, str]:
    """Its head alone: reading all entries takes longer than everything else here."""
    head = _RULEBOOK.read_text(encoding="utf-8").partition("\nentries:")[0]
    return dict(yaml.safe_load(head))
