"""`xunjian rulebook`: what there is, what it says, what differs; a pipe gets plain lines and an exit status."""

from pathlib import Path

from typer.testing import CliRunner, Result

from xunjian.app import make_app

HEAD = "name: {name}\ntitle: 青禾县\nversion: '1'\neffective_from: 2024-01-01\nextends: cn\nentries:\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(make_app(), ["rulebook", *arguments])


def written(folder: Path, name: str, entries: str = "  []\n") -> str:
    file = folder / f"{name}.yaml"
    file.write_text(HEAD.format(name=name) + entries, encoding="utf-8")
    return str(file)


def test_the_list_names_every_built_in_rulebook_with_its_date_of_effect() -> None:
    lines = run("list").stdout.splitlines()
    assert lines[0] == "名称 | 标题 | 版本 | 生效日期 | 指标数"
    assert {"cn", "gansu", "fuzhou", "guizhou", "beijing", "anhui"} <= {line.split(" | ")[0] for line in lines[1:]}
    assert any(line.startswith("cn | 国家 | 2026.1 | 2019-04-18起") for line in lines)


def test_showing_one_names_clause_and_thresholds_also_of_what_is_inherited() -> None:
    lines = run("show", "gansu").stdout.splitlines()
    own = next(line for line in lines if line.startswith("U-02"))
    assert "veto_days=7" in own
    assert "《甘肃省政务新媒体管理办法》“每周更新一次内容”" in own
    assert any(line.startswith("I-02") and "单项否决" in line for line in lines)


def test_equal_rulebooks_end_with_zero() -> None:
    done = run("diff", "cn", "cn")
    assert (done.exit_code, done.stdout) == (0, "cn@2026.1 与 cn@2026.1 的指标相同。\n")


def test_a_difference_names_indicator_item_and_both_values_and_ends_with_one(tmp_path: Path) -> None:
    old = written(tmp_path, "old")
    new = written(
        tmp_path,
        "new",
        "  - {indicator: U-01, options: {veto_days: 7}}\n"
        "  - {indicator: C-04, severity: veto, clause: {document: 甲, words: 乙}}\n"
        "  - {indicator: X-01, rule: account_gone, severity: reminder, clause: {document: 丙, words: 丁}}\n",
    )
    done = run("diff", old, new)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "指标 | 变化 | 项目 | old@1 | new@1"
    assert "U-01 | 改动 | veto_days | 14 | 7" in lines
    assert "C-04 | 改动 | 等级 | 问题 | 单项否决" in lines
    assert "C-04 | 改动 | 依据原文 | 不得刊登商业广告或链接商业广告页面 | 乙" in lines
    assert "X-01 | 新增 | account_gone |  | 提醒；丙“丁”" in lines
    assert len(lines) == 6  # and the document of C-04


def test_what_only_the_old_one_has_was_removed(tmp_path: Path) -> None:
    extra = "  - {indicator: X-01, rule: account_gone, severity: reminder, clause: {document: 丙, words: 丁}}\n"
    done = run("diff", written(tmp_path, "old", extra), written(tmp_path, "new"))
    assert done.exit_code == 1
    assert done.stdout.splitlines()[1:] == ["X-01 | 删除 | account_gone | 提醒；丙“丁” | "]


def test_another_date_of_effect_is_a_difference(tmp_path: Path) -> None:
    old, new = written(tmp_path, "old"), written(tmp_path, "new")
    Path(new).write_text(Path(new).read_text("utf-8").replace("2024-01-01", "2025-01-01"), "utf-8")
    assert run("diff", old, new).stdout.splitlines()[1:] == ["— | 改动 | 生效日期 | 2024-01-01起 | 2025-01-01起"]


def test_a_rulebook_that_is_not_there_is_named_and_no_difference() -> None:
    done = run("diff", "cn", "atlantis")
    assert "atlantis" in str(done.exception)
    assert done.exit_code not in (0,)
