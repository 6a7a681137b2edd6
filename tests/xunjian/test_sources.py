"""`xunjian sources`, as an officer who asks from where an account can still be seen."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shared.errors import InputError
from shared.events import Outcome
from shared.source import SourceState
from shared.storage.store import open_store
from tests.builders import NOW, an_account, days
from xunjian.app import make_app

ALBUM = "https://mp.weixin.qq.com/mp/appmsgalbum?__biz=MzI&album_id=1"
FEED = "https://bridge.qinghe.example/wechat/1001"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "s.yaml").write_text(
        "data_dir: .\nbridges:\n  own: {base_url: https://bridge.qinghe.example, kind: wewe_rss}\n", encoding="utf-8"
    )
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.accounts.upsert([an_account(platform="wechat"), an_account("2002", name="北山发布")], NOW)
    store.close()

    def invoke(*words: str) -> Result:
        app = make_app(["sources"])
        return CliRunner().invoke(app, ["sources", *words, "--config", str(tmp_path / "s.yaml")])

    return invoke


def refusal(result: Result) -> str:
    assert isinstance(result.exception, InputError), result.output
    return str(result.exception)


def test_an_account_has_its_page_and_nothing_else_at_first(run: Run) -> None:
    shown = run("wechat/1001")
    assert shown.exit_code == 0, shown.exception
    assert "1. 账号主页　可以证明有无更新" in shown.output
    assert "近30天看到的时段：没有" in shown.output
    assert "xunjian sources add" in shown.output


def test_what_is_added_is_shown_with_what_it_cannot_see_and_can_be_removed(run: Run) -> None:
    assert "已添加" in run("add", "wechat/1001", "album", ALBUM, "--by", "张三").output
    assert "已有，未再添加" in run("add", "wechat/1001", "album", ALBUM).output
    assert "专辑只含一个栏目" in run("show", "wechat/1001").output
    assert "已移出" in run("remove", "wechat/1001", "album", ALBUM).output
    assert "没有添加过这个来源" in refusal(run("remove", "wechat/1001", "album", ALBUM))


def test_a_bridge_says_at_once_that_without_a_control_account_it_proves_no_silence(run: Run) -> None:
    run("add", "wechat/1001", "bridge", FEED)
    assert "桥接 own 没有对照账号，只能证明有更新" in run("wechat/1001").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("wechat/1001", "page", ALBUM), "没有这种来源"),
        (("wechat/1001", "nonsense", ALBUM), "没有这种来源"),
        (("wechat/1001", "articles", ALBUM), "种类请写 album"),
        (("wechat/1001", "bridge", ALBUM), "种类请写 album"),
        (("weibo/2002", "album", ALBUM), "不适用于"),
        (("wechat/1001", "bridge", "feed"), "网址: 只能打开 http 或 https"),
        (("wechat/1001", "bridge", "https://"), "网址: 网址格式有误"),
        (("wechat/1001", "bridge", "http://127.0.0.1:1200/feed"), "网址: 网址指向内网地址，采集不会打开"),
        (("wechat/1001", "bridge", "http://10.0.0.9/feed"), "网址: 网址指向内网地址"),
        (("wechat/1001", "bridge", "http://rsshub:1200/feed"), "base_url"),
        (("wechat/1001", "bridge", "https://feeds.qinghe.example:22/x"), "网址: 网址的端口"),
        (("wechat/1001", "album", "https://weibo.com/x"), "网址: "),
        (("wechat/9", "album", ALBUM), "台账中没有"),
    ],
)
def test_what_the_collector_could_not_open_is_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    assert said in refusal(run("add", *words))


def test_a_bridge_of_the_settings_may_be_on_our_own_network(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "s.yaml").open("a", encoding="utf-8") as settings:
        settings.write("  inner: {base_url: 'http://10.0.0.9:1200/hub', kind: rsshub}\n")
    assert "已添加" in run("add", "wechat/1001", "bridge", "http://10.0.0.9:1200/hub/1001").output
    assert "网址: 网址指向内网地址" in refusal(run("add", "wechat/1001", "bridge", "http://10.0.0.9:1200/admin"))


def test_two_sources_that_differ_are_shown_as_differing(run: Run, tmp_path: Path) -> None:
    run("add", "wechat/1001", "bridge", FEED)
    look = {"key": "wechat/1001", "looked_at": NOW, "outcome": Outcome.OK}
    page = SourceState(source="page", newest_post_at=NOW - days(2), proved_at=NOW, **look)
    bridge = SourceState(source=f"bridge:{FEED}", newest_post_at=NOW - days(9), **look)
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.sources.note([page, bridge])
    store.close()
    output = run("wechat/1001").output
    assert "不一致：账号主页有2026-11-19 12:00的内容，桥接订阅源" in output
    assert "列表核实到：2026-11-21 12:00" in output
    told = json.loads(run("wechat/1001", "--json").stdout)
    assert len(told["disagreements"]) == 1
    assert [one["kind"] for one in told["sources"]] == ["page", "bridge"]
    assert told["sources"][1]["proved_until"] is None


def test_a_bridge_that_is_only_late_does_not_differ(run: Run, tmp_path: Path) -> None:
    run("add", "wechat/1001", "bridge", FEED)
    look = {"key": "wechat/1001", "looked_at": NOW, "outcome": Outcome.OK}
    page = SourceState(source="page", newest_post_at=NOW - timedelta(hours=3), **look)
    bridge = SourceState(source=f"bridge:{FEED}", newest_post_at=NOW - days(9), **look)
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    store.sources.note([page, bridge])
    store.close()
    assert "不一致" not in run("wechat/1001").output


def test_an_owners_interface_is_a_source_once_the_settings_have_it(run: Run, tmp_path: Path) -> None:
    assert "授权接口" not in run("wechat/1001").output
    secret = tmp_path / "app.secret"
    secret.write_text("0123456789abcdef0123456789abcdef")
    with (tmp_path / "s.yaml").open("a", encoding="utf-8") as settings:
        settings.write(
            f"owner_accounts:\n  wechat/1001: {{app_id: wx0123456789abcdef, secret: {{file: {secret.name}}}}}\n"
        )
    shown = run("wechat/1001").output
    assert "2. 授权接口　可以证明有无更新" in shown
    assert "只核实到前一天结束" in shown
    assert "授权接口" not in run("weibo/2002").output
    assert secret.read_text() not in shown
