"""Documents that may not drift from the code."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from typer.main import get_command

from services.alerter.building import build_channels
from services.alerter.channels.base import Channel
from services.alerter.routes import Route
from services.collector.browser.chromium import BrowserSettings
from shared.plugins import discover
from shared.runtime.settings import Settings, load_settings
from tests.paths import ROOT
from xunjian.app import make_app

SETTINGS_PAGE = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
CHANNELS = discover("services.alerter.channels", Channel)


@pytest.mark.parametrize("model", [Settings, BrowserSettings, Route, *CHANNELS.values()])
def test_every_setting_is_documented(model: type[BaseModel]) -> None:
    assert [name for name in model.model_fields if not re.search(rf"[`.]{name}[`.]", SETTINGS_PAGE)] == []


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_picture_and_page_that_a_readme_names_is_there(readme: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / readme).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_is_in_the_readme() -> None:
    commands = getattr(get_command(make_app()), "commands", {})
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in commands if f"`xunjian {name}" not in text] == []


def test_the_example_of_the_settings_page_can_be_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DING_TOKEN", "t")
    (tmp_path / "ding.secret").write_text("s")
    example = re.findall(r"```yaml\n(.*?)```", SETTINGS_PAGE, re.DOTALL)[0]
    raw: dict[str, Any] = yaml.safe_load(example)
    file = tmp_path / "xunjian.yaml"
    file.write_text(example, encoding="utf-8")
    settings = load_settings(file)
    assert set(build_channels(settings.channels)) == set(raw["channels"])
