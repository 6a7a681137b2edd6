"""What the chat robots share: hostile text made harmless, cut by bytes, and answers that say no with HTTP 200."""

import json
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from services.alerter.channels import _outgoing as outgoing
from services.alerter.text import plain
from shared.errors import ChannelError, PermanentError, TransientError

CUT_MARK = "……（全文见清单）"

# Robots read mentions (<@id>, <at user_id="all">), links and fonts from angle brackets, also in plain text.
_LOOKALIKES = str.maketrans({"<": "＜", ">": "＞", "&": "＆"})

_REMEDIES = (
    (("keyword", "key words", "关键词"), "机器人设了自定义关键词：请在机器人的设置里加上关键词“巡检”，每条消息都有它"),
    (("timestamp", "时间戳"), "签名或时间不符：请核对密钥 secret，并校准本机时间（与对方相差须在1小时内）"),
    (("sign", "签名"), "签名不符：请重新复制机器人的密钥 secret，并校准本机时间"),
    (
        ("whitelist", "white list", "ip not allowed", " ip ", "白名单"),
        "机器人限定了 IP：请把本机出口 IP 加入名单",
    ),
    (("token", "webhook url", "not exist", "不存在"), "机器人的地址不对，或机器人已移出群：请重新复制其 token 或 key"),
    (("stop", "disable", "停用"), "机器人已停用：请在群里重新启用"),
)


def quiet(text: str) -> str:
    """Plain `text` (newlines stay) in which nothing is a mention or a tag."""
    return plain(text).translate(_LOOKALIKES)


def utf8_bytes(text: str) -> int:
    return len(text.encode())


def json_bytes(text: str) -> int:
    """Bytes that `text` takes inside a JSON string, its escapes included."""
    return len(dumps(text)) - 2


def cut(text: str, limit: int, measure: Callable[[str], int] = utf8_bytes) -> str:
    """`text` if it measures at most `limit` bytes, else as many whole code points as fit before CUT_MARK.

    Text made by `quiet` holds no escapes, so that a cut between code points is never inside one.
    """
    if measure(text) <= limit:
        return text
    room = limit - measure(CUT_MARK)
    used = 0
    for place, sign in enumerate(text):
        used += measure(sign)
        if used > room:
            return text[:place] + CUT_MARK
    return text


def dumps(body: object) -> bytes:
    """Compact JSON in UTF-8: a Chinese character takes 3 bytes of the limit instead of 6."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


class Said(NamedTuple):
    """A robot's answer: its JSON, and the answer that held it."""

    body: dict[str, Any]
    answer: outgoing.Answer


def ask(url: str, body: Mapping[str, object], now: datetime, asker: outgoing.HttpChannel) -> Said:
    """POST the JSON body to the robot and return its JSON answer. Raises as `outgoing.post` and `told` do."""
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return told(outgoing.post(url, dumps(body), headers, now, ca_file=asker.ca_file, hidden=asker.secrets))


def told(answer: outgoing.Answer) -> Said:
    """What a robot's server said. Raises TransientError for what is no JSON object: it proves no delivery."""
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise TransientError(f"{answer.words}：机器人的应答不是 JSON，可能出自中间的代理；请检查网络与代理")
    return Said(said, answer)


def refuse(
    said: Said,
    code_key: str,
    words_key: str,
    *,
    rate: Container[int],
    busy: Container[int],
    message: Container[int],
    pause: float,
) -> str:
    """What to keep of the answer when its code is exactly 0.

    Raises TransientError for a rate limit (after `pause` seconds), a busy server or no code at all, PermanentError for
    the codes about this `message`, ChannelError for everything else: wrong signature, keyword, address or robot.
    """
    code, words = said.body.get(code_key), str(said.body.get(words_key, ""))
    if type(code) is not int:
        raise TransientError("机器人的应答没有结果代码，可能出自中间的代理；请检查网络")
    if code == 0:
        return said.answer.words
    told = f"代码 {code}：{quiet(said.answer.quoted(words))}"
    if code in rate:
        raise TransientError(f"{told}（发送过于频繁）", retry_after_seconds=pause)
    if code in busy:
        raise TransientError(told)
    if code in message:
        raise PermanentError(f"{told}：机器人不收这条消息")
    raise ChannelError(f"{told}；{_remedy(words.lower())}")


def _remedy(words: str) -> str:
    found = (advice for needles, advice in _REMEDIES if any(needle in words for needle in needles))
    return next(found, "请核对机器人的 token、密钥、关键词和 IP 名单")
