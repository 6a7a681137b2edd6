"""Headers and cells as offices write them: read right, or blamed by name with the remedy."""

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from shared.account import AccountStatus
from shared.errors import InputError
from shared.ledger.columns import COLUMNS, normal_header, recognise
from shared.ledger.reading import read_ledger
from shared.ledger.rows import filled_cells, read_row
from shared.ledger.values import UnsupportedPlatformError
from tests.shared.ledgers import (
    FULL,
    GOOD,
    HEADER,
    TOKEN,
    first_sheet,
    letter_of,
    only,
    only_error,
    only_warning,
    read_one,
    read_rows,
)

# -- headers


@pytest.mark.parametrize(
    "header",
    [
        "账号名称",
        "「账号名称（必填）」",
        "*账号名称",
        " 账 号\n名 称 ",
        "帐号名称",
        "账号名称(平台显示的全称)",
        "账号名称*必填",
        "账号名称：",
        "【账号名称】",
    ],
)
def test_a_header_is_known_however_it_is_decorated(header: str) -> None:
    assert normal_header(header) == "账号名称"


def test_every_alias_names_one_field_only() -> None:
    names = [name for column in COLUMNS for name in column.names]
    assert len(names) == len(set(names))


def test_full_width_and_case_do_not_matter_in_headers() -> None:
    assert recognise(["ＵＩＤ", "账号Id"]) == {"id": 1}


def test_of_two_columns_for_one_field_the_preferred_name_wins_and_the_other_is_told(tmp_path: Path) -> None:
    file = read_rows(tmp_path, [*HEADER, "类型", "点赞数"], [*GOOD, "政务类", 3])
    assert only(file).platform == "weibo"
    assert file.notices == ("未使用的列：类型、点赞数",)


def test_title_rows_above_the_header_are_passed_over(tmp_path: Path) -> None:
    title = ["某市政务新媒体台账"]
    file = read_rows(tmp_path, title, ["填报单位：某市", None, "填报时间：2026年"], [], HEADER, GOOD)
    assert only(file).name == "某市发布"


def test_the_header_repeated_for_printing_is_not_an_account(tmp_path: Path) -> None:
    assert only(read_rows(tmp_path, HEADER, GOOD, HEADER)).id == "1234567890"


def test_a_two_row_header_is_read_at_its_lower_row(tmp_path: Path) -> None:
    book = Workbook()
    sheet = first_sheet(book)
    sheet.append([*HEADER, "联系方式", None])
    sheet.append([None, None, None, None, "联系人", "手机"])
    sheet.append([*GOOD, "张三", "13800000000"])
    for column in "ABCD":
        sheet.merge_cells(f"{column}1:{column}2")
    sheet.merge_cells("E1:F1")
    book.save(tmp_path / "two.xlsx")
    account = only(read_ledger(tmp_path / "two.xlsx"))
    assert (account.contact, account.phone) == ("张三", "13800000000")


