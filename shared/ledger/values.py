"""What people write in ledger cells, read without guessing: what is ambiguous is refused with its remedy."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.account import PLATFORM_NAMES, AccountStatus
from shared.addresses import refusal
from shared.errors import InputError
from shared.mailbox import PATTERN
from shared.robots import is_address, parse_robot
from shared.spreadsheet import safe_text

AS_TEXT = "把该列单元格格式设为“文本”后重新填写"


@dataclass(frozen=True)
class Unreadable:
    """A cell whose value the file does not hold (a formula never calculated, an error value)."""

    shown: str
    message: str
    remedy: str


CellValue = str | int | float | bool | date | Unreadable | None
"""A cell as the file holds it; CSV cells are always text. `datetime` is a `date`."""


class BadCellError(Exception):
    """This cell cannot be taken: what is wrong, and what to write instead."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UnsupportedPlatformError(Exception):
    """A platform that exists and that nobody here can visit yet."""


_PLACEHOLDERS = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "暂无", "n/a"})
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?e[+-]?\d+", re.IGNORECASE)


def shown(value: CellValue) -> str:
    """The cell as one line a person recognises."""
    if isinstance(value, Unreadable):
        return value.shown
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}".upper()
    return " ".join(_INVISIBLE.sub("", safe_text(value)).split())


def is_blank(value: CellValue) -> bool:
    """Nothing there, or what people write for nothing (无、-、/)."""
    return not isinstance(value, Unreadable) and shown(value).casefold() in _PLACEHOLDERS


def read_text(value: CellValue, limit: int = 500) -> str:
    """Free text on one line, its own characters kept. Invisible ones go: they make two names that look the same."""
    text = shown(value)
    if len(text) > limit:
        raise BadCellError(f"内容过长（{len(text)}字）", f"缩短到{limit}字以内")
    return text


def fold(value: CellValue) -> str:
    """Text with full-width letters and digits made ordinary."""
    return unicodedata.normalize("NFKC", shown(value)).strip()


def read_id(value: CellValue) -> str:
    """What stands for an id, as text. A number Excel may have rounded (over 15 digits, 科学计数法) is refused,
    never repaired; whether it is the platform's kind of id is `links.choose_id`'s to say."""
    if isinstance(value, (bool, date)):
        raise BadCellError("账号ID不是文本或数字", AS_TEXT)
    if isinstance(value, (int, float)):
        return _whole_number(value)
    text = re.sub(r'^="?(.*?)"?$', r"\1", fold(value)).lstrip("'`").strip()
    if _SCIENTIFIC.fullmatch(text):
        raise BadCellError("账号ID成了科学计数法，后几位已经丢失", AS_TEXT)
    return text


def _whole_number(value: float) -> str:
    if abs(value) >= 1e15:
        raise BadCellError("账号ID超过15位且存成了数字，后几位可能已经丢失", AS_TEXT)
    if value < 0 or not float(value).is_integer():
        raise BadCellError("账号ID不是整数", AS_TEXT)
    return str(int(value))


_PHONE = re.compile(r"\+?[\d() -]{5,24}(?:(?:转|ext\.?|x|#) ?\d{1,6})?")
_NUMBER_PHONE = re.compile(r"1[3-9]\d{9}|[2-9]\d{6,7}|[48]00\d{7}|\d{5}")


def read_phone(value: CellValue) -> str:
    """One or several telephone numbers. Stored as a number a landline has lost its leading 0: refused."""
    text = fold(value)
    if isinstance(value, (int, float)) and not _NUMBER_PHONE.fullmatch(text):
        raise BadCellError("电话存成了数字，位数不对", AS_TEXT)
    parts = [part.strip() for part in re.split(r"[,;、/，；]", text) if part.strip()]
    if not parts or not all(_PHONE.fullmatch(part.casefold()) for part in parts):
        raise BadCellError("不是电话号码", "填手机号或带区号的座机，如 010-12345678")
    return text


_MOST_MAILBOXES = 10
_MAIL_REMEDY = "填完整的邮箱，如 xinmeiti@example.gov.cn；多个用分号隔开"


def read_mail(value: CellValue) -> tuple[str, ...]:
    """One or several mail addresses, also as `张三<a@b.cn>`; each once."""
    text = re.sub(r"mailto:", "", fold(value), flags=re.IGNORECASE)
    named = re.findall(r"<([^<>]*)>", text)
    parts = [part for part in (named or re.split(r"[;,、/|\s]+", text)) if part.strip()]
    found = {part.strip().casefold(): part.strip() for part in parts}
    if wrong := [part for part in found.values() if not PATTERN.fullmatch(part)]:
        raise BadCellError(f"“{wrong[0][:60]}”不是邮箱", _MAIL_REMEDY)
    if not found or len(found) > _MOST_MAILBOXES:
        raise BadCellError(f"邮箱应为1至{_MOST_MAILBOXES}个", _MAIL_REMEDY)
    return tuple(found.values())


_MOST_SOURCES = 20
_SOURCES_REMEDY = "填以 http 开头的公开网址，多个用分号隔开"


def read_sources(value: CellValue) -> tuple[str, ...]:
    """Addresses behind one another; each once. A semicolon inside one is its own."""
    parts = [part for part in re.split(r"；|\s+|;(?=\s|https?://|\Z)", str(value).strip()) if part]
    for part in parts:
        if why := refusal(part):
            raise BadCellError(f"“{part[:60]}”不能作来源：{why}", _SOURCES_REMEDY)
    if not parts or len(parts) > _MOST_SOURCES or max(map(len, parts)) > _LONGEST_SOURCE:
        raise BadCellError(f"来源应为1至{_MOST_SOURCES}个网址，各不超过{_LONGEST_SOURCE}个字符", _SOURCES_REMEDY)
    return tuple(dict.fromkeys(parts))


