"""What WeChat's error codes mean, and what to do about each (developers.weixin.qq.com, 全局返回码)."""

import ipaddress
import re
from dataclasses import dataclass

from shared.events import Outcome

CODES = {
    40001: (Outcome.LOGIN_WALL, "AppSecret 或 access_token 不对，请核对 owner_accounts 里的 secret"),
    40013: (Outcome.LOGIN_WALL, "AppID 不对，请核对 owner_accounts 里的 app_id"),
    40125: (Outcome.LOGIN_WALL, "AppSecret 不对，可能已被重置，请向主办单位索取新的"),
    42001: (Outcome.LOGIN_WALL, "access_token 已过期，下次核查会重新获取"),
    40014: (Outcome.LOGIN_WALL, "access_token 不对，下次核查会重新获取"),
    40164: (Outcome.LOGIN_WALL, "本机出口 IP 不在白名单"),
    48001: (Outcome.LOGIN_WALL, "这个公众号没有该接口的权限（未认证或认证已过期），请主办单位查看认证状态"),
    48004: (Outcome.LOGIN_WALL, "该接口被封禁，请主办单位登录公众平台查看通知"),
    61007: (Outcome.LOGIN_WALL, "主办单位没有把这项权限授权给第三方平台，请重新授权"),
    45009: (Outcome.BLOCKED, "今日调用次数已用完，今天不再调用"),
    45011: (Outcome.BLOCKED, "调用太频繁，稍后再试"),
    -1: (Outcome.BLOCKED, "平台繁忙，稍后再试"),
    47009: (Outcome.PARSE_ERROR, "该接口已下线，请升级本程序"),
}
OF_TOKEN = frozenset((40001, 40014, 42001))
USED_UP = 45009
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{3,45}")


@dataclass(frozen=True)
class Refusal:
    """`words`: for a person. `is_of_token`: another token may do. `is_used_up`: not again this day."""

    outcome: Outcome
    words: str
    is_of_token: bool = False
    is_used_up: bool = False


def refusal_in(answer: dict[str, object]) -> Refusal | None:
    """Null: no refusal. What the platform wrote beside the code is not repeated, except an address of ours."""
    given = answer.get("errcode", 0)
    code = _number(given)
    if code == 0:
        return None
    if code is None:
        return Refusal(Outcome.PARSE_ERROR, "授权接口的返回码无法识别")
    outcome, words = CODES.get(code, (Outcome.PARSE_ERROR, "请在微信开放文档中查这个返回码"))
    if code == 40164:
        ours = _address_in(answer.get("errmsg"))
        words += f"{f'（{ours}）' if ours else ''}，请主办单位在“设置与开发 → 基本配置 → IP白名单”中加入"
    return Refusal(outcome, f"授权接口：{words}（返回码 {code}）", code in OF_TOKEN, code == USED_UP)


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 10**9 else None
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value.strip()):
        return int(value)
    return None


def _address_in(text: object) -> str | None:
    """Behind 4 in 6 (`::ffff:1.2.3.4`) stands the same one again."""
    for word in _ADDRESS.findall(text[:500]) if isinstance(text, str) else ():
        try:
            return str(ipaddress.ip_address(word.strip(".:") if word.count(".") == 3 and ":" not in word else word))
        except ValueError:
            continue
    return None