def test_the_supervising_unit_stands_in_when_there_is_no_owner_column(tmp_path: Path) -> None:
    file = read_rows(tmp_path, [*HEADER[:3], "主管单位"], GOOD)
    assert only(file).unit == "某市政府办"
    assert "以“主管单位”作为主办单位" in file.notices[0]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("姓名", "年龄"), ("张三", "3")], "找不到表头"),
        ([HEADER[:3], GOOD[:3]], "缺少必要的列：主办单位"),
        ([("账号名称", "平台", "主办单位"), GOOD[:3]], "缺少必要的列：账号ID"),
    ],
)
def test_a_file_without_the_needed_columns_is_refused_with_the_remedy(
    tmp_path: Path, rows: list[tuple[str, ...]], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        read_rows(tmp_path, *rows)


# -- platforms, links and ids


@pytest.mark.parametrize(
    ("word", "platform"),
    [
        ("微信公众号", "wechat"), ("微信", "wechat"), ("公众号", "wechat"), ("微信订阅号", "wechat"), ("新浪微博", "weibo"),
        (" 政务微博 ", "weibo"), ("抖音号", "douyin"), ("抖音短视频", "douyin"), ("头条号", "toutiao"), ("今日头条", "toutiao"),
        ("ＲＳＳ", "feed"), ("订阅源", "feed"), ("Feed", "feed"),
    ],
)  # fmt: skip
def test_the_platform_is_known_by_its_many_names(tmp_path: Path, word: str, platform: str) -> None:
    ids = {"douyin": TOKEN, "toutiao": TOKEN}
    link = "https://www.example.gov.cn/rss.xml" if platform == "feed" else None
    assert only(read_one(tmp_path, platform=word, id=ids.get(platform, "1234567890"), url=link)).platform == platform


@pytest.mark.parametrize(
    "word", ["快手", "视频号", "微信视频号", "微信小程序", "百家号", "腾讯微博", "客户端（APP）", "人民号"]
)
def test_a_platform_nobody_visits_is_told_and_blocks_no_other_row(tmp_path: Path, word: str) -> None:
    file = read_rows(tmp_path, HEADER, ["x", word, "有错的 编号", None], GOOD)
    assert only(file).platform == "weibo"
    assert file.notices == (f"第2行：暂不支持的平台“{word}”，该行未导入",)


@pytest.mark.parametrize(("word", "message"), [("微搏", "认不出平台"), ("微信、微博", "一格里有多个平台")])
def test_an_unknown_platform_word_is_an_error(tmp_path: Path, word: str, message: str) -> None:
    error = only_error(read_one(tmp_path, platform=word))
    assert (error.place, error.message) == ("台账!B2", message)


@pytest.mark.parametrize(
    ("platform", "link", "account_id"),
    [
        ("微博", "https://weibo.com/u/1234567890?tabtype=feed", "1234567890"),
        ("微博", "https://m.weibo.cn/u/1234567890", "1234567890"),
        ("微博", "weibo.com/1234567890", "1234567890"),
        ("抖音", f"https://www.douyin.com/user/{TOKEN}?from=x", TOKEN),
        ("头条", f"https://www.toutiao.com/c/user/token/{TOKEN}/", TOKEN),
        ("微信", "https://mp.weixin.qq.com/s?__biz=MzAwMDAwMDAwMA==&amp;mid=1&idx=1", "MzAwMDAwMDAwMA=="),
        ("微信", "https://mp.weixin.qq.com/s?mid=1&__biz=MzAwMDAwMDAwMA%3D%3D", "MzAwMDAwMDAwMA=="),
        ("RSS", "https://www.example.gov.cn/rss/a.xml?x=1", "www.example.gov.cn/rss/a.xml?x=1"),
        (None, "https://weibo.com/u/1234567890", "1234567890"),
    ],
)
def test_the_link_gives_the_id_and_the_platform(
    tmp_path: Path, platform: str | None, link: str, account_id: str
) -> None:
    assert only(read_one(tmp_path, platform=platform, id=None, url=link)).id == account_id


def test_a_name_in_the_id_column_gives_way_to_the_link(tmp_path: Path) -> None:
    file = read_one(tmp_path, id="某市发布", url="https://weibo.com/u/1234567890")
    assert only(file).id == "1234567890"
    assert file.notices == ("第2行：“某市发布”不是新浪微博的账号编号，已用链接里的 1234567890",)


def test_an_id_that_contradicts_the_link_is_an_error(tmp_path: Path) -> None:
    error = only_error(read_one(tmp_path, id="1111111111", url="https://weibo.com/u/1234567890"))
    assert (error.header, error.value) == ("账号ID", "1111111111")
    assert "不是同一个账号" in error.message


@pytest.mark.parametrize(("platform", "account_id"), [("微博", "某微博"), ("头条", "某头条"), ("微信", None)])
def test_an_id_nobody_can_open_is_an_error(tmp_path: Path, platform: str, account_id: str | None) -> None:
    error = only_error(read_one(tmp_path, platform=platform, id=account_id))
    assert (error.column, error.row) == ("C", 2)
    assert "填" in error.remedy


@pytest.mark.parametrize(
    ("platform", "account_id"),
    [("微博", "gdfb"), ("抖音", "cctvnews"), ("微信", "gh_0123456789ab"), ("订阅源", "news")],
)
def test_an_id_that_opens_no_page_is_kept_with_a_warning(tmp_path: Path, platform: str, account_id: str) -> None:
    file = read_one(tmp_path, platform=platform, id=account_id)
    assert only(file).id == account_id
    assert "未能核实" in file.notices[0]


@pytest.mark.parametrize("account_id", ["MzIyNjMxOTY0NA==", "ODUzMjkwMzYx", "MTg1MjI3MzY2MQ==", "3226319644"])
def test_a_wechat_number_needs_no_link(tmp_path: Path, account_id: str) -> None:
    assert read_one(tmp_path, platform="微信", id=account_id).notices == ()


@pytest.mark.parametrize("account_id", ["gh_0123456789ab", "NanjingFabu", "wxid_abc"])
def test_a_wechat_name_without_a_link_is_taken_with_a_warning(tmp_path: Path, account_id: str) -> None:
    file = read_one(tmp_path, platform="微信", id=account_id)
    assert only(file).id == account_id
    assert "打不开公众号" in file.notices[0]


HOSTILE_LINKS = [
    "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "view-source:https://weibo.com/", "ftp://weibo.com/u/1",
    "https://weibo.com@127.0.0.1/u/1234567890", "https://weibo.com\\@127.0.0.1/", "https://weibo.com.evil.cn/u/1234567890",
    "https://evilweibo.com/u/1234567890", "http://127.0.0.1/u/1234567890", "https://weibo.com:8443/u/1234567890",
    "https://[weibo.com/u/1", "https:///u/1", "https://weibo.com:99999/u/1", "https://www.douyin.com/user/x",
    "https://weibo.com/u/123 4567890", "/u/1234567890",
]  # fmt: skip


@pytest.mark.parametrize("link", HOSTILE_LINKS)
def test_only_the_platforms_own_hosts_may_be_opened(tmp_path: Path, link: str) -> None:
    file = read_one(tmp_path, id=None, url=link)
    assert file.accounts == ()
    assert "主页链接" in {error.header for error in file.errors}


@pytest.mark.parametrize("link", [link for link in HOSTILE_LINKS if "douyin" not in link])
def test_a_row_whose_id_suffices_is_taken_without_its_bad_link(tmp_path: Path, link: str) -> None:
    file = read_one(tmp_path, url=link)
    assert (only(file).id, only(file).url) == ("1234567890", None)
    assert [(warning.header, warning.key) for warning in file.warnings] == [("主页链接", "weibo/1234567890")]


def test_a_link_of_another_platform_makes_the_row_doubtful(tmp_path: Path) -> None:
    assert only_error(read_one(tmp_path, url=f"https://www.douyin.com/user/{TOKEN}")).message == "不是新浪微博的网址"


def test_a_bad_link_of_an_id_that_opens_nothing_is_an_error(tmp_path: Path) -> None:
    assert only_error(read_one(tmp_path, platform="微信", id="gdfb", url="没有")).header == "主页链接"


def test_an_id_the_spreadsheet_spoilt_gives_way_to_the_link(tmp_path: Path) -> None:
    file = read_one(tmp_path, id=1.23457e15, url="https://weibo.com/u/1234567890")
    assert only(file).id == "1234567890"
    assert [warning.header for warning in file.warnings] == ["账号ID"]


INNER_HOSTS = [
    "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "100.64.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1",
    "0.0.0.0", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "LOCALHOST.", "router.lan", "db.internal",
    "intranet", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "１２７.0.0.1", "127。0。0。1", "224.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", INNER_HOSTS)
def test_a_feed_cannot_lead_into_the_inner_network(tmp_path: Path, host: str) -> None:
    error = only_error(read_one(tmp_path, platform="RSS", id=None, url=f"http://{host}/feed"))
    assert error.message == "订阅源不在公网上"


@pytest.mark.parametrize("host", ["www.gov.cn", "rss.example.政务", "8.8.8.8", "example.com:8080"])
def test_a_feed_may_be_on_any_public_host(tmp_path: Path, host: str) -> None:
    assert only(read_one(tmp_path, platform="RSS", id="f", url=f"http://{host}/feed")).url == f"http://{host}/feed"


def test_a_platform_added_later_is_named_by_its_file(tmp_path: Path) -> None:
    account = only(read_one(tmp_path, platform="kuaishou2", id="3x", url="https://live.example.cn/u/3x"))
    assert (account.platform, account.platform_name) == ("kuaishou2", "kuaishou2")


def test_a_feed_needs_an_address_or_an_id(tmp_path: Path) -> None:
    assert only_error(read_one(tmp_path, platform="RSS", id=None)).message == "订阅源没有网址"


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (1234567890, "1234567890"),
        (123456789012345, "123456789012345"),
        ("１２３４５６７８９０", "1234567890"),
        ("'1234567890", "1234567890"),
        (1234567890.0, "1234567890"),
    ],
)
def test_an_id_is_read_as_text(tmp_path: Path, cell: object, read: str) -> None:
    assert only(read_one(tmp_path, platform="头条", id=cell)).id == read


