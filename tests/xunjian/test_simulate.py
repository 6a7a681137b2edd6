"""`xunjian simulate scale`: from the settings, and the same table that docs/scale.md shows."""

import json
from functools import partial
from pathlib import Path

import pytest

from shared.errors import InputError
from tests.paths import ROOT
from tests.xunjian.simulating import simulate as run

simulate = partial(run, "scale")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_document_shows_what_the_command_says() -> None:
    assert f"```\n{simulate()}```\n" in (ROOT / "docs/scale.md").read_text(encoding="utf-8")


def test_a_slower_pace_in_the_settings_asks_for_more_addresses(tmp_path: Path) -> None:
    (tmp_path / "xunjian.yaml").write_text("platforms: {wechat: {min_interval_seconds: 60}}\n")
    polite = json.loads(simulate("--accounts", "2000", "--json"))[0]["platforms"][0]
    (tmp_path / "xunjian.yaml").unlink()
    usual = json.loads(simulate("--accounts", "2000", "--json"))[0]["platforms"][0]
    assert (polite["platform"], polite["accounts"]) == ("wechat", 1_100)
    assert usual["addresses"] == 1
    assert polite["addresses"] == 8


def test_an_office_may_give_its_own_numbers() -> None:
    said = simulate("--accounts", "100", "--accounts", "400", "--mix", "weibo=1,feed=3", "--posts-per-day", "1")
    assert "新浪微博" in said
    assert "微信" not in said
    assert "100个账号，一套系统、每平台一个出口地址：" in said


def test_large_sizes_do_not_run_into_each_other() -> None:
    head = simulate("--accounts", "10000000", "--accounts", "123456").splitlines()[0]
    assert head.split() == ["10,000,000个账号", "123,456个账号"]


@pytest.mark.parametrize(
    ("mix", "said"),
    [
        ("kuaishou=1", "没有平台“kuaishou”"),
        ("wechat", "wechat 的占比“”不是数"),
        ("wechat=-1", "wechat 的占比须大于 0"),
        ("wechat=1e308,weibo=1e308", "wechat 的占比须大于 0，不大于"),
        ("wechat=1,weibo=2,wechat=3", "wechat 写了两次"),
        ("wechat=nan", "wechat 的占比须大于 0"),
    ],
)
def test_a_wrong_mix_says_what_is_wrong(mix: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        simulate("--mix", mix)
