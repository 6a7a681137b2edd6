"""The ledger's columns: their headers in our template and the many names offices give them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: `field` of shared.account.Account, its `header` in template and export, other names of it."""

    field: str
    header: str
    aliases: str
    help: str
    example: str = ""
    required: bool = False
    width: int = 16
    secret: bool = False
    """What stands in its cells is never quoted."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, normalised, the preferred one first."""
        return tuple(normal_header(name) for name in (self.header, *self.aliases.split()))


_NOTE = re.compile(r"[(\[{【〔].*?[)\]}】〕]")
_NOISE = re.compile(r"[\s*★☆※:,.。#\"'“”‘’「」『』《》<>_-]+")
_OPTIONALITY = re.compile(r"(必填|选填|必填项|选填项)$")


def normal_header(text: str) -> str:
    """A header without notes in brackets, marks, spaces, width and case: `*账号 名称（必填）` is `账号名称`."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("帐", "账")
    bare = _NOISE.sub("", _NOTE.sub("", folded)) or re.sub(r"[^\w]", "", folded)
    return _OPTIONALITY.sub("", bare)


COLUMNS = (
    Column(
        "name",
        "账号名称",
        "新媒体名称 名称 账号名 昵称 账号昵称 账号全称 公众号名称 微信公众号名称 微博名称 新媒体账号名称 "
        "政务新媒体名称 媒体名称",
        "平台上显示的名称",
        "某市发布",
        required=True,
        width=24,
    ),
    Column(
        "platform",
        "平台",
        "平台名称 所属平台 开设平台 发布平台 新媒体平台 第三方平台 平台类型 新媒体类型 账号类型 媒体类型 类型 渠道",
        "微信公众号、新浪微博、抖音、今日头条、订阅源",
        "新浪微博",
        required=True,
    ),
    Column(
        "id",
        "账号ID",
        "账号标识 平台ID ID UID 账号UID 微博UID 用户ID 平台账号 账号 原始ID 公众号原始ID 微信原始ID 微信号 微信ID BIZ "
        "头条号ID SecUID 抖音号",
        "平台自己的编号，单元格格式设为文本；主页链接里已有编号时可不填",
        "1234567890",
        width=28,
    ),
    Column(
        "url",
        "主页链接",
        "链接 网址 主页 主页地址 主页网址 账号链接 链接地址 账号地址 访问地址 订阅地址 RSS地址 URL",
        "以 http:// 或 https:// 开头，须是该平台的网址",
        "https://weibo.com/u/1234567890",
        width=40,
    ),
    Column(
        "unit",
        "主办单位",
        "主办单位名称 开设主体 开设单位 责任单位 主体名称 主办部门 责任部门 运营单位 所属单位 单位名称 单位",
        "开设账号、承担责任的单位",
        "某市人民政府办公室",
        required=True,
        width=28,
    ),
    Column(
        "supervisor",
        "主管单位",
        "上级主管单位 上级主管部门 主管部门 上级单位 监管单位",
        "负责监管的上级单位",
        "某省人民政府办公厅",
        width=28,
    ),
    Column(
        "region",
        "行政区划",
        "地区 所属地区 所在地区 区域 属地 区县 县区 所属区县 层级 行政层级",
        "所在地区",
        "某省某市",
    ),
    Column(
        "verified_as",
        "认证主体",
        "认证情况 认证信息 认证名称 认证单位 认证",
        "平台认证的主体",
        "某市人民政府办公室",
        width=28,
    ),
    Column(
        "status",
        "账号状态",
        "状态 运行状态 运营状态 使用状态",
        "运行、关停公告、注销中、已注销；不填即运行",
        "运行",
        width=12,
    ),
    Column(
        "opened_on",
        "开设时间",
        "开设日期 开通时间 开通日期 注册时间 创建时间 上线时间 开办时间",
        "如 2020-03-01、2020年3月",
        "2020-03-01",
        width=14,
    ),
    Column("leader", "负责人", "负责人姓名 主要负责人 分管负责人 分管领导 责任人", "单位负责人", width=12),
    Column(
        "contact",
        "联系人",
        "联系人姓名 具体联系人 管理员 管理员姓名 运维人员 运维人 运营人员 维护人员 经办人",
        "收提醒、办整改的人",
        width=12,
    ),
    Column("phone", "联系电话", "联系人电话 手机 手机号 手机号码 电话 电话号码 办公电话 联系方式", "联系人电话"),
    Column(
        "mail",
        "通知邮箱",
        "邮箱 电子邮箱 电子邮件 联系邮箱 联系人邮箱 单位邮箱 邮箱地址 电子邮箱地址 邮件 邮件地址 接收邮箱 提醒邮箱 "
        "告警邮箱 email mail",
        "本单位收提醒的邮箱，多个用分号隔开；填了就直接发到这里，不必改设置（不再走“所有单位”的去向；按单位、地区指定的去向照旧也发）",
        "xinmeiti@example.gov.cn",
        width=28,
    ),
    Column(
        "robot",
        "通知机器人",
        "机器人 群机器人 机器人地址 群机器人地址 机器人链接 钉钉机器人 钉钉群机器人 企业微信机器人 企微机器人 "
        "飞书机器人 通知机器人地址 webhook webhook地址 机器人webhook",
        "钉钉、企业微信、飞书群机器人的整段 Webhook 地址，有加签密钥的在后面空一格写 加签:SEC…；"
        "或填设置里的渠道名称。地址等于群的发言权，请勿外传本表",
        width=28,
        secret=True,
    ),
    Column(
        "other_sources",
        "其他来源",
        "备用来源 其他链接 其他网址 专辑链接 备用链接",
        "主页看不到时还能从哪里看到：公众号专辑、已知文章、桥接订阅源的网址，多个用分号隔开",
        "https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv",
        width=40,
    ),
    Column(
        "followers", "粉丝数", "粉丝数量 粉丝量 粉丝 关注数 关注人数 订阅数 用户数", "整数，或 1.2万", "12000", width=12
    ),
    Column("remark", "备注", "备注说明 说明 其他", "", width=30),
)

HEADERS = tuple(column.header for column in COLUMNS)
HEADER_OF = {column.field: column.header for column in COLUMNS}
SECRETS = frozenset(column.field for column in COLUMNS if column.secret)
_FIELD_OF = {name: (column.field, rank) for column in COLUMNS for rank, name in enumerate(column.names)}


def recognise(row: Sequence[object]) -> dict[str, int]:
    """Field -> index of the column that names it best. Of two columns for one field the preferred name wins."""
    best: dict[str, tuple[int, int]] = {}
    for index, cell in enumerate(row):
        for field, rank in _candidates(cell):
            if field not in best or rank < best[field][0]:
                best[field] = (rank, index)
    return {field: index for field, (_, index) in best.items()}


def _candidates(cell: object) -> list[tuple[str, int]]:
    """The field a header names; of `平台/类型` the first part that is known."""
    if not isinstance(cell, str) or len(cell) > 60:
        return []
    name = normal_header(cell)
    for part in (name, *re.split(r"[/、|或及和]", name)):
        if part in _FIELD_OF:
            return [_FIELD_OF[part]]
    return []


def is_ledger_header(fields: dict[str, int]) -> bool:
    """A header names the account and at least two more things about it."""
    return "name" in fields and len(fields) >= 3