@pytest.mark.parametrize(
    "cell", ["1.23457E+15", "1.23457e+15", 1.23457e15, 1234567890123456, 12345.5, -5, True, date(2020, 1, 1)]
)
def test_an_id_the_spreadsheet_may_have_spoilt_is_refused(tmp_path: Path, cell: object) -> None:
    error = only_error(read_one(tmp_path, id=cell))
    assert error.place == "台账!C2"
    assert error.remedy == "把该列单元格格式设为“文本”后重新填写"


# -- other cells


@pytest.mark.parametrize(
    "cell",
    ["2020/3/1", "2020年3月", "2020年3月1日", "2020.3.1", "2020-03-01", "2020.3", "20200301", "２０２０/3/1", 43891, 43891.5,
     "43891", datetime.fromisoformat("2020-03-01 08:30"), date(2020, 3, 1), "2020-03-01 08:30:00", "2020-03-01T00:00:00", "2020 年 3 月 1 日"],
)  # fmt: skip
def test_a_date_is_read_however_it_is_written(tmp_path: Path, cell: object) -> None:
    assert only(read_one(tmp_path, opened_on=cell)).opened_on == date(2020, 3, 1)


@pytest.mark.parametrize(
    "cell", ["三月", "2020-13-01", "2021/2/29", "3/1/2020", 2020.1, "1820-01-01", "99999", "2020-03-01-02"]
)
def test_a_row_is_taken_without_a_date_nobody_can_be_sure_of(tmp_path: Path, cell: object) -> None:
    error = only_warning(read_one(tmp_path, opened_on=cell))
    assert (error.header, error.remedy) == ("开设时间", "写成 2020-03-01 或 2020年3月")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("正常", AccountStatus.RUNNING), ("运行", AccountStatus.RUNNING), ("", AccountStatus.RUNNING), (None, AccountStatus.RUNNING),
        ("注销", AccountStatus.CANCELLED), ("已注销", AccountStatus.CANCELLED), ("注销中", AccountStatus.CANCELLING),
        ("关停", AccountStatus.CLOSING), ("停用", AccountStatus.CLOSING), ("正常（运行）", AccountStatus.RUNNING),
    ],
)  # fmt: skip
def test_status_words(tmp_path: Path, word: str | None, status: AccountStatus) -> None:
    assert only(read_one(tmp_path, status=word)).status is status


