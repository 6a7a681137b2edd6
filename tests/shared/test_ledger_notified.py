"""A unit's own mailbox and robot in the ledger."""

from pathlib import Path

import pytest

from shared.account import Account
from shared.errors import InputError
from shared.ledger.reading import LedgerFile, read_ledger
from shared.ledger.values import BadCellError, read_mail, read_robot
from shared.ledger.writing import write_ledger
from shared.robots import parse_robot
from tests.shared.ledgers import FULL, GOOD, HEADER, workbook

TOKEN = "0123456789abcdef" * 4
DING = f"https://oapi.dingtalk.com/robot/send?access_token={TOKEN}"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab"


def one_row(tmp_path: Path, header: str, cell: str) -> LedgerFile:
    return read_ledger(workbook(tmp_path / "台账.xlsx", (*HEADER, header), (*GOOD, cell)))


@pytest.mark.parametrize("header", ["通知邮箱", "邮箱", "电子邮箱", "联系邮箱（选填）", "E-mail", "联系人邮箱"])
def test_a_mailbox_is_found_under_the_names_offices_give_it(tmp_path: Path, header: str) -> None:
    assert one_row(tmp_path, header, "xmt@example.gov.cn").accounts[0].mail == ("xmt@example.gov.cn",)


@pytest.mark.parametrize(
    "header", ["通知机器人", "机器人", "群机器人", "钉钉机器人", "企业微信机器人", "飞书机器人", "Webhook地址"]
)
def test_a_robot_is_found_under_the_names_offices_give_it(tmp_path: Path, header: str) -> None:
    assert one_row(tmp_path, header, WECOM).accounts[0].robot == WECOM


@pytest.mark.parametrize(
    "cell",
    [
        "a@b.cn;c.d@e-f.gov.cn",
        "a@b.cn； c.d@e-f.gov.cn",
        "a@b.cn，c.d@e-f.gov.cn，",
        "a@b.cn、c.d@e-f.gov.cn",
        "a@b.cn c.d@e-f.gov.cn A@B.cn",
        "ａ@b.cn\nc.d@e-f.gov.cn",
        "张三<a@b.cn>；李四 <c.d@e-f.gov.cn>",
        "mailto:a@b.cn,c.d@e-f.gov.cn",
    ],
)
def test_several_mailboxes_are_told_apart(cell: str) -> None:
    assert [address.casefold() for address in read_mail(cell)] == ["a@b.cn", "c.d@e-f.gov.cn"]


@pytest.mark.parametrize(
    "cell", ["a@b", "a.b.cn", "a@b。cn", "张三@b.cn", "a@b.cn;坏", "13800000000", "a@@b.cn", "a@b..cn", ";"]
)
def test_what_is_no_mailbox_is_refused_with_a_remedy(cell: str) -> None:
    with pytest.raises(BadCellError) as refused:
        read_mail(cell)
    assert "分号" in refused.value.remedy


@pytest.mark.parametrize(
    ("cell", "kind", "secret"),
    [
        (DING, "dingtalk", None),
        (f"{DING} SEC0123456789", "dingtalk", "SEC0123456789"),
        (f"{DING}　加签：SEC0123456789", "dingtalk", "SEC0123456789"),
        (f"{DING}\n加签: SEC0123456789", "dingtalk", "SEC0123456789"),
        (WECOM, "wecom", None),
        (FEISHU, "feishu", None),
        (f"{FEISHU} 签名校验:abcdefgh", "feishu", "abcdefgh"),
        (WECOM.removeprefix("https://"), "wecom", None),
    ],
)
def test_a_robot_is_known_by_its_address(cell: str, kind: str, secret: str | None) -> None:
    robot = parse_robot(read_robot(cell))
    assert (robot.kind, robot.secret) == (kind, secret)
    assert robot.token in cell


@pytest.mark.parametrize(
    "cell",
    [
        "https://oapi.dingtalk.com/robot/send",
        f"http://oapi.dingtalk.com/robot/send?access_token={TOKEN}",
        f"https://oapi.dingtalk.com.evil.cn/robot/send?access_token={TOKEN}",
        f"https://oapi.dingtalk.com:8443/robot/send?access_token={TOKEN}",
        f"https://x@oapi.dingtalk.com/robot/send?access_token={TOKEN}",
        "https://10.0.0.1/robot",
        "https://[oapi.dingtalk.com/robot/send?access_token=1",
        f"{DING} {DING}",
        f"{DING} 短",
        TOKEN,
        "SEC0123456789abcdef",
    ],
)
def test_what_is_no_robot_is_refused_and_nothing_of_it_is_quoted(tmp_path: Path, cell: str) -> None:
    with pytest.raises(BadCellError) as refused:
        read_robot(cell)
    said = f"{refused.value.message}{refused.value.remedy}{one_row(tmp_path, '机器人', cell)}"
    assert TOKEN not in said
    assert "SEC0123456789" not in said


def test_a_robot_may_be_the_name_of_a_channel() -> None:
    assert read_robot("值班室 ") == "值班室"


def test_mailbox_and_robot_survive_export_and_import(tmp_path: Path) -> None:
    for name in ("台账.xlsx", "台账.csv"):
        write_ledger(tmp_path / name, [FULL])
        (account,) = read_ledger(tmp_path / name).accounts
        assert (account.mail, account.robot) == (FULL.mail, FULL.robot)


def test_a_robots_address_is_not_shown() -> None:
    assert "0123456789abcdef" not in f"{FULL!r} {FULL} {parse_robot(DING)!r}"
    with pytest.raises(InputError) as refused:
        parse_robot(f"https://example.cn/{TOKEN}")
    assert TOKEN not in str(refused.value)
    with pytest.raises(ValueError, match="unit") as invalid:
        Account.model_validate({"platform": "weibo", "id": "1", "name": "x", "robot": DING})
    assert TOKEN not in str(invalid.value)
