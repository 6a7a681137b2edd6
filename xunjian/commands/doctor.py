"""`xunjian doctor`: everything this installation stands on, one line each, with what to do about it."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from shared.clock import utc_now
from shared.errors import InputError
from shared.runtime.settings import Settings, load_settings
from xunjian.checks.asked import diagnose
from xunjian.checks.bare_machine import checks_of_machine
from xunjian.checks.diagnosis import Check, Diagnosis, Sign, failed, good
from xunjian.checks.examination import Examination
from xunjian.checks.places import Places
from xunjian.checks.platform_examination import PlatformExamination

HEALTHY, FAILED, UNREADABLE = 0, 1, 2
_RESULTS = {Sign.GOOD: "ok", Sign.FAILED: "failed", Sign.ADVICE: "advice"}


def doctor(
    config: Annotated[Path | None, typer.Option(help="设置文件（YAML）；不给则依次寻找")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取")] = False,
    platform: Annotated[
        str | None, typer.Option(metavar="平台", help="只查一个平台：被限制、登录失效、改版还是正常，怎么办")
    ] = None,
) -> None:
    """逐项检查运行环境，只看不改，每项一行。

    退出码：0 全部合格（或只有建议），1 有不合格的项，2 设置本身无法读取（仍检查能检查的）。
    """
    settings, first = _settings(config)
    found = [first]
    if not as_json:
        typer.echo(first.line)
    for diagnosis in diagnose(_checks(settings, platform)):
        found.append(diagnosis)
        if not as_json:
            typer.echo(diagnosis.line)
    status = UNREADABLE if settings is None else _status(found)
    typer.echo(as_text(found, status) if as_json else summary(found))
    raise typer.Exit(status)


def summary(found: Iterable[Diagnosis]) -> str:
    counts = Counter(diagnosis.sign for diagnosis in found)
    told = f"共 {counts.total()} 项：{counts[Sign.GOOD]} 项合格"
    told += f"，{counts[Sign.FAILED]} 项不合格（✗ 须处理）" if counts[Sign.FAILED] else ""
    return told + (f"，{counts[Sign.ADVICE]} 项建议（△ 不影响运行）" if counts[Sign.ADVICE] else "")


def as_text(found: Iterable[Diagnosis], status: int) -> str:
    """JSON: `status` is the exit status; `result` is ok, failed or advice."""
    checks = [
        {"name": one.name, "result": _RESULTS[one.sign], "detail": one.detail, "remedy": one.remedy} for one in found
    ]
    return json.dumps({"version": 1, "status": status, "checks": checks}, ensure_ascii=False, indent=1)


def _status(found: Iterable[Diagnosis]) -> int:
    return FAILED if any(diagnosis.sign is Sign.FAILED for diagnosis in found) else HEALTHY


def _settings(config: Path | None) -> tuple[Settings | None, Diagnosis]:
    try:
        settings = load_settings(config)
    except InputError as error:
        words = str(error).removeprefix(f"{error.place}: ")
        what, mark, remedy = words.rpartition("；")
        return None, failed("设置", f"{error.place}：{what if mark else words}", remedy if mark else "按提示改正")
    variables = sorted(name for name in os.environ if name.upper().startswith("XUNJIAN_") and os.environ[name])
    over = f"，另有环境变量 {'、'.join(variables)}" if variables else ""
    return settings, good("设置", f"{settings.place}{over}")


def _checks(settings: Settings | None, platform: str | None) -> Iterator[Check]:
    if settings is None:
        return checks_of_machine(utc_now())
    if platform is not None:
        return PlatformExamination(settings, platform.strip().lower(), utc_now()).checks()
    places = Places(settings.file, os.environ, settings.model_fields_set)
    return Examination(settings, places, utc_now()).checks()