def test_a_status_nobody_can_read_leaves_the_account_as_it_was(tmp_path: Path) -> None:
    file = read_one(tmp_path, status="未知")
    assert only_warning(file).header == "账号状态"
    known = FULL.model_copy(update={"status": AccountStatus.CANCELLED})
    assert [account.status for account in file.over([known]).accounts] == [AccountStatus.CANCELLED]


def test_a_new_account_whose_status_nobody_can_read_is_not_taken_for_a_running_one(tmp_path: Path) -> None:
    file = read_one(tmp_path, status="未知").over([])
    assert only_error(file).message == "认不出账号状态"
    assert file.warnings == ()


def test_a_bad_cell_does_not_overwrite_what_was_known(tmp_path: Path) -> None:
    file = read_one(tmp_path, phone="没有", url="主页", opened_on="三月").over([FULL])
    (account,) = file.accounts
    assert (account.phone, account.url, account.opened_on) == (FULL.phone, FULL.url, FULL.opened_on)
    assert (account.contact, len(file.warnings)) == (None, 3)


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("1.2万", 12_000),
        ("12,345", 12_345),
        (12345, 12_345),
        ("3亿", 300_000_000),
        ("10万+", 100_000),
        ("１.2Ｗ", 12_000),
        ("-", None),
        ("0", 0),
        ("3千人", 3_000),
    ],
)
def test_followers_are_counted(tmp_path: Path, cell: object, count: int | None) -> None:
    assert only(read_one(tmp_path, followers=cell)).followers == count


