"""`xunjian visit`: one visit to one account, printed."""

from contextlib import ExitStack, closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo.stand_in import FOLDER as DEMO
from demo.stand_in import LEDGER, demo_settings, stand_in
from services.collector.capture import Reading
from services.collector.looker import Visit
from shared.account import Account
from shared.clock import chinese_time, utc_now
from shared.errors import InputError
from shared.events import Comments, Kind
from shared.ledger.reading import read_ledger
from shared.runtime.logs import configure_logs
from shared.runtime.opening import open_host
from shared.runtime.settings import Settings, is_set_up, load_settings
from shared.session_life import as_whom
from shared.storage.store import open_to_read
from xunjian.looking import looked, thrown_away
from xunjian.typed.meant import account_meant

NOTHING_SHOWN = 1
PREVIEW_CHARACTERS = 36
KINDS = {Kind.ORIGINAL: "原创", Kind.REPOST: "转发", Kind.UNKNOWN: "不详"}
COMMENTS = {Comments.OPEN: "开放", Comments.RESTRICTED: "受限", Comments.CLOSED: "关闭", Comments.UNKNOWN: "不详"}


def visit(
    account: Annotated[
        str, typer.Argument(metavar="账号", help="平台/账号ID（例如 weibo/1000001）、主页链接，或台账里的账号名称")
    ],
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）")] = None,
    debug: Annotated[bool, typer.Option(help="同时打印保留的每份应答和日志")] = False,
) -> None:
    """立即核查一个账号并打印所见，不记录、不通知。

    退出码：0 看到了账号的内容，1 没有看到（被拦、登录墙、打不开等），2 写法或设置有误。
    """
    demonstrated = () if is_set_up(config) else read_ledger(LEDGER).accounts
    with ExitStack() as stack:
        settings = load_settings(config, needs_store=False)
        asked = account_meant(account, [*demonstrated, *_filed(settings)])
        if asked in demonstrated:
            typer.echo("（演示账号：由模拟平台应答）")
            settings = demo_settings(stack.enter_context(stand_in(DEMO, utc_now(), remembers=False)))
        configure_logs(settings.log_format, "debug" if debug else "error")
        host = stack.enter_context(open_host(thrown_away(settings, stack, utc_now()), utc_now, "visit"))
        visited = looked(host, asked)
        _print(asked, visited, debug)
    if not visited.probe.outcome.is_evidence:
        raise typer.Exit(NOTHING_SHOWN)


def _filed(settings: Settings) -> list[Account]:
    """The ledger, as the database has it and as its file would make it; a file that cannot be read is left out."""
    known: list[Account] = []
    if (store := open_to_read(settings.store_url)) is not None:
        with closing(store):
            known = store.accounts.all()
    if settings.ledger is None:
        return known
    try:
        given = read_ledger(settings.ledger).over(known).accounts
    except InputError as error:
        typer.echo(f"提示：台账文件没有读取（{error}）", err=True)
        return known
    return list({account.key: account for account in (*known, *given)}.values())


def _print(account: Account, visit: Visit, debug: bool) -> None:
    console = Console()
    probe, captures = visit.probe, visit.captured.captures
    for line in (
        f"账号：{account.platform_name} {account.name}（{account.key}）　主办单位：{account.unit}",
        f"打开：{probe.url or '—'}（{'仅接口' if visit.captured.light else '完整页面'}，{as_whom(probe.session)}）",
        f"结果：{probe.reason or probe.outcome.words}　分类：{probe.outcome}",
        f"名称：{probe.name or '—'}　用时：{probe.duration_ms} 毫秒",
        f"保留应答：{len(captures)} 份　证据摘要：{probe.evidence_sha256 or '—'}",
        *(f"  {capture.status} {len(capture.body):>8} 字节 {capture.url}" for capture in captures if debug),
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if visit.reading.posts:
        console.print(_table(visit.reading))


def _table(reading: Reading) -> Table:
    table = Table("发布时间", "置顶", "类型", "评论", "内容", "商业标记")
    for post in reading.posts:
        text = (post.title or post.text or "").replace("\n", " ")[:PREVIEW_CHARACTERS]
        when = chinese_time(post.published_at) if post.published_at else "—"
        pinned = {True: "是", False: "", None: "?"}[post.pinned]
        kind, comments = KINDS[post.kind], COMMENTS[post.comments]
        table.add_row(when, pinned, kind, comments, escape(text), escape(" ".join(post.ad_signals)))
    return table
