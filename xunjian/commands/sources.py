"""`xunjian sources`: where else an account can be seen, what each place proves and what it cannot see."""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from services.collector.__main__ import build_platforms, build_sources
from services.collector.bridges import bridge_of, bridges_in
from services.collector.sources.base import Source, given_by
from shared.account import Account
from shared.addresses import refusal
from shared.clock import chinese_time, utc_now
from shared.errors import InputError
from shared.export import EXPORT, Export
from shared.runtime.settings import Settings, load_settings
from shared.source import BRIDGE, PAGE, GivenSource, SourceState, disagreements
from xunjian.opened import opened
from xunjian.shown.coverage import coverage_line, covered
from xunjian.shown.where import where
from xunjian.typed.named import account_named
from xunjian.usage import Showing

sources_app = typer.Typer(
    help="来源：一个账号除主页外还能从哪里看到；各能证明什么、看不到什么。", no_args_is_help=True, cls=Showing
)
MOST_ADDRESS, MOST_SOURCES = 2_000, 50

Named = Annotated[str, typer.Argument(metavar="账号", help="平台/账号ID、主页链接或账号名称")]
Kind = Annotated[str, typer.Argument(metavar="种类", help="album 专辑、articles 已知文章、bridge 桥接订阅源等")]
Address = Annotated[str, typer.Argument(metavar="网址", help="专辑、文章或订阅源的网址")]
Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


@sources_app.command()
def show(
    account: Named,
    as_json: Annotated[bool, typer.Option("--json", help="按 JSON 输出")] = False,
    config: Config = None,
) -> None:
    """显示账号近30天看到了哪些时段，和各个来源：最近核查、结果、核实到何时、最新内容、看不到什么，来源之间的不一致。

    写成 xunjian sources 账号 也可以。
    """
    settings = load_settings(config)
    kinds = build_sources(settings)
    with closing(opened(settings)) as store:
        found = account_named(account, store.accounts.all(), "账号")
        page = GivenSource(key=found.key, kind=PAGE)
        every = {one.name: one for one in (page, *given_by(found, kinds), *store.sources.of(found.key))}
        states = store.sources.states(found.key)
        seen = store.coverage.of(found.key)
        exports = store.exports.of(found.key)
    if exports:
        every[EXPORT] = GivenSource(key=found.key, kind=EXPORT)
    given = list(every.values())
    rows = [_row(one, kinds.get(one.kind), states.get(one.name), settings) for one in given]
    for row in rows:
        if row["kind"] == EXPORT:
            row["lines"] = [_of_exports(exports), *row["lines"]]
    names = {one.name: row["name"] for one, row in zip(given, rows, strict=True) if row["proves"] == "list"}
    differing = disagreements([states[one.name] for one in given if one.name in states], names)
    if as_json:
        shown = [{name: value for name, value in row.items() if name != "lines"} for row in rows]
        told = {"account": found.key, "sources": shown, "disagreements": differing, "coverage": covered(seen)}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _print(found, rows, differing, coverage_line(seen, utc_now()))


@sources_app.command()
def add(
    account: Named,
    kind: Kind,
    address: Address,
    by: Annotated[str | None, typer.Option("--by", help="谁添加的（留作记录）")] = None,
    config: Config = None,
) -> None:
    """给账号添加一个来源；主页看不到时按可信程度依次去看。"""
    settings = load_settings(config)
    with closing(opened(settings, writes=True)) as store:
        found = account_named(account, store.accounts.all(), "账号")
        given = GivenSource(key=found.key, kind=kind.strip(), address=address.strip(), by=by)
        source = _checked(given, found, settings)
        if len(store.sources.of(found.key)) >= MOST_SOURCES:
            raise InputError("网址", f"一个账号最多 {MOST_SOURCES} 个来源，请先移出不用的")
        added = store.sources.add(given, utc_now())
    typer.echo(f"{'已添加' if added else '已有，未再添加'}：{found.name}（{found.key}）{source.words} {given.address}")
    typer.echo(f"{source.proves.words}；{'；'.join(source.blind_spots)}")
    typer.echo(where(settings))


@sources_app.command()
def remove(account: Named, kind: Kind, address: Address, config: Config = None) -> None:
    """移出账号的一个来源；已采集的内容保留。"""
    settings = load_settings(config)
    with closing(opened(settings, writes=True)) as store:
        found = account_named(account, store.accounts.all(), "账号")
        if not store.sources.remove(GivenSource(key=found.key, kind=kind.strip(), address=address.strip())):
            raise InputError(
                "网址", f"没有添加过这个来源（台账“其他来源”一列里的，在台账里删）；查看：xunjian sources {found.key}"
            )
    typer.echo(f"已移出：{found.name}（{found.key}）{kind} {address}")
    typer.echo(where(settings))


