"""The machine itself: disk, fonts, time zone, and whether this is the user that the services run as."""

import os
import pwd
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from xunjian.checks.diagnosis import Diagnosis, advice, failed, good

LEAST_FREE_BYTES = 200 * 1024**2
COMFORTABLE_FREE_BYTES = 2 * 1024**3
COMFORTABLE_TEMPORARY_BYTES = 512 * 1024**2
LEAST_FREE_INODES = 2_000


class Space(NamedTuple):
    """What is free to this user. `inodes` null: the file system does not count them."""

    bytes: int
    inodes: int | None


def space_of(folder: Path) -> Space:
    told = os.statvfs(folder)
    return Space(told.f_bavail * told.f_frsize, told.f_favail if told.f_files else None)


def nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists, as far as whoever asks may see."""
    whole = folder.absolute()
    return next(path for path in (whole, *whole.parents) if os.path.exists(path))  # noqa: PTH110 - pathlib's raises


def check_disk(folder: Path, space: Space, place: str) -> Diagnosis:
    """Where the data lie. `place`: where the folder is set."""
    free = f"{folder} 剩余 {space.bytes / 1024**3:.1f} GB"
    remedy = f"清理磁盘，或在{place} 改用更大的磁盘"
    if space.bytes < LEAST_FREE_BYTES:
        return failed("磁盘", free, remedy)
    if space.inodes is not None and space.inodes < LEAST_FREE_INODES:
        return failed("磁盘", f"{folder} 只能再建 {space.inodes} 个文件（inode 将用尽）", "删除该磁盘上大量的小文件")
    return good("磁盘", free) if space.bytes >= COMFORTABLE_FREE_BYTES else advice("磁盘", free, remedy)


def check_temporary(folder: Path, space: Space) -> Diagnosis:
    """Chromium puts its profile and its shared memory there, not into /dev/shm: Playwright tells it to."""
    free = f"{folder} 剩余 {space.bytes / 1024**2:.0f} MB"
    remedy = "清理该文件夹，或用环境变量 TMPDIR 换一个（容器：加大 /tmp 的 tmpfs）"
    if space.bytes < LEAST_FREE_BYTES:
        return failed("临时文件夹", f"{free}，浏览器会崩溃", remedy)
    if space.inodes is not None and space.inodes < LEAST_FREE_INODES:
        return failed("临时文件夹", f"{folder} 只能再建 {space.inodes} 个文件", remedy)
    return (
        good("临时文件夹", free) if space.bytes >= COMFORTABLE_TEMPORARY_BYTES else advice("临时文件夹", free, remedy)
    )


def check_fonts(chinese_families: Callable[[], list[str]], remedy: str) -> Diagnosis:
    """Without a Chinese font screenshots show boxes; visits and verdicts do not need one."""
    try:
        families = chinese_families()
    except OSError:
        return advice("中文字体", "无法列出字体（没有 fc-list）", remedy)
    if not families:
        return advice("中文字体", "没有中文字体，取证截图会显示方框", remedy)
    return good("中文字体", families[0])


def check_zone(offset: Callable[[], timedelta | None]) -> Diagnosis:
    """`offset` of Asia/Shanghai from UTC; raises KeyError when the zone is unknown."""
    remedy = "重新安装依赖 tzdata（pip install --force-reinstall tzdata）"
    try:
        found = offset()
    except KeyError:
        return failed("时区", "没有时区数据，认不出 Asia/Shanghai", remedy)
    if found != timedelta(hours=8):
        return failed("时区", f"Asia/Shanghai 应为 UTC+8，时区数据给出 {found}", remedy)
    return good("时区", "Asia/Shanghai = UTC+8")


def check_user(user: int, owner: int | None, name_of: Callable[[int], str]) -> Iterable[Diagnosis]:
    """`owner` of the data folder, null where there is none yet. To root everything looks permitted; to others what
    is refused to them says nothing of the services."""
    if user and owner is not None and user != owner:
        name, me = name_of(owner), name_of(user)
        remedy = f"用它的主人自检：sudo -u {name} xunjian doctor；服务本应以 {me} 运行的，把数据和设置交给它：chown -R"
        yield advice("运行用户", f"现在是 {me}，而数据目录属于 {name}，下面的权限问题可能只因为这个", remedy)
    if user == 0 and owner:
        name = name_of(owner)
        remedy = f"改用该用户自检：sudo -u {name} xunjian doctor"
        yield advice("运行用户", f"现在是 root，而数据目录属于 {name}，下面的权限不作数", remedy)


def user_name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"
