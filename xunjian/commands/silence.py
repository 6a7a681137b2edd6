"""`xunjian silence`: quiet for a while about what is known already, with who asked for it and why."""

import sys
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from services.alerter.text import one_line
from shared.clock import chinese_time, utc_now
from shared.errors import InputError
from shared.runtime.settings import Settings, load_settings
from shared.silence import LONGEST, Silence
from shared.storage.store import Store, open_store, open_to_read
from xunjian.shown.where import where
from xunjian.typed import moments, named

silence_app = typer.Typer(help="静默：一段时间内不发某些提醒，到期仍存在的照发。", no_args_is_help=True)

MOST_AUTHOR, MOST_COMMENT = 30, 200
Config = Annotated[Path | None, typer.Option(help="设置文件（YAML）")]


class Asked(NamedTuple):
    """The conditions as they were typed."""

    unit: str | None
    account: str | None
    rule: str | None
    number: str | None


@silence_app.command()
def add(
    *,
    unit: Annotated[str | None, typer.Option(help="只静默这个主办单位的")] = None,
    account: Annotated[str | None, typer.Option(help="只静默这个账号的：平台/账号ID、主页链接或名称")] = None,
    rule: Annotated[str | None, typer.Option(help="只静默这条规则或指标的，例如 silent_account 或 U-01")] = None,
    number: Annotated[str | None, typer.Option(help="只静默这个告警编号的")] = None,
    until: Annotated[str | None, typer.Option(help="到什么时候：2026-12-01（含当天）或 '2026-12-01 18:00'")] = None,
    lasting: Annotated[str | None, typer.Option("--for", help="多久：3d、12h、30m、2w")] = None,
    begins: Annotated[str | None, typer.Option("--from", help="从什么时候起；不给则从现在")] = None,
    author: Annotated[str, typer.Option(help="谁要求静默（必填，写进清单）")] = "",
    comment: Annotated[str, typer.Option(help="为什么（必填，写进清单）")] = "",
    config: Config = None,
) -> None:
    """静默：符合全部条件的提醒先不发；到期后仍存在的照发，期间已解决的不发。"""
    settings = load_settings(config)
    now = utc_now()
    who = {"author": _given("--author", author, MOST_AUTHOR), "comment": _given("--comment", comment, MOST_COMMENT)}
    start, end = _span(begins, until, lasting, now)
    with closing(open_store(settings.store_url)) as store:
        store.database.check_clock(now)
        about = _conditions(store, settings, Asked(unit, account, rule, number))
        kept = store.silences.add(Silence(starts_at=start, ends_at=end, added_at=now, **who, **about))
    known = "已有同样的静默，未再添加：" if kept.added_at != now else "已静默："
    typer.echo(f"{known}\n{_card(kept, now)}")
    typer.echo(f"运行中的告警服务随即照办；提前结束：xunjian silence expire {kept.id} --author 姓名")
    typer.echo(where(settings))


@silence_app.command("list")
def list_silences(
    every: Annotated[bool, typer.Option("--all", help="也列已经结束的")] = False, config: Config = None
) -> None:
    """列出有效的和将要开始的静默：谁、为什么、到什么时候。"""
    rows: list[Silence] = []
    now = utc_now()
    if (found := open_to_read(load_settings(config).store_url)) is not None:
        with closing(found) as store:
            rows = store.silences.listed(now, ended=every)
    _show(rows, now)


@silence_app.command()
def expire(
    number: Annotated[int, typer.Argument(metavar="序号", help="silence list 中的序号")],
    author: Annotated[str, typer.Option(help="谁结束它（必填，留作记录）")] = "",
    config: Config = None,
) -> None:
    """提前结束一条静默：仍存在的问题随即发出提醒。"""
    by = _given("--author", author, MOST_AUTHOR)
    now = utc_now()
    settings = load_settings(config)
    with closing(open_store(settings.store_url)) as store:
        store.database.check_clock(now)
        if (silence := store.silences.find(number)) is None:
            raise InputError("序号", f"没有序号为 {number} 的静默；请用 xunjian silence list --all 查看")
        if not store.silences.expire(number, by, now):
            raise InputError("序号", f"静默 {number} 已于{chinese_time(silence.over_at)}结束，无须再结束")
        others = [other for other in store.silences.listed(now) if _overlaps(other, silence)]
    typer.echo(f"静默 {number} 已结束；仍存在的问题由运行中的告警服务随即发出提醒")
    for other in others:
        typer.echo(f"另有静默 {other.id} 仍涉及其中一部分：\n{_card(other, now)}")
    typer.echo(where(settings))


