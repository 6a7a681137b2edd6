"""What `xunjian doctor` checks: each check is one small function, told how to look and answering with one remedy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median_low
from typing import Any

from pydantic import SecretStr, ValidationError

from services.alerter.channels.base import Channel
from shared.clock import chinese_time
from shared.delivery import Trouble
from shared.errors import XunjianError
from shared.runtime.logs import redacted
from shared.validation import first_problem

RELEASED = datetime(2026, 11, 21, tzinfo=UTC)
"""A clock before this is wrong: this release did not exist then."""
MAX_CLOCK_DIFFERENCE = timedelta(minutes=5)
LEAST_FREE_BYTES = 200 * 1024**2
COMFORTABLE_FREE_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Diagnosis:
    """One line of the doctor's report. What is not `essential` may fail and the system still runs."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    essential: bool = True

    @property
    def line(self) -> str:
        if self.ok:
            return f"✓ {self.name}：{self.detail}"
        return f"✗ {self.name}{'' if self.essential else '（不影响运行）'}：{self.detail} → {self.remedy}"


def check_browser(found: Path | None, version_of: Callable[[Path], str]) -> Diagnosis:
    """`version_of` starts the browser with --version and raises OSError when it does not start."""
    remedy = "安装 Chromium（Debian：apt-get install chromium），或在设置 browser.executable 中写明路径"
    if found is None:
        return Diagnosis("浏览器", False, "没有找到 Chromium 或 Chrome", remedy)
    try:
        return Diagnosis("浏览器", True, f"{found}（{version_of(found)}）")
    except OSError as error:
        return Diagnosis("浏览器", False, f"{found} 启动不了（{error}）", remedy)


def check_fonts(chinese_families: Callable[[], list[str]]) -> Diagnosis:
    """Without a Chinese font screenshots show boxes; visits and verdicts do not need one."""
    remedy = "安装中文字体（Debian：apt-get install fontconfig fonts-noto-cjk）"
    try:
        families = chinese_families()
    except OSError as error:
        return Diagnosis("中文字体", False, f"无法列出字体（{error}）", remedy, essential=False)
    if not families:
        return Diagnosis("中文字体", False, "没有中文字体，取证截图会显示方框", remedy, essential=False)
    return Diagnosis("中文字体", True, families[0])


def check_attempt(name: str, what: str, attempt: Callable[[], None], remedy: str) -> Diagnosis:
    """`attempt` really uses the part and raises one of our errors, whose sentence is shown."""
    try:
        attempt()
    except (XunjianError, OSError) as error:
        # some drivers write several lines, some the password
        return Diagnosis(name, False, f"{what} 不可用（{' '.join(redacted(str(error)).split())}）", remedy)
    return Diagnosis(name, True, f"{what} 可用")


def check_clock(now: datetime, database_now: datetime | None, offsets: Mapping[str, timedelta]) -> Diagnosis:
    """`database_now`: the database server's clock, null where it is this machine's. `offsets`: by platform, our
    clock minus that of its answers; one of them may be wrong itself, so the middle one counts."""
    remedy = "校准系统时间（timedatectl set-ntp true）；校准前不会认定任何账号有问题"
    if not RELEASED <= now < RELEASED + timedelta(days=365 * 20):
        return Diagnosis("时钟", False, f"{chinese_time(now)}（北京时间）不可信", remedy)
    difference = abs(now - database_now) if database_now else timedelta(0)
    if difference > MAX_CLOCK_DIFFERENCE:
        return Diagnosis("时钟", False, f"与数据库服务器相差 {difference.total_seconds():.0f} 秒", remedy)
    middle = median_low(offsets.values()) if offsets else timedelta(0)
    if abs(middle) > MAX_CLOCK_DIFFERENCE:
        told = "，".join(f"{name} {offset.total_seconds():+.0f} 秒" for name, offset in sorted(offsets.items()))
        return Diagnosis("时钟", False, f"与各平台应答的时间不符（{told}）", remedy)
    return Diagnosis("时钟", True, f"{chinese_time(now)}（北京时间）")


def check_trouble(trouble: Trouble) -> Diagnosis:
    """A channel that the alerter could not send by; what waits for it is kept."""
    since = f"，自 {chinese_time(trouble.off_since)} 起停用" if trouble.off_since else ""
    detail = f"最近一次发送失败{since}：{' '.join(redacted(trouble.error).split())}"
    remedy = f"改正设置 channels.{trouble.name}，或执行 xunjian deliveries resend"
    return Diagnosis(f"渠道 {trouble.name} 的发送", False, detail, remedy, essential=False)


def check_zone(offset: Callable[[], timedelta | None]) -> Diagnosis:
    """`offset` of Asia/Shanghai from UTC; raises KeyError when the zone is unknown."""
    remedy = "重新安装依赖 tzdata（pip install tzdata）"
    try:
        found = offset()
    except KeyError:
        return Diagnosis("时区", False, "没有时区数据，认不出 Asia/Shanghai", remedy)
    if found != timedelta(hours=8):
        return Diagnosis("时区", False, f"Asia/Shanghai 应为 UTC+8，时区数据给出 {found}", remedy)
    return Diagnosis("时区", True, "Asia/Shanghai = UTC+8")


def check_disk(folder: Path, free_bytes: int) -> Diagnosis:
    free = f"{folder} 剩余 {free_bytes / 1024**3:.1f} GB"
    remedy = "清理磁盘，或把设置 data_dir 指到更大的磁盘"
    if free_bytes < LEAST_FREE_BYTES:
        return Diagnosis("磁盘", False, free, remedy)
    return Diagnosis("磁盘", free_bytes >= COMFORTABLE_FREE_BYTES, free, remedy, essential=False)


def check_channel(name: str, options: Mapping[str, Any], kinds: Mapping[str, type[Channel]]) -> Diagnosis:
    """One configured channel: its type exists, its options are right, its secrets are there. Nothing is sent."""
    title = f"渠道 {name}"
    kind = str(options.get("type", ""))
    if kind not in kinds:
        return Diagnosis(title, False, f"没有类型 {kind}", f"type 可选 {'、'.join(sorted(kinds))}")
    try:
        channel = kinds[kind].model_validate({key: value for key, value in options.items() if key != "type"})
    except ValidationError as error:
        problem = first_problem(error)
        place = ".".join(filter(None, ("channels", name, problem.place)))
        return Diagnosis(title, False, f"{place} {problem.words}", f"改正设置中的 {place}")
    for field, value in channel:
        if isinstance(value, SecretStr) and not value.get_secret_value().strip():
            return Diagnosis(
                title, False, f"密钥 {field} 是空的", f"在环境变量或密钥文件中填好 channels.{name}.{field}"
            )
    return Diagnosis(title, True, str(kind))


def check_routes(used: Mapping[str, tuple[str, ...]], channels: Mapping[str, object]) -> Diagnosis:
    """`used`: place in the settings -> channel names it refers to. A name nobody defined would lose messages."""
    for place, names in used.items():
        if missing := [name for name in names if name not in channels]:
            remedy = f"在 channels 中定义，或改正 {place}"
            return Diagnosis("通知去向", False, f"{place} 用到的渠道 {'、'.join(missing)} 没有定义", remedy)
    if silent := [place for place, names in used.items() if not names]:
        return Diagnosis("通知去向", False, f"{'、'.join(silent)} 没有渠道", "至少填一个渠道")
    return Diagnosis("通知去向", True, "、".join(dict.fromkeys(name for names in used.values() for name in names)))
