"""`xunjian list` as somebody types it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from shared.clock import utc_now
from shared.errors import InputError
from shared.events import Outcome
from shared.storage.store import Store, open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import a_post, a_probe, an_account, days
from xunjian.app import make_app


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text("data_dir: .\n")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One account silent for 20 days, one that nobody could look at, and one in order."""
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    now = utc_now()
    analyzer = Analyzer(store)
    for own, name in (("1", "青禾水利"), ("2", "青禾应急"), ("3", "青禾要闻")):
        store.accounts.upsert([an_account(own, name=name)], now - days(60))
    silent = now - days(20)
    analyzer.judge([a_post("p", silent, account_id="1", observed_at=silent)])
    analyzer.judge([a_probe(now - days(0.1), account_id="1", newest_post_at=silent)])
    analyzer.judge([a_probe(now - days(0.1), Outcome.LOGIN_WALL, account_id="2", reason="平台要求登录后查看")])
    analyzer.judge([a_probe(now - days(0.1), account_id="3", newest_post_at=now - days(1))])
    yield store
    store.close()


def run(config: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(make_app(), [*arguments, "--config", str(config)], catch_exceptions=False)
    return done.exit_code, done.output


def written(config: Path) -> Path:
    said = run(config, "report", "weekly")[1]
    return next(Path(line) for line in said.splitlines() if line.endswith(".xlsx"))


def mark(config: Path, *arguments: str) -> str:
    code, said = run(config, "list", "mark", *arguments)
    assert code == 0, said
    return said


def refused(config: Path, *arguments: str) -> str:
    with pytest.raises(InputError) as error:
        run(config, "list", "mark", *arguments)
    return str(error.value)


def test_an_account_with_one_matter_is_marked_by_its_name_and_shown_so(config: Path, store: Store) -> None:
    said = mark(
        config, "青禾水利", "--state", "属实", "--note", "已约谈", "--deadline", "2026年12月10日", "--author", "张"
    )
    assert re.search(r"[0-9A-F]{8} 青禾水利（新浪微博）：属实，整改期限 2026-12-10，备注：已约谈（原为 待核实）", said)
    _, shown = run(config, "list", "show", "--part", "overdue")
    assert "| 属实 | 已约谈 | 2026-12-10" in shown
    assert [one.author for one in store.marks.all()] == ["张"]


def test_a_matter_is_marked_by_its_number_in_either_case(config: Path, store: Store) -> None:
    mark(config, "青禾水利", "--state", "属实")
    number = store.marks.all()[0].number or ""
    assert "已整改（原为 属实）" in mark(config, number.lower(), "--state", "已整改")
    assert "（未变）" in mark(config, number, "--state", "已整改")


def test_an_account_that_nobody_could_look_at_is_marked_by_the_account(config: Path, store: Store) -> None:
    assert "青禾应急（新浪微博）：待核实，备注：账号在用" in mark(config, "weibo/2", "--note", "账号在用")
    assert "| 待核实 | 账号在用 |" in run(config, "list", "show", "--part", "unverified")[1]


def test_what_was_typed_into_the_list_is_read_back_once(config: Path, store: Store) -> None:
    path = written(config)
    book = load_workbook(path)
    for title in ("已超期", "未能核实"):
        heads = [cell.value for cell in book[title][5]]
        book[title].cell(6, heads.index("备注") + 1).value = f"写在{title}"
    book.save(path)
    assert "读入2项标注，未读入0项" in mark(config, "--from", str(path))
    assert "读入0项标注，另有2项与已有标注相同，未读入0项" in mark(config, "--from", str(path))
    assert {marked.note for marked in store.marks.current().values()} == {"写在已超期", "写在未能核实"}
    said = run(config, "report", "weekly")[1]
    assert "（2）.xlsx" in said
    assert "没有覆盖，新的写在旁边" in said


def test_of_two_rows_for_one_matter_the_last_stands_and_that_is_said(config: Path, store: Store) -> None:
    path = written(config)
    book = load_workbook(path)
    sheet = book["已超期"]
    heads = [cell.value for cell in sheet[5]]
    own = [cell.value for cell in sheet[6]]
    for row, note in ((6, "先"), (7, "后")):
        for column, value in enumerate(own, start=1):
            sheet.cell(row, column).value = value
        sheet.cell(row, heads.index("备注") + 1).value = note
    book.save(path)
    said = mark(config, "--from", str(path))
    assert "第7行：与前面的一行是同一项，填写却不同，以这一行为准" in said
    assert "读入1项标注，未读入0项" in said
    assert {marked.note for marked in store.marks.current().values()} == {"后"}


def test_of_a_file_what_can_be_read_is_and_the_rest_is_named(config: Path, store: Store) -> None:
    path = written(config)
    book = load_workbook(path)
    sheet = book["已超期"]
    heads = [cell.value for cell in sheet[5]]
    sheet.cell(6, heads.index("备注") + 1).value = "好"
    for place, value in (("告警编号", "00000000"), ("系统标识", None), ("备注", "坏")):
        sheet.cell(7, heads.index(place) + 1).value = value
    book.save(path)
    code, said = run(config, "list", "mark", "--from", str(path))
    assert code == 1
    assert "工作表“已超期”第7行: 没有告警编号 00000000" in said
    assert "读入1项标注，未读入1项" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "请给出告警编号或账号"),
        (("青禾水利",), "没有要标注的内容"),
        (("青禾水利", "--from", "a.xlsx", "--state", "属实"), "二者只给一个"),
        (("--from", "none.xlsx"), "打不开"),
        (("--from", "none.xlsx", "--note", "好"), "读清单文件时不能再给"),
        (("青禾水利", "--deadline", "下周"), "--deadline: 认不出日期"),
        (("青禾要闻", "--state", "属实"), "目前没有可标注的事项"),
        (("没有这个", "--state", "属实"), "台账里也没有这个账号"),
        (("DEADBEEF", "--state", "属实"), "没有告警编号 DEADBEEF"),
    ],
)
def test_what_cannot_be_marked_is_said_with_its_remedy(
    config: Path, store: Store, arguments: tuple[str, ...], words: str
) -> None:
    assert words in refused(config, *arguments)


def test_before_anything_is_known_it_says_so(config: Path, tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/xunjian.db").close()
    assert "台账为空，本系统尚未开始监测，没有数据" in run(config, "list", "show")[1]


def test_a_week_before_the_beginning_is_said_by_the_command_too(config: Path, store: Store) -> None:
    assert "这一周没有数据" in run(config, "report", "weekly", "--week", "2020-W10")[1]


@pytest.mark.parametrize("part", ["overdue", "near", "unverified", "other", "refused"])
def test_each_part_can_be_shown_by_itself(config: Path, store: Store, part: str) -> None:
    titles = {
        "overdue": "已超期",
        "near": "临近超期",
        "unverified": "未能核实",
        "other": "其他问题",
        "refused": "台账未采纳",
    }
    shown = run(config, "list", "show", "--part", part)[1].splitlines()
    assert [line for line in shown if line in titles.values()] == [titles[part]]
