"""`xunjian parse`: read a saved capture with the collector's own code."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Annotated

import typer

from services.collector.capture import Capture, Reading
from services.collector.platforms.base import Platform
from shared.clock import to_shanghai, utc_now
from shared.errors import InputError
from shared.plugins import discover
from shared.system_words import system_words
from xunjian.typed.moments import moment

MAX_BYTES = 50_000_000
"""Of one saved page or answer, unpacked; real ones have up to 5 million."""


def parse(
    file: Annotated[
        Path, typer.Argument(metavar="页面文件", help="保存的页面或接口返回：.html .json .jsonl .xml，可为 .gz")
    ],
    platform: Annotated[str, typer.Option(help="wechat | weibo | douyin | toutiao | feed")],
    at: Annotated[
        str | None, typer.Option(help="页面保存的时间（ISO 8601，缺时区按北京时间），用于“昨天”等说法")
    ] = None,
) -> None:
    """解析一份保存的页面，输出一个 JSON 对象（与采集同一套代码）。"""
    known = discover("services.collector.platforms", Platform)
    if platform not in known:
        raise InputError("--platform", f"没有名为 {platform} 的平台，可选：{'、'.join(sorted(known))}")
    capture = Capture(body=read_body(file), at=moment(at, "--at") if at else utc_now())
    typer.echo(json.dumps(as_json(known[platform]().read([capture])), ensure_ascii=False))


def read_body(file: Path) -> bytes:
    """The file's bytes, gunzipped when they are gzip. Raises InputError, also for more than MAX_BYTES."""
    try:
        with file.open("rb") as opened:
            body = opened.read(MAX_BYTES + 1)
        if body.startswith(b"\x1f\x8b") and len(body) <= MAX_BYTES:
            with gzip.open(file) as unpacked:
                body = unpacked.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(str(file), f"文件读不了：{system_words(error)}，请检查路径和内容") from error
    except (EOFError, zlib.error) as error:
        raise InputError(str(file), "压缩文件不完整，请重新保存") from error
    if len(body) > MAX_BYTES:
        raise InputError(str(file), f"内容（解压后）超过 {MAX_BYTES // 1_000_000} MB，不像一个页面，请检查文件")
    return body


def as_json(reading: Reading) -> dict[str, object]:
    """The reading as one JSON object; times in ISO 8601 with the Beijing offset."""
    return {
        "outcome": reading.outcome,
        "reason": reading.reason,
        "covers": reading.covers,
        "account": reading.account.model_dump(mode="json") if reading.account else None,
        "posts": [
            post.model_dump(mode="json")
            | {"published_at": to_shanghai(post.published_at).isoformat() if post.published_at else None}
            for post in reading.posts
        ],
    }