def _checked(given: GivenSource, account: Account, settings: Settings) -> Source:
    """Raises InputError when the collector could not open it."""
    kinds = build_sources(settings)
    source = kinds.get(given.kind)
    if source is None or given.kind == PAGE:
        raise InputError("种类", f"没有这种来源；可用的有：{'、'.join(sorted(kinds.keys() - {PAGE}))}")
    if source.platforms and account.platform not in source.platforms:
        raise InputError("种类", f"{source.words}不适用于{account.platform_name}的账号")
    if len(given.address) > MOST_ADDRESS:
        raise InputError("网址", f"过长，最多 {MOST_ADDRESS} 个字符")
    other = next((name for name, one in kinds.items() if name != given.kind and one.recognises(given.address)), None)
    if other and not source.recognises(given.address):
        raise InputError("网址", f"这是{kinds[other].words}的网址，种类请写 {other}")
    _check_address(source, given, account, settings)
    return source


def _check_address(source: Source, given: GivenSource, account: Account, settings: Settings) -> None:
    """Only a bridge that the settings name may stand on the office's own network."""
    why = _why_not_opened(given, settings)
    try:
        plan = source.plan(account, given, build_platforms(settings))
    except InputError as error:
        if error.place != source.seen_as(account, given).key:
            raise
        raise InputError("网址", why or error.message) from error
    if plan and why:
        raise InputError("网址", why)


def _why_not_opened(given: GivenSource, settings: Settings) -> str | None:
    why = refusal(given.address)
    if why is None or bridge_of(bridges_in(settings.bridges, settings.file), given.address):
        return None
    own = "；本单位自建的桥接，请先在设置 bridges 里写明它的 base_url" if given.kind == BRIDGE else ""
    return f"{why}，采集不会打开{own}"


def _row(given: GivenSource, source: Source | None, state: SourceState | None, settings: Settings) -> dict[str, Any]:
    proves = source.proves.value if source else "lower_bound"
    note = _of_bridge(given, settings) if given.kind == BRIDGE else None
    return {
        "name": f"{source.words if source else given.kind}{_which(given)}",
        "kind": given.kind,
        "address": given.address or None,
        "proves": proves,
        "can_prove": source.proves.words if source else "本版本没有这种来源，不会去看",
        "blind_spots": [*([note] if note else []), *(source.blind_spots if source else ())],
        "looked_at": state.looked_at.isoformat() if state else None,
        "outcome": str(state.outcome) if state else None,
        "reason": (state.reason or state.outcome.words) if state else None,
        "proved_until": state.proved_at.isoformat() if state and state.proved_at else None,
        "newest_post_at": state.newest_post_at.isoformat() if state and state.newest_post_at else None,
        "failures": state.failures if state else 0,
        "lines": _lines(state),
    }


def _of_exports(exports: Sequence[Export]) -> str:
    newest = exports[-1]
    return (
        f"导入过 {len(exports)} 个文件，最近：{newest.file}（{newest.kind.words}，{chinese_time(newest.imported_at)}）"
    )


def _which(given: GivenSource) -> str:
    return f"（{given.address[:60]}）" if given.address else ""


def _of_bridge(given: GivenSource, settings: Settings) -> str | None:
    known = bridges_in(settings.bridges, settings.file)
    name = bridge_of(known, given.address)
    if name is None:
        return "设置（bridges）里没有登记这个桥接，只能证明有更新"
    if known[name].control is None:
        return f"桥接 {name} 没有对照账号，只能证明有更新"
    return None if known[name].lists_all else f"桥接 {name} 只含群发，只能证明有更新"


def _lines(state: SourceState | None) -> list[str]:
    if state is None:
        return ["最近核查：还没有单独看过"]
    proved = chinese_time(state.proved_at) if state.proved_at else "从未"
    newest = chinese_time(state.newest_post_at) if state.newest_post_at else "—"
    failed = f"（连续 {state.failures} 次没看到）" if state.failures else ""
    return [
        f"最近核查：{chinese_time(state.looked_at)}　结果：{state.reason or state.outcome.words}{failed}",
        f"列表核实到：{proved}　最新内容：{newest}",
    ]


def _print(account: Account, rows: list[dict[str, Any]], differing: list[str], coverage: str) -> None:
    typer.echo(f"{account.name}　{account.platform_name}　{account.key}")
    typer.echo(coverage)
    for number, row in enumerate(rows, start=1):
        typer.echo(f"{number}. {row['name']}　{row['can_prove']}")
        for line in row["lines"]:
            typer.echo(f"   {line}")
        if row["blind_spots"]:
            typer.echo(f"   看不到：{'；'.join(row['blind_spots'])}")
    for said in differing:
        typer.echo(f"不一致：{said}；请人工核对")
    if len(rows) == 1:
        typer.echo("只有主页一个来源；添加：xunjian sources add 账号 种类 网址")
