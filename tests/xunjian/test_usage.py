"""A command line written wrongly is answered in Chinese: what is wrong, the nearest right word, how it is written."""

import errno
import re

import pytest

from xunjian.__main__ import main


def said(words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: int = 2) -> str:
    monkeypatch.setattr("sys.argv", ["xunjian", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == status
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("docter", "错误：xunjian：没有命令“docter”；是不是 doctor？"),
        ("import 台账.xlsx", "没有命令“import”；是不是 ledger import？"),
        ("version", "没有命令“version”；是不是 --version 或 db version？"),
        ("甲乙", "没有命令“甲乙”；命令有：init、run、"),
        ("ledger exprot", "错误：xunjian ledger：没有命令“exprot”；是不是 export？"),
        ("--config x.yaml doctor", "没有选项 --config；可写的有：--version、--help；别的选项写在命令之后"),
        ("ledger import", "缺少“台账文件”（台账文件（.xlsx、.xls、.ods 或 .csv））"),
        ("ledger import a b", "多出了“b”；这个命令只要“台账文件”（文字里有空格的，用引号括起来）"),
        ("db upgrade x", "多出了“x”；这个命令不要参数"),
        ("ledger import --dryrun x", "没有选项 --dryrun；是不是 --dry-run？"),
        ("ledger import x --dry-run=3", "错误：--dry-run 后面不写值"),
        ("backup x --keep", "错误：--keep 后面要写值"),
        ("backup x --keep many", "--keep 的值不对；应为整数"),
        ("backup x --keep 0", "--keep 的值不对；应不小于 1"),
        ("init --robot qq", "--robot 的值不对；应为 none、dingtalk、wecom、feishu 之一"),
        ("silence expire x", "“序号” 的值不对；应为整数（silence list 中的序号）"),
    ],
)
def test_it_is_answered_with_the_remedy(
    words: str, answer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(words, monkeypatch, capsys)
    assert answer in told
    assert not re.search("Usage|Error|Try|Missing|Invalid", told)


def test_it_ends_with_how_the_command_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said("visit", monkeypatch, capsys)
    assert told.splitlines()[1:] == ["用法：xunjian visit [选项] 账号", "说明：xunjian visit --help"]


def test_a_group_named_alone_shows_its_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said("rulebook", monkeypatch, capsys)
    assert told.startswith("用法：xunjian rulebook [选项] 命令 [参数]")
    assert "错误" not in told


def test_a_full_disk_is_one_sentence_also_where_the_system_names_no_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("xunjian.__main__.make_app", lambda _: full)
    assert said("ledger template x.xlsx", monkeypatch, capsys) == "错误：写不进去：磁盘满了；请清理，或写到别处\n"


def test_one_that_is_interrupted_while_it_loads_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("xunjian.__main__.make_app", interrupted)
    assert "已中断；没有做完的不会留下，可以再执行一次" in said("doctor", monkeypatch, capsys, status=130)
