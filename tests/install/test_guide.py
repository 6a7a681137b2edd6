"""docs/部署指南.md promises nothing that the program does not have."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel
from typer.main import get_command

from services.alerter.channels.base import Channel
from services.alerter.routes import Route
from services.collector.browser.chromium import BrowserSettings
from services.collector.platforms.base import Platform
from services.reporter.reports.base import Report
from shared.plugins import discover
from shared.runtime.settings import Settings
from tests.paths import ROOT
from xunjian.app import make_app

GUIDE = (ROOT / "docs/部署指南.md").read_text(encoding="utf-8")
CODE = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
INLINE = re.findall(r"`(xunjian [^`]+)`", GUIDE)
MODELS = [
    *(Settings, BrowserSettings, Route),
    *discover("services.alerter.channels", Channel).values(),
    *discover("services.collector.platforms", Platform).values(),
    *discover("services.reporter.reports", Report).values(),
]
LINKS = re.findall(r"\]\(([^)]+)\)", GUIDE)


def _commands() -> Iterator[list[str]]:
    for text in (*CODE, *INLINE):
        for line in text.replace("\\\n", " ").splitlines():
            if found := re.search(r"(?:^|\s)xunjian ((?:[a-z]+|--version)(?: .*)?)$", line.strip()):
                yield found[1].split("#")[0].split()


COMMANDS = list(_commands())


def test_there_are_commands_to_check() -> None:
    assert len(COMMANDS) > 25


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_and_option_exists(words: list[str]) -> None:
    command: Any = get_command(make_app())
    rest = list(words)
    while rest and (inner := getattr(command, "commands", {}).get(rest[0])):
        command = inner
        rest.pop(0)
    assert not hasattr(command, "commands") or words == ["--version"], f"no command {' '.join(words)}"
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert [word for word in rest if word.startswith("--") and word not in options] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_setting_is_explained(model: type[BaseModel]) -> None:
    chapter = GUIDE.partition("## 八、")[2]
    assert [name for name in model.model_fields if not re.search(rf"`{name}:?`", chapter)] == []


def test_a_link_leads_somewhere() -> None:
    titles = re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)
    anchors = {"#" + re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}
    files = [link for link in LINKS if not link.startswith("#")]
    assert [link for link in LINKS if link.startswith("#") and link not in anchors] == []
    assert [link for link in files if not (ROOT / "docs" / link).exists()] == []


def test_it_can_be_read_at_eighty_columns() -> None:
    lines = [line for line in GUIDE.splitlines() if not line.startswith("|")]
    assert [line for line in lines if _width(line) > 80] == []


def test_every_file_that_it_installs_is_there() -> None:
    named = set(re.findall(r"(?<!/)(?:systemd|deploy|scripts)/[\w./*-]*\w", " ".join(CODE)))
    folders = (ROOT, ROOT / "deploy")
    assert [name for name in named if not any(list(folder.glob(name)) for folder in folders)] == []


def test_what_it_says_one_will_read_is_what_the_program_says() -> None:
    said = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ("services", "shared", "xunjian")
        for file in (ROOT / folder).rglob("*.py")
    ) + (ROOT / "scripts/install").read_text(encoding="utf-8")
    reasons = re.findall(r"^\| (?!原因里说|-)(.+?) \|", _chapter("六"), re.MULTILINE)
    errors = re.findall(r"^\| `([^`]*[一-龥][^`]*)`", _chapter("七"), re.MULTILINE)
    assert len(reasons) > 12
    assert len(errors) > 6
    parts = {part for text in (*reasons, *errors) for part in re.split(r"、|…+|xunjian\.yaml：某项", text)}
    assert [part for part in parts if part.strip() not in said] == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_both_readmes_lead_to_it(readme: str) -> None:
    assert "docs/部署指南.md" in (ROOT / readme).read_text(encoding="utf-8")


def _chapter(number: str) -> str:
    return GUIDE.partition(f"## {number}、")[2].partition("\n## ")[0]


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in line)
