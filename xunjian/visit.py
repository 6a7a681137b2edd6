"""`xunjian visit`: one look at one account, printed."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.collector.__main__ import build
from services.collector.engine import Visit
from shared.account import Account
from shared.clock import chinese_time, utc_now
from shared.errors import InputError
from shared.host import Host, open_host
from shared.logs import configure_logs
from shared.settings import load_settings

PREVIEW_CHARACTERS = 36


def visit(
    account: Annotated[str, typer.Argument(metavar="PLATFORM/ID", help="台账中的账号，例如 weibo/1000001")],
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None,
    debug: Annotated[bool, typer.Option(help="同时打印保留的每份应答和日志")] = False,
) -> None:
    """立即核查一个账号并打印所见，不记录、不通知。"""
    settings = load_settings(config)
    configure_logs(settings.log_format, "debug" if debug else "error")
    with open_host(settings, utc_now, "visit") as host:
        _print(_look(host, account), debug)


def _look(host: Host, key: str) -> Visit:
    account = host.store.account(key) or _unfiled(key)
    engine = build(host, owner="visit")
    try:
        return engine.visit(account)
    finally:
        engine.close()


def _unfiled(key: str) -> Account:
    platform, slash, account_id = key.partition("/")
    if not slash or not account_id:
        raise InputError(key, "写成 平台/账号ID，例如 weibo/1000001")
    return Account(platform=platform, id=account_id, name=account_id, unit="（不在台账中）")


def _print(visit: Visit, debug: bool) -> None:
    console = Console()
    console.print(f"打开：{visit.probe.url or '—'}（{'仅接口' if visit.look.light else '完整页面'}）", markup=False)
    console.print(f"结果：{visit.probe.outcome}　{visit.probe.reason or ''}", markup=False)
    console.print(f"名称：{visit.probe.name or '—'}　用时：{visit.probe.duration_ms} 毫秒", markup=False)
    console.print(
        f"保留应答：{len(visit.look.captures)} 份　证据摘要：{visit.probe.evidence_sha256 or '—'}", markup=False
    )
    if debug:
        for capture in visit.look.captures:
            console.print(f"  {capture.status} {len(capture.body):>8} 字节 {capture.url}", markup=False)
    table = Table("发布时间", "置顶", "类型", "评论", "内容", "商业标记")
    for post in visit.reading.posts:
        text = (post.title or post.text or "").replace("\n", " ")[:PREVIEW_CHARACTERS]
        when = chinese_time(post.published_at) if post.published_at else "—"
        pinned = {True: "是", False: "", None: "?"}[post.pinned]
        table.add_row(when, pinned, post.kind, post.comments, escape(text), escape(" ".join(post.ad_signals)))
    console.print(table)
