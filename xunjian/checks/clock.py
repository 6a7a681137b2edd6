"""The clock: whoever is late or early by it would accuse or spare somebody."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median_low

import httpx

from services.collector.trust import nobody
from shared.clock import chinese_time
from shared.http_time import http_date
from xunjian.checks.diagnosis import Diagnosis, advice, failed, good

RELEASED = datetime(2026, 11, 21, tzinfo=UTC)
"""A clock before this is wrong: this release did not exist then."""
MAX_DIFFERENCE = timedelta(minutes=5)
_SECONDS = 3.0
_REMEDY = "校准系统时间（timedatectl set-ntp true）；校准前不会认定任何账号有问题"


def check_clock(now: datetime, offsets: Mapping[str, timedelta]) -> Diagnosis:
    """`offsets`: by host, our clock minus its; one of them may be wrong itself, so the middle one counts."""
    shown = f"{chinese_time(now)}（北京时间）"
    if not RELEASED <= now < RELEASED + timedelta(days=365 * 20):
        return failed("时钟", f"{shown}不可信", _REMEDY)
    if not offsets:
        return advice("时钟", f"{shown}，未能核实：各平台都没有应答", "接通网络或代理后再查；离线时请人工核对时间")
    middle = median_low(offsets.values())
    if abs(middle) > MAX_DIFFERENCE:
        told = "，".join(f"{name} {offset.total_seconds():+.0f} 秒" for name, offset in sorted(offsets.items()))
        return failed("时钟", f"{shown}与各平台的时间不符（本机减对方：{told}）", _REMEDY)
    return good("时钟", f"{shown}，与 {len(offsets)} 个平台的时间相差 {abs(middle).total_seconds():.0f} 秒")


def check_against_database(now: datetime, its: datetime | None) -> Iterable[Diagnosis]:
    """`its`: the database server's clock, null where it is this machine's."""
    if its is None:
        return
    difference = abs(now - its)
    seconds = f"与数据库服务器相差 {difference.total_seconds():.0f} 秒"
    if difference > MAX_DIFFERENCE:
        yield failed(
            "数据库时钟", f"{seconds}（它是 {chinese_time(its)}）", "校准两台机器的时间（timedatectl set-ntp true）"
        )
    else:
        yield good("数据库时钟", seconds)


def offsets_of(
    hosts: Sequence[str], ask: Callable[[str], datetime | None], clock: Callable[[], datetime]
) -> dict[str, timedelta]:
    """By host, our clock minus its. Two that do not answer are enough to call it offline: nobody waits for more."""
    offsets: dict[str, timedelta] = {}
    silent = 0
    for host in hosts:
        try:
            theirs = ask(host)
        except OSError:
            silent += 1
            if silent == 2 and not offsets:
                break
            continue
        if theirs is not None:
            offsets[host] = clock() - theirs
    return offsets


def date_of(host: str, proxy: str | None) -> datetime | None:
    """What the host's answer to a HEAD is dated; null when it has no date. Raises OSError when there is no answer.

    Nobody's certificate is asked for: under a wrong clock none is valid.
    """
    try:
        with httpx.Client(proxy=_with_scheme(proxy), verify=nobody(), timeout=_SECONDS, trust_env=False) as client:
            return http_date(client.head(f"https://{host}/").headers.get("date"))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise OSError(type(error).__name__) from None


def _with_scheme(proxy: str | None) -> httpx.Proxy | None:
    return None if proxy is None else httpx.Proxy(proxy, ssl_context=nobody() if proxy.startswith("https") else None)
