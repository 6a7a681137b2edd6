"""The browser: found, complete, and really starting as this user."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from services.collector.browser.sandbox import LIMITS
from shared.errors import TransientError
from xunjian.checks.diagnosis import Diagnosis, failed, good
from xunjian.checks.packages import BROWSER, System


@dataclass(frozen=True)
class Looks:
    """How to look. `driver`: Playwright's own program.

    `start` really starts the browser and shows a page; returns its version, raises TransientError.
    """

    driver: Path
    missing: Callable[[Path], list[str]]
    start: Callable[[], str]


def check_browser(
    found: Path | None, looks: Looks, system: System, place: str, more: tuple[str, ...] = ()
) -> Diagnosis:
    """`more`: what else the administrator has to install (fonts), so that he is
    asked once. `place`: where an executable is set."""
    lacking = [*looks.missing(looks.driver), *(looks.missing(found) if found else [])]
    if found is None:
        remedy = f"{system.line([BROWSER, *lacking, *more])}；已装在别处的，在{place} 写明路径"
        return failed("浏览器", "没有找到 Chromium 或 Chrome", remedy)
    if not os.access(found, os.X_OK):
        why = "不能执行" if found.exists() else "不存在"
        return failed("浏览器", f"{found} {why}", f"改正{place}，或删去这一项以自动寻找")
    if lacking:
        return failed("浏览器", f"{found} 缺少库 {'、'.join(dict.fromkeys(lacking))}", system.line([*lacking, *more]))
    try:
        return good("浏览器", f"{found}（{looks.start()}，已实际启动）")
    except (TransientError, OSError) as error:
        return failed(
            "浏览器",
            f"{found} 启动不了（{str(error).partition('；')[0]}）",
            "以运行用户手工执行该程序看它说什么；查内存与临时文件夹",
        )


def check_sandbox(user: int, value_of: Callable[[str], str | None], place: str) -> Iterable[Diagnosis]:
    """For `browser.sandbox: true`. `value_of`: what a file of /proc/sys holds, null where there is no such file."""
    if user == 0:
        yield failed("浏览器沙箱", "root 不能使用 Chromium 的沙箱", f"以普通用户运行，或在{place} 写 false")
        return
    for file, forbidding, lifting in LIMITS:
        if value_of(file) == forbidding:
            remedy = f"管理员执行：sysctl -w {lifting}（并写入 /etc/sysctl.d/），或在{place} 写 false"
            yield failed("浏览器沙箱", f"系统不许普通用户建立用户命名空间（{file} 为 {forbidding}）", remedy)


def tell_sandbox(reason: str | None) -> Diagnosis:
    """For `browser.sandbox: null`. `reason`: why there can be none, null where there is one."""
    if reason is None:
        return good("浏览器沙箱", "已启用（系统允许）")
    return good("浏览器沙箱", f"未启用：{reason}；不影响核查，容器或 systemd 的限制仍在")