@pytest.mark.parametrize("cell", ["很多", "1.2.3", "-5", "1,23", "9" * 40])
def test_a_row_is_taken_without_followers_that_are_no_number(tmp_path: Path, cell: str) -> None:
    assert only_warning(read_one(tmp_path, followers=cell)).header == "粉丝数"


def test_followers_in_ten_thousands_when_the_header_says_so(tmp_path: Path) -> None:
    file = read_rows(tmp_path, [*HEADER, "粉丝数（万）"], [*GOOD, 1.2])
    assert only(file).followers == 12_000


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("138 0000 0000", "138 0000 0000"),
        (13800000000, "13800000000"),
        ("010-12345678转801", "010-12345678转801"),
        ("０１０－１２３４５６７８", "010-12345678"),
        ("+86 13800000000", "+86 13800000000"),
        ("12345", "12345"),
        ("13800000000/010-12345678", "13800000000/010-12345678"),
    ],
)
def test_phones(tmp_path: Path, cell: object, phone: str) -> None:
    assert only(read_one(tmp_path, phone=cell)).phone == phone


@pytest.mark.parametrize("cell", ["张三", 1.38e20, 1012345678, "138a", "1"])
def test_a_row_is_taken_without_a_phone_nobody_can_dial(tmp_path: Path, cell: object) -> None:
    assert only_warning(read_one(tmp_path, phone=cell)).header == "联系电话"


def test_every_bad_cell_of_a_row_is_named(tmp_path: Path) -> None:
    file = read_one(tmp_path, name=None, platform="微搏", opened_on="?", followers="?", unit="字" * 501)
    places = [f"台账!{letter_of(name)}2" for name in ("name", "platform", "unit", "opened_on", "followers")]
    assert [error.place for error in file.errors] == places
    assert file.bad_rows == (2,)


def test_invisible_characters_do_not_make_another_name(tmp_path: Path) -> None:
    assert only(read_one(tmp_path, name="某\u200b市\u202e发布\u3000 ")).name == "某市发布"


@given(
    st.lists(
        st.one_of(st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.dates(), st.none()),
        min_size=15,
        max_size=15,
    )
)
def test_no_row_whatever_it_holds_breaks_the_import(cells: list[str | int | float | bool | date | None]) -> None:
    filled = filled_cells(list(cells), {column.field: index for index, column in enumerate(COLUMNS)})
    try:
        row = read_row(filled)
    except UnsupportedPlatformError:
        return
    assert (row.account is None) == bool(row.bad)
    assert not row.bad.keys() & row.left_out.keys()