_LONGEST_SOURCE = 2_000
_BARE_SECRET = re.compile(r"SEC\w{8,}|[0-9a-f]{32,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def read_robot(value: CellValue) -> str:
    """The address of a robot, its signing secret behind it, or the name of a channel. What is wrong is not quoted."""
    text = fold(value)
    if is_address(text):
        try:
            parse_robot(text)
        except InputError as error:
            message, _, remedy = error.message.partition("；")
            raise BadCellError(message, remedy) from None
    elif _BARE_SECRET.fullmatch(text) or len(text) > 60:
        raise BadCellError("不是机器人的地址，也不是渠道名称", "填机器人页面上整段 Webhook 地址（https:// 开头）")
    return text


_DATE_REMEDY = "写成 2020-03-01 或 2020年3月"
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})?)?日?(?:[ t]+\d{1,2}:\d{2}.*)?", re.IGNORECASE)
_EXCEL_DAY_ZERO = date(1899, 12, 30)


def read_date(value: CellValue) -> date:
    """A Beijing calendar date; a month without a day is its first day. Excel serials count from 1899-12-30."""
    if isinstance(value, datetime):
        return _plausible(value.date())
    if isinstance(value, date):
        return _plausible(value)
    text = fold(value)
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _plausible(_EXCEL_DAY_ZERO + timedelta(days=int(float(text))))
    if isinstance(value, float):
        raise BadCellError("日期存成了小数，分不清1月与10月", _DATE_REMEDY)
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    match = compact or _DATE.fullmatch(re.sub(r" ?([年月日]) ?(?!\d{1,2}:)", r"\1", text))
    if match is None:
        raise BadCellError("认不出日期", _DATE_REMEDY)
    try:
        return _plausible(date(int(match[1]), int(match[2]), int(match[3] or 1)))
    except ValueError:
        raise BadCellError("没有这一天", _DATE_REMEDY) from None


def _plausible(day: date) -> date:
    if not 1990 <= day.year <= 2100:
        raise BadCellError(f"年份 {day.year} 不合理", _DATE_REMEDY)
    return day


_COUNT = re.compile(r"(\d+(?:\.\d+)?)\s*(千|k|万|w|百万|亿)?\s*[+多余]?人?", re.IGNORECASE)
_TIMES = {"千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "百万": 1_000_000, "亿": 100_000_000}


def read_followers(value: CellValue, in_ten_thousands: bool = False) -> int:
    """`1.2万` is 12000. `in_ten_thousands`: the header says 万, so a bare number counts tens of thousands."""
    match = _COUNT.fullmatch(re.sub(r"(?<=\d),(?=\d{3})", "", fold(value)))
    if match is None or len(match[1]) > 15:
        raise BadCellError("不是人数", "填整数，或 1.2万")
    times = _TIMES[match[2].casefold()] if match[2] else (10_000 if in_ten_thousands else 1)
    return round(float(match[1]) * times)


_STATUS_WORDS = {
    AccountStatus.RUNNING: "运行 正常 正常运行 运行中 正常运营 运营中 正常更新 在用 在运行 使用中 启用 已启用 "
    "开通 已开通",
    AccountStatus.CLOSING: "关停公告 关停 已关停 拟关停 关停中 停更 已停更 停更公告 停用 已停用 关闭 已关闭 "
    "停止更新 停止运营",
    AccountStatus.CANCELLING: "注销中 拟注销 待注销 申请注销 已申请注销 正在注销",
    AccountStatus.CANCELLED: "已注销 注销 注销完成 完成注销",
}
_STATUS = {word: status for status, words in _STATUS_WORDS.items() for word in words.split()}


def read_status(value: CellValue) -> AccountStatus:
    """Only words that say 注销 make an account cancelled: one shut (关停、停用) may still stand on the platform."""
    word = re.sub(r"[\s状态]", "", re.sub(r"\(.*?\)", "", fold(value)))
    if word not in _STATUS:
        raise BadCellError("认不出账号状态", "填 运行、关停公告、注销中 或 已注销")
    return _STATUS[word]


_UNSUPPORTED = re.compile(
    "视频号|小程序|企业微信|腾讯微博|快手|百家号|企鹅号|大鱼号|贴吧|客户端|app|哔哩|bilibili|b站|小红书|知乎|澎湃|人民号|"
    "西瓜|强国|网易|搜狐|一点号|美篇|喜马拉雅|央视频|twitter|facebook|youtube"
)
_PLATFORM_WORDS = {
    "wechat": re.compile("微信|公众号|订阅号|服务号|wechat|weixin"),
    "weibo": re.compile("微博|weibo"),
    "douyin": re.compile("抖音|douyin"),
    "toutiao": re.compile("头条|toutiao"),
    "feed": re.compile("rss|订阅源|feed|atom"),
}


def read_platform(value: CellValue) -> str:
    """File name of the platform. A word in small Latin letters is taken for the file name of a platform added later.

    Raises UnsupportedPlatformError for those of the trade that are not built.
    """
    word = re.sub(r"\s", "", fold(value).casefold())
    if _UNSUPPORTED.search(word):
        raise UnsupportedPlatformError(shown(value))
    found = [name for name, words in _PLATFORM_WORDS.items() if words.search(word)]
    if len(found) > 1:
        raise BadCellError("一格里有多个平台", "一行只填一个平台，多个平台分行填写")
    if found:
        return found[0]
    if re.fullmatch(r"[a-z][a-z0-9_]*", word):
        return word
    raise BadCellError("认不出平台", "填 " + "、".join(PLATFORM_NAMES.values()))
