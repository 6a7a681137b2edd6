"""`xunjian ledger` as an office uses it: check, import, import again, export."""

from io import StringIO
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner, Result

from services.collector.platforms.base import Platform
from shared.errors import InputError
from shared.ledger.reading import LedgerFile, read_ledger
from shared.plugins import discover
from shared.storage.store import open_store
from xunjian.commands.ledger import ledger_app
from xunjian.shown.imported import show

HEADER = "账号名称,平台,账号ID,主办单位,联系电话"
GOOD = "某市发布,微博,1234567890,某市政府办,13800000000"
OTHER = "某市微信,微信,gh_0123456789ab,某市政府办,"
BAD = "=cmd[bold],微搏,1,某局,"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XUNJIAN_DATA_DIR", str(tmp_path / "var"))
    return tmp_path


def ledger(folder: Path, *rows: str) -> Path:
    path = folder / "ledger.csv"
    path.write_text("\n".join((HEADER, *rows)), "utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(ledger_app, [str(argument) for argument in arguments])


def known(folder: Path) -> dict[str, str]:
    store = open_store(f"sqlite:///{folder / 'var' / 'xunjian.db'}")
    try:
        return {account.key: account.name for account in store.accounts.all()}
    finally:
        store.close()


def test_good_rows_are_imported_and_bad_ones_listed(folder: Path) -> None:
    result = run("import", ledger(folder, GOOD, BAD, OTHER))
    assert result.exit_code == 1
    assert "错误 CSV!B3 平台“微搏”：认不出平台" in result.output
    assert "新增 2，变更 0，未变 0，1 行有错未导入" in result.output
    assert known(folder) == {"weibo/1234567890": "某市发布", "wechat/gh_0123456789ab": "某市微信"}


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    result = run("import", ledger(folder, GOOD), "--dry-run")
    assert result.exit_code == 0
    assert "可导入 1 个账号，0 行有错" in result.output
    assert not (folder / "var").exists()


def test_importing_again_changes_nothing_and_deletes_nobody(folder: Path) -> None:
    run("import", ledger(folder, GOOD, OTHER))
    result = run("import", ledger(folder, GOOD))
    assert result.exit_code == 0
    assert "新增 0，变更 0，未变 1" in result.output
    assert "未在新台账：1 个账号，均保留未删" in result.output
    assert "wechat/gh_0123456789ab" in result.output
    assert len(known(folder)) == 2


def test_an_account_whose_row_went_wrong_is_not_called_missing_without_doubt(folder: Path) -> None:
    run("import", ledger(folder, GOOD))
    result = run("import", ledger(folder, GOOD.replace("微博", "微搏")))
    assert "有错的行不算在内" in result.output
    assert len(known(folder)) == 1


def test_what_was_imported_is_exported(folder: Path) -> None:
    run("import", ledger(folder, GOOD, OTHER))
    before = read_ledger(folder / "ledger.csv")
    for name in ("out.xlsx", "out.csv"):
        result = run("export", folder / name)
        assert (result.exit_code, "已导出 2 个账号" in result.output) == (0, True)
        assert set(read_ledger(folder / name).accounts) == set(before.accounts)


def test_a_narrower_file_does_not_wipe_the_telephone(folder: Path) -> None:
    run("import", ledger(folder, GOOD))
    narrow = folder / "narrow.csv"
    narrow.write_text("账号名称,平台,账号ID,主办单位\n新名,微博,1234567890,某市政府办", "utf-8")
    assert "变更 1" in run("import", narrow).output
    run("export", folder / "out.csv")
    (account,) = read_ledger(folder / "out.csv").accounts
    assert (account.name, account.phone) == ("新名", "13800000000")


def test_a_template_is_an_empty_ledger_and_overwrites_nothing(folder: Path) -> None:
    assert run("template", folder / "t.xlsx").exit_code == 0
    assert read_ledger(folder / "t.xlsx").accounts == ()
    assert isinstance(run("template", folder / "t.xlsx").exception, InputError)


def test_a_file_that_cannot_be_read_is_an_input_error(folder: Path) -> None:
    assert isinstance(run("import", folder / "none.xlsx").exception, InputError)


def shown(file: LedgerFile, terminal: bool, width: int = 160) -> str:
    console = Console(force_terminal=terminal, width=width, color_system=None, file=StringIO())
    show(file, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_a_terminal_is_told_row_by_row_and_a_pipe_gets_lines(folder: Path) -> None:
    file = read_ledger(ledger(folder, BAD, GOOD))
    told = shown(file, terminal=True)
    assert "有错的行（1 行，未导入）\n  第 2 行　=cmd[bold]\n    B2 平台“微搏”：认不出平台\n    → 填 " in told
    assert shown(file, terminal=False).startswith("错误 CSV!B2")


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_narrow_terminal_cuts_nothing_off(folder: Path, width: int) -> None:
    file = read_ledger(ledger(folder, BAD, GOOD))
    told = shown(file, terminal=True, width=width)
    assert "".join(file.errors[0].remedy.split()) in "".join(told.split())
    assert max(cell_len(line) for line in told.splitlines()) <= width


def test_markup_in_a_file_is_only_text(folder: Path) -> None:
    file = read_ledger(ledger(folder, "x,[red]微搏[/red],1,某局,"))
    for terminal in (True, False):
        assert "[red]微搏[/red]" in shown(file, terminal)


def test_thousands_of_errors_are_cut_short(folder: Path) -> None:
    output = shown(read_ledger(ledger(folder, *[BAD] * 300)), terminal=False)
    assert "……还有 100 条" in output


@pytest.mark.parametrize(
    ("platform", "account_id", "link"),
    [
        ("微博", "1234567890", ""),
        ("微博", "", "https://weibo.com/u/1234567890"),
        ("抖音", "", "https://www.douyin.com/user/MS4wLjABAAAAexampleexampleexample"),
        ("头条", "50025817786", ""),
        ("头条", "", "https://www.toutiao.com/c/user/token/MS4wLjABAAAAexampleexampleexample/"),
        ("微信", "MzAwMDAwMDAwMA==", ""),
        ("微信", "", "https://mp.weixin.qq.com/mp/profile_ext?action=home&__biz=MzAwMDAwMDAwMA=="),
        ("RSS", "", "https://www.example.gov.cn/rss.xml"),
    ],
)
def test_what_the_import_takes_its_platform_can_open(folder: Path, platform: str, account_id: str, link: str) -> None:
    path = folder / "one.csv"
    path.write_text(f"账号名称,平台,账号ID,主办单位,主页链接\n某市发布,{platform},{account_id},某局,{link}", "utf-8")
    file = read_ledger(path)
    assert (file.errors, file.notices) == ((), ())
    (account,) = file.accounts
    plan = discover("services.collector.platforms", Platform)[account.platform]().plan(account)
    assert plan.page or plan.fetch


def test_to_export_makes_no_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XUNJIAN_DATA_DIR", "nothing")
    result = CliRunner().invoke(ledger_app, ["export", "out.csv"])
    assert "还没有数据" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


# -- who is in it

WHO = ("--author", "张三", "--comment", "已移交")


def test_an_account_is_removed_by_key_link_or_name_and_restored(folder: Path) -> None:
    run("import", ledger(folder, GOOD, OTHER))
    for named in ("weibo/1234567890", "https://weibo.com/u/1234567890", "某市发布"):
        result = run("remove", named, *WHO)
        assert "已移出台账：某市发布（weibo/1234567890，某市政府办）" in result.output, result.exception
        assert list(known(folder)) == ["wechat/gh_0123456789ab"]
        assert "已恢复：某市发布" in run("restore", named, *WHO).output
        assert len(known(folder)) == 2


def test_a_removed_account_in_a_file_is_told_and_stays_out(folder: Path) -> None:
    run("import", ledger(folder, GOOD, OTHER))
    run("remove", "某市发布", *WHO)
    result = run("import", ledger(folder, GOOD, OTHER))
    assert "已移出台账的 1 个账号仍在文件里，未重新导入：weibo/1234567890" in result.output
    assert "xunjian ledger restore" in result.output


@pytest.mark.parametrize("missing", ["--author", "--comment"])
def test_who_and_why_must_be_said(folder: Path, missing: str) -> None:
    run("import", ledger(folder, GOOD))
    words = {"--author": "张三", "--comment": "误录"} | {missing: " "}
    result = run("remove", "某市发布", *(word for pair in words.items() for word in pair))
    assert str(result.exception).startswith(missing)
    assert len(known(folder)) == 1


def test_a_name_nobody_has_is_told_with_the_nearest(folder: Path) -> None:
    run("import", ledger(folder, GOOD))
    assert "是不是：某市发布" in str(run("remove", "某市发步", *WHO).exception)
    assert "已移出的账号中没有" in str(run("restore", "某市发布", *WHO).exception)


def test_the_ledger_is_listed_and_filtered(folder: Path) -> None:
    run("import", ledger(folder, GOOD, OTHER))
    everything = run("list").output
    assert "共 2 个账号" in everything
    assert "wechat/gh_0123456789ab" in everything
    assert "待核查" in everything
    assert "共 1 个账号" in run("list", "微信").output
    assert "没有符合条件的账号" in run("list", "别处").output
    run("remove", "某市微信", *WHO)
    assert "已移交（张三）" in "".join(run("list", "--removed").output.split())


def test_all_that_was_said_of_an_account_is_shown(folder: Path) -> None:
    run("import", ledger(folder, GOOD))
    run("import", ledger(folder, GOOD.replace("13800000000", "13900000000")))
    run("remove", "某市发布", *WHO)
    told = run("show", "某市发布").output
    assert "状态：已移出台账" in told
    for words in (
        "进入台账（ledger.csv）",
        "联系电话 13800000000 → 13900000000（ledger.csv）",
        "移出台账：已移交（张三）",
    ):
        assert words in told


def test_to_look_makes_no_data_folder(folder: Path) -> None:
    for command in (("list",), ("show", "某市发布"), ("remove", "某市发布", *WHO)):
        assert "还没有数据" in str(run(*command).exception)
    assert list(folder.iterdir()) == []


# -- the last line


def test_the_last_line_says_what_to_do_next(folder: Path) -> None:
    good = run("import", ledger(folder, GOOD)).output.splitlines()[-1]
    assert good == "下一步：xunjian ledger list 核对账号，xunjian run 开始核查"
    bad = run("import", ledger(folder, BAD, OTHER + "没有")).output.splitlines()
    assert bad[-1] == ("下一步：改正后再导入 ledger.csv（只会更新，不会重复）；台账未采纳 2 处，见 xunjian doctor")
    assert "1 行有错未导入，1 格未采纳" in "".join(bad)
    assert "xunjian.db" in bad[-2]


def test_a_dry_run_knows_the_ledger_there_is(folder: Path) -> None:
    path = folder / "status.csv"
    path.write_text("账号名称,平台,账号ID,主办单位,账号状态\n某市发布,微博,1234567890,某市政府办,不详", "utf-8")
    assert "可导入 0 个账号，1 行有错" in run("import", path, "--dry-run").output
    run("import", ledger(folder, GOOD))
    assert "可导入 1 个账号，0 行有错未导入，1 格未采纳" in run("import", path, "--dry-run").output


def test_a_corrected_row_is_told(folder: Path) -> None:
    run("import", ledger(folder, OTHER))
    told = run("import", ledger(folder, "某市微信,微信,MzAwMDAwMDAwMA==,某市政府办,")).output
    assert "已更正：wechat/gh_0123456789ab 由 wechat/MzAwMDAwMDAwMA== 取代" in told
    assert list(known(folder)) == ["wechat/MzAwMDAwMDAwMA=="]
