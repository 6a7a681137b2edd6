"""`xunjian parse`: read a saved capture with the collector's own code."""

import json
from pathlib import Path
from typing import Annotated

import typer

from services.collector.capture import Capture, Reading
from services.collector.platforms.base import Platform
from shared.clock import to_shanghai, utc_now
from shared.errors import InputError
from shared.plugins import discover
from xunjian.typed.moments import moment
from xunjian.typed.saved_file import read_body


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
