"""What the chat robots share: hostile text made harmless, cut by bytes, and answers that say no with HTTP 200."""

import json
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from typing import Any

from services.alerter.channels import _outgoing as outgoing
from services.alerter.text import plain
from shared.errors import ChannelError, PermanentError, TransientError

CUT_MARK = "……（全文见清单）"

# Robots read mentions (<@id>, <at user_id="all">), links and fonts from angle brackets, also in plain text.
_LOOKALIKES = str.maketrans({"<": "＜", ">": "＞", "&": "＆"})


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


def ask(url: str, body: Mapping[str, object], now: datetime) -> dict[str, Any]:
    """POST the JSON body to the robot and return its JSON answer. Raises as `outgoing.post` does.

    An answer that is no JSON object proves no delivery: TransientError.
    """
    answer = outgoing.post(url, dumps(body), {"Content-Type": "application/json; charset=utf-8"}, now)
    try:
        said = json.loads(answer.body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise TransientError("机器人的应答不是 JSON，可能出自中间的代理；请检查网络")
    return said


def refuse(
    code: object,
    words: object,
    *,
    rate: Container[int],
    busy: Container[int],
    message: Container[int],
    pause: float,
) -> None:
    """Return when `code` is exactly 0. Raises TransientError for a rate limit (after `pause` seconds), a busy server or
    no code at all, PermanentError for the codes about this `message`, ChannelError for everything else: wrong
    signature, keyword, address or robot."""
    if type(code) is not int:
        raise TransientError("机器人的应答没有结果代码，可能出自中间的代理；请检查网络")
    if code == 0:
        return
    said = f"代码 {code}：{quiet(str(words))[:120]}"
    if code in rate:
        raise TransientError(f"{said}（发送过于频繁）", retry_after_seconds=pause)
    if code in busy:
        raise TransientError(said)
    if code in message:
        raise PermanentError(f"{said}：机器人不收这条消息")
    raise ChannelError(f"{said}；请核对机器人的 token、密钥、关键词和 IP 名单")