def _span(begins: str | None, until: str | None, lasting: str | None, now: datetime) -> tuple[datetime, datetime]:
    if (until is None) == (lasting is None):
        raise InputError("--until", "请给出 --until（到什么时候）或 --for（多久），二者取一")
    start = moments.moment(begins, "--from") if begins else now
    # Today as a day is meant from now on.
    if start < now and chinese_time(start)[:10] == chinese_time(now)[:10]:
        start = now
    end = (
        moments.moment(until, "--until", through_day=True) if until else start + moments.length(lasting or "", "--for")
    )
    place = "--until" if until else "--for"
    if start < now:
        raise InputError("--from", f"{chinese_time(start)}已经过去；请写今天或以后的时间，或不写（从现在起）")
    if start > now + LONGEST:
        raise InputError("--from", f"最多提前{LONGEST.days}天安排；请到时再设")
    if end <= start:
        raise InputError(place, f"结束时间{chinese_time(end)}不晚于开始时间{chinese_time(start)}；请核对日期与本机时间")
    if end - start > LONGEST:
        last = chinese_time(start + LONGEST)
        raise InputError(place, f"静默最长{LONGEST.days}天（至{last}），以免被遗忘；请改短，到期可再设")
    return start, end


def _conditions(store: Store, settings: Settings, asked: Asked) -> dict[str, str | None]:
    unit, account, rule, number = asked
    if not any(asked):
        raise InputError("silence add", "请至少给出一个条件：--unit、--account、--rule 或 --number；不能静默全部")
    accounts = store.accounts.all() if unit or account else []
    name, indicator = named.rule_named(rule, settings) if rule else (None, None)
    return {
        "unit": named.unit_named(unit, accounts) if unit else None,
        "account_key": named.account_named(account, accounts).key if account else None,
        "rule": name,
        "indicator": indicator,
        "number": named.number_named(number, store) if number else None,
    }


def _given(place: str, words: str, most: int) -> str:
    text = one_line(words)
    if not text:
        raise InputError(place, "不能为空；它写进清单，供日后查对")
    if len(text) > most:
        raise InputError(place, f"有{len(text)}字，最多{most}字；请写短些")
    return text


def _overlaps(one: Silence, other: Silence) -> bool:
    return all(
        mine is None or its is None or mine == its for mine, its in zip(one.conditions, other.conditions, strict=True)
    )


def _show(rows: Iterable[Silence], now: datetime) -> None:
    rows = list(rows)
    for silence in rows:
        typer.echo(_card(silence, now) if sys.stdout.isatty() else " | ".join(_cells(silence, now)))
    typer.echo(f"共{len(rows)}条" if rows else "没有静默")


def _card(silence: Silence, now: datetime) -> str:
    number, state, what, span, why = _cells(silence, now)
    return f"{number}  {state}  {what}\n    {span}\n    {why}"


def _cells(silence: Silence, now: datetime) -> tuple[str, ...]:
    planned = silence.model_copy(update={"expired_at": None})
    span = f"{chinese_time(silence.starts_at)} 至 {planned.until}（北京时间）"
    ended = f"，{silence.expired_by}于{chinese_time(silence.expired_at)}提前结束" if silence.expired_at else ""
    why = f"{silence.author}：{silence.comment}"
    return str(silence.id), _state(silence, now), _what(silence), f"{span}{ended}", why


def _state(silence: Silence, now: datetime) -> str:
    if silence.holds_at(now):
        return "有效"
    return "未开始" if now < silence.starts_at and silence.expired_at is None else "已结束"


def _what(silence: Silence) -> str:
    names = ("单位", "账号", "规则", "指标", "编号")
    return "，".join(f"{name} {value}" for name, value in zip(names, silence.conditions, strict=True) if value)
