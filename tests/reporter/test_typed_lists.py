"""A list in which people type: nothing typed is lost, what they say comes out in the next, links can be clicked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from services.reporter.reports._links import safe_link, short
from services.reporter.reports.weekly import Weekly
from services.reporter.typed import read_typed
from services.reporter.wording import RULES
from services.reporter.writing import write_report
from shared.delivery import Delivery
from shared.errors import InputError
from shared.events import FindingStatus, Outcome
from shared.ledger.refusal import Refusal
from shared.mark import Mark, MarkState, matter_of, unverified_matter
from shared.plugins import names as plugin_names
from shared.silence import Silence
from shared.storage.store import Store, open_store
from tests.builders import NOW, days, held_at
from tests.reporter.test_weekly import CUT_OFF, LOOKED, URL, WEEK, Ledger, cells, names

LATER = CUT_OFF + days(1)
HEAD = 5


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    yield opened
    opened.close()


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store)


def write(store: Store, folder: Path) -> Path:
    return write_report(Weekly(), store, WEEK, CUT_OFF, folder)


def opened(path: Path) -> dict[str, Worksheet]:
    return {sheet.title: sheet for sheet in load_workbook(path).worksheets}


def type_into(path: Path, sheet: str, row: int = HEAD + 1, **values: Any) -> None:
    book = load_workbook(path)
    heads = [cell.value for cell in book[sheet][HEAD]]
    for name, value in values.items():
        book[sheet].cell(row, heads.index(name) + 1).value = value
    book.save(path)


def mark_of(store: Store, **said: Any) -> Mark:
    (finding,) = held_at(store, CUT_OFF)
    return Mark(matter=matter_of(finding), key=finding.key, number=finding.number, at=LATER, author="张三", **said)


def test_marks_come_out_in_the_next_list_and_in_the_same_weeks(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    store.marks.add([mark_of(store, state=MarkState.TRUE, note="已约谈", deadline="2026-12-10")])
    next_week = write_report(Weekly(), store, Weekly().named("2026-W48"), CUT_OFF + days(1), tmp_path)
    for path in (write(store, tmp_path), next_week):
        row = cells(opened(path)["已超期"])
        assert (row["核实状态"], row["备注"], row["整改期限"]) == ("属实", "已约谈", "2026-12-10")
        assert "标注截至：2026-11-24 00:00" in str(opened(path)["汇总"]["A2"].value)


def test_a_mark_stays_when_the_silence_reaches_its_next_step(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 11)
    store.marks.add([mark_of(store, state=MarkState.TRUE)])
    ledger.probe("1", CUT_OFF + days(6), newest_post_at=LOOKED - days(11))
    path = write_report(Weekly(), store, Weekly().named("2026-W48"), CUT_OFF + days(7), tmp_path)
    assert cells(opened(path)["已超期"])["核实状态"] == "属实"


def test_of_marks_the_newest_word_on_each_thing_counts_and_none_is_written_twice(store: Store, ledger: Ledger) -> None:
    ledger.silent("1", 20)
    first, second = mark_of(store, state=MarkState.TRUE, note="甲"), mark_of(store, deadline="2026-12-10")
    assert store.marks.add([first, second, second]) == 2
    assert store.marks.add([mark_of(store, note="")]) == 1
    (marked,) = store.marks.current().values()
    assert (marked.state, marked.note, marked.deadline) == (MarkState.TRUE, "", "2026-12-10")


def test_the_mark_of_one_time_out_of_sight_is_none_of_the_next(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.account("1")
    ledger.probe("1", LOOKED - days(3), newest_post_at=LOOKED - days(4))
    ledger.probe("1", LOOKED, Outcome.LOGIN_WALL, reason="平台要求登录后查看")
    ledger.judge.tick(LOOKED)
    matter = unverified_matter("weibo/1", LOOKED - days(3))
    store.marks.add([Mark(matter=matter, key="weibo/1", at=LATER, author="张三", note="账号在用")])
    assert cells(opened(write(store, tmp_path))["未能核实"])["备注"] == "账号在用"
    ledger.probe("1", CUT_OFF + days(1), newest_post_at=CUT_OFF)
    ledger.judge.tick(CUT_OFF + days(5))
    later = write_report(Weekly(), store, Weekly().named("2026-W48"), CUT_OFF + days(6), tmp_path)
    assert cells(opened(later)["未能核实"])["备注"] is None


def test_what_was_typed_is_read_back_and_nothing_else(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20, name="甲")
    ledger.silent("2", 21, name="乙")
    path = write(store, tmp_path)
    assert read_typed(path) == ([], [])
    type_into(path, "已超期", 7, 核实状态="不属实", 备注="已更新，见客户端", 整改期限="2026/12/10")
    ((typed,), refused) = read_typed(path)
    assert refused == []
    assert (typed.key, typed.state, typed.note, typed.deadline) == (
        "weibo/1",
        MarkState.FALSE,
        "已更新，见客户端",
        "2026-12-10",
    )
    assert "工作表“已超期”第7行" in typed.place


def test_what_was_marked_since_the_list_was_written_is_not_taken_back_by_it(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.silent("1", 20)
    path = write(store, tmp_path)
    store.marks.add([mark_of(store, state=MarkState.TRUE)])
    type_into(path, "已超期", 备注="补充")
    ((typed,), _) = read_typed(path)
    assert (typed.state, typed.note, typed.deadline) == (None, "补充", None)


def test_what_was_erased_is_taken_back(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    store.marks.add([mark_of(store, state=MarkState.TRUE, note="甲", deadline="2026-12-10")])
    path = write(store, tmp_path)
    type_into(path, "已超期", 核实状态=None, 备注=None, 整改期限=None)
    ((typed,), _) = read_typed(path)
    assert (typed.state, typed.note, typed.deadline) == (MarkState.PENDING, "", "")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"核实状态": "差不多"}, "核实状态: “差不多”不是核实状态；请从下拉列表中选：待核实、属实、不属实、已整改"),
        ({"整改期限": "下周"}, "整改期限: 认不出日期（下周）"),
        ({"整改期限": "2026年12月"}, "整改期限: 没有写哪一天（2026年12月）；请写成 2026-12-10"),
        ({"整改期限": "2026-12"}, "整改期限: 没有写哪一天"),
        ({"整改期限": "2026-02-30"}, "没有这一天"),
        ({"备注": "甲" * 1001}, "备注: 内容过长"),
        ({"账号名称": "别的账号", "备注": "好"}, "对不上（可能只排序了其中几列）"),
        ({"系统标识": "不知道", "备注": "好"}, "被改动过"),
    ],
)
def test_what_cannot_be_read_is_refused_with_place_and_remedy(
    store: Store, ledger: Ledger, tmp_path: Path, said: dict[str, Any], words: str
) -> None:
    ledger.silent("1", 20)
    path = write(store, tmp_path)
    type_into(path, "已超期", **said)
    found, (error,) = read_typed(path)
    assert found == []
    assert "工作表“已超期”第6行" in str(error)
    assert words in str(error)


def test_a_row_that_lost_its_key_is_read_by_its_number(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    path = write(store, tmp_path)
    type_into(path, "已超期", 系统标识=None, 备注="好")
    ((typed,), _) = read_typed(path)
    (finding,) = held_at(store, CUT_OFF)
    assert (typed.fingerprint, typed.note) == (finding.number, "好")


def test_a_file_that_is_no_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("账号名称,平台\n甲,新浪微博\n")
    with pytest.raises(InputError, match="没有找到“核实状态”一列"):
        read_typed(tmp_path / "a.csv")


def test_a_list_in_which_somebody_typed_is_never_overwritten(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    first = write(store, tmp_path)
    assert write(store, tmp_path) == first
    type_into(first, "已超期", 备注="好")
    typed = first.read_bytes()
    second = write(store, tmp_path)
    assert second.name == "政务新媒体监测清单_2026年第47周（2）.xlsx"
    assert write(store, tmp_path) == second
    assert first.read_bytes() == typed


@pytest.mark.parametrize("form", ["~${}", ".~{}", ".~lock.{}#"])
def test_a_list_that_somebody_has_open_is_not_overwritten(
    store: Store, ledger: Ledger, tmp_path: Path, form: str
) -> None:
    ledger.silent("1", 20)
    first = write(store, tmp_path)
    first.with_name(form.format(first.name)).touch()
    assert write(store, tmp_path).name.endswith("（2）.xlsx")


@pytest.mark.parametrize("content", [b"", b"PK", b"somebody else's"])
def test_a_file_that_is_none_of_ours_is_left_alone(
    store: Store, ledger: Ledger, tmp_path: Path, content: bytes
) -> None:
    ledger.silent("1", 20)
    (tmp_path / "政务新媒体监测清单_2026年第47周.xlsx").write_bytes(content)
    assert write(store, tmp_path).name.endswith("（2）.xlsx")


def test_a_week_before_the_installation_says_so_and_counts_nothing(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.silent("1", 20)
    week = Weekly().named("2026-W30")
    sheets = opened(write_report(Weekly(), store, week, week.ends_at, tmp_path))
    for sheet in sheets.values():
        text = "".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
        assert "本系统自2026-09-22 12:00起监测，这一周没有数据" in text
        assert "0个" not in text
        assert "本期无" not in text


def test_the_mail_of_a_week_before_the_installation_does_not_say_that_all_was_well(
    store: Store, ledger: Ledger
) -> None:
    ledger.silent("1", 20)
    week = Weekly().named("2026-W30")
    lines = Weekly().lines(store, week, week.ends_at)
    assert lines[1:] == ("本系统自2026-09-22 12:00起监测，这一周没有数据，不能说明有无问题。",)


def test_a_week_partly_before_the_installation_says_from_when(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    week = Weekly().named("2026-W39")
    sheet = opened(write_report(Weekly(), store, week, week.ends_at, tmp_path))["未能核实"]
    assert sheet["A4"].value == "本系统自2026-09-22 12:00起监测，此前没有数据"


def test_the_counts_by_unit_add_up(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20, unit="甲局")
    ledger.silent("2", 1, unit="乙局")
    ledger.account("3", unit="甲局")
    sheet = opened(write(store, tmp_path))["汇总"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)]
    assert rows == [[1, "甲局", 2, 1, 1, 1, 0, 0], [2, "乙局", 1, 1, 0, 0, 0, 0], [None, "合计", 3, 2, 1, 1, 0, 0]]


def test_it_says_when_and_how_the_unit_was_told_and_that_it_is_silenced(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.silent("1", 20)
    (finding,) = held_at(store, CUT_OFF)
    told = Delivery(
        fingerprint=finding.fingerprint,
        status=FindingStatus.OPEN,
        channel="office",
        unit="青禾县政府办",
        account_key=finding.key,
        finding=finding,
        queued_at=LOOKED,
        next_attempt_at=LOOKED,
    )
    store.deliveries.enqueue([told])
    store.deliveries.record_sent([told], LOOKED + timedelta(minutes=5), "1")
    assert cells(opened(write(store, tmp_path))["已超期"])["告知情况"] == "已于2026-11-22 21:05告知（office）"
    silence = Silence(starts_at=NOW, ends_at=LATER, author="张三", comment="误报", number=finding.number, added_at=NOW)
    store.silences.add(silence)
    said = cells(opened(write(store, tmp_path))["已超期"])["告知情况"]
    assert said == "已于2026-11-22 21:05告知（office）；静默至2026-11-23 24:00（张三：误报）"


def test_what_the_ledger_file_says_that_was_not_taken_has_a_sheet(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    cell: dict[str, Any] = {
        "file": "台账.xlsx",
        "name": "青禾气象",
        "platform": "新浪微博",
        "unit": "青禾县气象局",
        "since": NOW,
    }
    bad = [
        Refusal(place=f"台账!{place}", header=header, key=key, message="认不出", remedy="改写", **cell)
        for place, header, key in (("C5", "平台", None), ("D5", "账号ID", None), ("F6", "开设日期", "weibo/1"))
    ]
    store.refusals.replace("台账.xlsx", bad, [], NOW)
    store.refusals.replace("以后.xlsx", [replace(bad[0], file="以后.xlsx")], [], LATER)
    sheet = opened(write(store, tmp_path))["台账未采纳"]
    assert [(row[5], row[9]) for row in sheet.iter_rows(min_row=6, values_only=True)] == [
        ("台账!C5", "整行未采纳，账号不在监测中"),
        ("台账!D5", "整行未采纳，账号不在监测中"),
        ("台账!F6", "其余内容已采纳"),
    ]
    assert str(sheet["A3"].value).endswith("另有台账未采纳1行")


def test_links_can_be_clicked(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    sheet = opened(write(store, tmp_path))["已超期"]
    (link,) = [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert (link.value, link.hyperlink.target if link.hyperlink else "") == ("weibo.com/…", URL)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("https://weibo.com/1?a=b&c=d#e", "https://weibo.com/1?a=b&c=d#e"),
        ("HTTP://a.gov.cn/政策", "HTTP://a.gov.cn/%E6%94%BF%E7%AD%96"),
        ("https://a.gov.cn/" + "a" * 2062, "https://a.gov.cn/" + "a" * 2062),
        ("https://a.gov.cn/" + "a" * 2063, None),
        ("https://www.gov.cn@evil.com/", None),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https:///nohost", None),
        ("https://政府.cn/", None),
        ("https://a.gov.cn/ b", None),
        ("https://[::1", None),
        ('https://a.gov.cn/"', None),
        ("", None),
    ],
)
def test_only_plain_web_addresses_become_links(text: str, target: str | None) -> None:
    assert safe_link(text) == target


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://a.gov.cn/1", "https://a.gov.cn/1"),
        ("https://mp.weixin.qq.com/s?__biz=1", "mp.weixin.qq.com/…"),
        ("https://a-very-long-name.yunchuan.gov.cn/", "a-very-long-name.yu…"),
    ],
)
def test_a_link_fits_in_one_line_since_some_programs_do_not_break_it(text: str, shown: str) -> None:
    assert short(text, 20) == shown


def test_no_row_is_higher_than_excel_takes_and_what_is_cut_shows_it(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.silent("1", 20, name="很长的名称" * 200, url="https://a.gov.cn/" + "a" * 1500)
    sheet = opened(write(store, tmp_path))["已超期"]
    assert all((row.height or 0) <= 409 for row in sheet.row_dimensions.values())
    assert str(cells(sheet)["账号名称"]).endswith("…")


def test_a_long_note_stays_whole_is_not_clipped_and_is_not_read_back_shorter(
    store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.silent("1", 20)
    store.marks.add([mark_of(store, note="已约谈，" * 250)])
    path = write(store, tmp_path)
    sheet = opened(path)["已超期"]
    assert cells(sheet)["备注"] == "已约谈，" * 250
    heads = [cell.value for cell in sheet[HEAD]]
    width = sheet.column_dimensions[get_column_letter(heads.index("备注") + 1)].width
    assert 2000 / width * 16 < (sheet.row_dimensions[HEAD + 1].height or 0)
    type_into(path, "已超期", 整改期限="2026-12-10")
    ((typed,), refused) = read_typed(path)
    assert (typed.note, typed.deadline, refused) == (None, "2026-12-10", [])


@pytest.mark.parametrize("note", ["\u202e反转", "零\u200b宽\ufeff", "\x07响铃", "全　角　空格", "1.0", "=1+1"])
def test_a_note_with_what_nobody_sees_is_not_taken_for_typed(
    store: Store, ledger: Ledger, tmp_path: Path, note: str
) -> None:
    ledger.silent("1", 20)
    store.marks.add([mark_of(store, note=note, state=MarkState.TRUE)])
    path = write(store, tmp_path)
    type_into(path, "已超期", 整改期限="2026-12-10")
    ((typed,), refused) = read_typed(path)
    assert (typed.note, typed.deadline, refused) == (None, "2026-12-10", [])


@pytest.mark.parametrize("name", ["很" * 10_000, "a" * 10_000, "很长 \n" * 200])
def test_a_row_whose_name_was_cut_is_read_back(store: Store, ledger: Ledger, tmp_path: Path, name: str) -> None:
    ledger.silent("1", 20, name=name)
    path = write(store, tmp_path)
    type_into(path, "已超期", 备注="已约谈")
    ((typed,), refused) = read_typed(path)
    assert (typed.note, refused) == ("已约谈", [])


def test_every_rule_of_ours_has_words_for_officials() -> None:
    assert set(plugin_names("services.analyzer.rules")) == RULES.keys()


def test_an_office_program_may_rewrite_the_list_without_harm(store: Store, ledger: Ledger, tmp_path: Path) -> None:
    ledger.silent("1", 20)
    before = opened(write(store, tmp_path))
    book = load_workbook(write(store, tmp_path))
    book.save(tmp_path / "again.xlsx")
    after = opened(tmp_path / "again.xlsx")
    for title, sheet in before.items():
        assert list(sheet.values) == list(after[title].values)
    assert names(after["已超期"]) == ["青禾发布"]
