"""The channels, as the alerter validates them: secrets filled in, files there. Nothing is sent."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services.alerter.channels.base import Channel
from shared.clock import chinese_time
from shared.delivery import Trouble
from shared.errors import InputError
from xunjian.checks.diagnosis import Diagnosis, advice, failed, good
from xunjian.checks.machine import nearest
from xunjian.checks.places import Places
from xunjian.checks.wording import why as why_of

_PLACEHOLDER = re.compile(
    r"[xX*.…?-]{3,}|<.*>|\[.*\]|\{.*\}|SEC[xX*.…]*|(?:your|my)[-_ ].*|change[-_ ]?me|todo|tbd|none|null|"
    r"password|passwd|secret|token|access_token|key|123456|"
    r".*(?:请填|填写|填入|这里填|在此|示例|替换|你的|您的|密钥|口令|密码).*",
    re.IGNORECASE,
)
Build = Callable[[Mapping[str, Mapping[str, Any]]], Mapping[str, Channel]]
"""The alerter's own way to its channels; raises InputError."""


def check_channel(name: str, options: Mapping[str, Any], build: Build, places: Places) -> Diagnosis:
    title = f"渠道 {name}"
    try:
        channel = build({name: options})[name]
    except InputError as error:
        return places.refused(title, error)
    problem = next(_problems(channel), None)
    if problem is None:
        return good(title, f"{options.get('type')}，设置完整（实际发送请用 xunjian channel test {name}）")
    field, words, remedy = problem
    return failed(title, words, f"{remedy}：{places.of(f'channels.{name}.{field}')}")


def _problems(channel: Channel) -> Iterator[tuple[str, str, str]]:
    """Field, what is wrong, what to do."""
    for field, value in channel:
        if isinstance(value, SecretStr) and (words := secret_problem(field, value.get_secret_value())):
            yield field, f"密钥 {field} {words}", "填好它（环境变量或密钥文件）"
        elif isinstance(value, Path) and (words := _path_problem(value, is_folder=field.endswith("folder"))):
            yield field, f"{field} {value} {words}", "改正它，或改权限"


def secret_problem(field: str, secret: str) -> str | None:
    """What a person forgot or pasted too much of; the secret is not quoted."""
    if not secret.strip():
        return "是空的"
    if field != "url" and re.match(r"https?://", secret.strip()):
        return "是整个网址，只需其中的密钥部分"
    if secret != secret.strip() or "\n" in secret:
        return "前后有空格或换行"
    return "还是示例文字，没有换成真的" if _PLACEHOLDER.fullmatch(secret.strip()) else None


def _path_problem(path: Path, *, is_folder: bool) -> str | None:
    if is_folder:
        there = nearest(path)
        return None if there.is_dir() and os.access(there, os.W_OK | os.X_OK) else "不可写"
    try:
        with path.open("rb") as file:
            return None if file.read(1) else "是空文件"
    except FileNotFoundError:
        return "不存在"
    except OSError as error:
        return f"读不了（{why_of(error)}）"


def check_trouble(trouble: Trouble) -> Diagnosis:
    """A channel that the alerter could not send by; what waits for it is kept."""
    since = f"，自 {chinese_time(trouble.off_since)} 起停用" if trouble.off_since else ""
    remedy = f"改正 channels.{trouble.name}，用 xunjian channel test {trouble.name} 试发，再 xunjian deliveries resend"
    return advice(f"渠道 {trouble.name} 的发送", f"最近一次发送失败{since}：{trouble.error}", remedy)
