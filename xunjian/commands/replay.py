"""`xunjian replay`: stored or given events through the rules, touching nothing."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from services.analyzer.coverage import Timer
from services.analyzer.in_force import Rulebooks, load_rulebooks
from services.analyzer.judge import Judge
from services.analyzer.matters import Matters
from shared.bus.envelope import decode, encode
from shared.errors import InputError, PoisonError
from shared.events import Finding, Post, Probe
from shared.ledger.reading import read_ledger
from shared.runtime.metrics import Metrics
from shared.storage.store import open_store
from shared.system_words import system_words
from xunjian.typed.moments import moment

Observed = Post | Probe
MAX_LINE_BYTES = 50_000_000


def replay(
    events: Annotated[
        Path, typer.Argument(metavar="事件文件", help="事件文件：每行一个 JSON，与总线上的相同（可为 .gz）")
    ],
    ledger: Annotated[Path, typer.Option(help="台账文件（.xlsx 或 .csv）")],
    rulebook: Annotated[
        list[str] | None, typer.Option(help="规则集：名称或文件，默认 cn；地方的写作 行政区划=规则集，可以多个")
    ] = None,
    at: Annotated[str | None, typer.Option(help="截至时间（ISO 8601，缺时区按北京时间）；之后的事件不计")] = None,
) -> None:
    """用规则重放事件，逐行输出发现的问题（JSON），不写入任何数据。"""
    until = moment(at, "--at") if at else None
    observed = [event for event in _read(events) if until is None or event.occurred_at <= until]
    for finding in findings(observed, ledger, rulebook or [], until):
        typer.echo(encode(finding).decode())


def findings(observed: Iterable[Observed], ledger: Path, rulebooks: list[str], until: datetime | None) -> list[Finding]:
    """Every opening and resolution in the order of its moment; the same whatever the order or repetition of events."""
    # The body last: of two accounts of the same moment the same one is believed, whatever their order in the file.
    ordered = sorted(observed, key=lambda event: (event.occurred_at, encode(event)))
    matters = Matters(_rulebooks(rulebooks), Metrics())
    file = read_ledger(ledger).over(())
    for error in file.errors:
        typer.echo(f"台账：{error}", err=True)
    started = ordered[0].occurred_at if ordered else until
    if started is None:
        return []
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/replay.db")
        try:
            store.accounts.upsert(file.accounts, started)
            Judge(store.judgements, matters).judge(ordered)
            if until is not None:
                timer = Timer.over(store, matters, "replay")
                while timer.tick(until):
                    """More accounts wait than one round takes."""
            return sorted(store.judgements.untold(), key=lambda finding: (finding.at, finding.key, finding.fingerprint))
        finally:
            store.close()


def _rulebooks(names: list[str]) -> Rulebooks:
    """`gansu` for every account, `甘肃省=gansu` for those of a region, the first that matches. Raises InputError."""
    local = [(region, name) for region, sign, name in (given.partition("=") for given in names) if sign]
    everywhere = [given for given in names if "=" not in given]
    if len(everywhere) > 1:
        raise InputError("--rulebook", f"{'、'.join(everywhere)} 都没有写行政区划；只能有一个，其余写 行政区划=规则集")
    return load_rulebooks(everywhere[0] if everywhere else "cn", local)


def _read(file: Path) -> Iterator[Observed]:
    """Line by line: what `events export` writes may be larger than any page."""
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            event = decode(line.removeprefix(b"\xef\xbb\xbf"))
        except PoisonError as error:
            raise InputError(f"{file} 第{number}行", f"不是事件：{error}；格式见 xunjian schema") from error
        if not isinstance(event, Finding):
            yield event


def _lines(file: Path) -> Iterator[bytes]:
    """Raises InputError, also for a line of more than MAX_LINE_BYTES."""
    try:
        with file.open("rb") as opened:
            packed = opened.read(2) == b"\x1f\x8b"
        with gzip.open(file) if packed else file.open("rb") as body:
            while line := body.readline(MAX_LINE_BYTES + 1):
                if len(line) > MAX_LINE_BYTES:
                    raise InputError(str(file), f"有一行超过 {MAX_LINE_BYTES // 1_000_000} MB，不像事件，请检查文件")
                yield line
    except OSError as error:
        raise InputError(str(file), f"文件读不了：{system_words(error)}，请检查路径和内容") from error
    except (EOFError, zlib.error) as error:
        raise InputError(str(file), "压缩文件不完整，请重新保存") from error
