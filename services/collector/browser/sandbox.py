"""Whether this system lets Chromium have a sandbox of its own, and why not."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from services.collector.browser.chromium import BrowserSettings

LIMITS = (
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
    ("/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces=15000"),
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=0"),
)
"""File, value that forbids user namespaces, what lifts it."""
_PROBE_SECONDS = 5.0


def has_sandbox(settings: BrowserSettings) -> bool:
    """As set; where nothing is, whether there can be one."""
    return why_not() is None if settings.sandbox is None else settings.sandbox


def kernel_value(file: str) -> str | None:
    """What a file of /proc/sys holds; null where there is no such file."""
    try:
        return Path(file).read_bytes().decode().strip()
    except (OSError, UnicodeDecodeError):
        return None


def makes_namespaces() -> bool:
    """Really ask: what a container forbids (seccomp) no file tells. True where nobody can be asked."""
    try:
        asked = ["unshare", "--user", "--net", "true"]
        return subprocess.run(asked, capture_output=True, timeout=_PROBE_SECONDS, check=False).returncode == 0  # noqa: S603
    except FileNotFoundError:
        return True
    except (OSError, subprocess.TimeoutExpired):
        return False


def why_not(
    user: int | None = None,
    value_of: Callable[[str], str | None] = kernel_value,
    can_make: Callable[[], bool] = makes_namespaces,
) -> str | None:
    """Null where there can be a sandbox; otherwise why there can be none, in Chinese."""
    if (os.geteuid() if user is None else user) == 0:
        return "root 不能使用 Chromium 的沙箱"
    for file, forbidding, _ in LIMITS:
        if value_of(file) == forbidding:
            return f"系统不许普通用户建立用户命名空间（{file} 为 {forbidding}）"
    return None if can_make() else "系统（多为容器的 seccomp 限制）不许建立用户命名空间"
