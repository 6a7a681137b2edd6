"""One platform: how its accounts were last seen, and what a look at this moment says, in words of what to do."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from services.collector.looker import Visit
from shared.account import Account
from shared.clock import chinese_time
from shared.errors import XunjianError
from shared.events import Outcome, Probe
from shared.session_life import Life, Proof, as_whom
from xunjian.checks.diagnosis import Diagnosis, advice, failed, good

RECENT = timedelta(days=1)
TRIES = 3
"""Accounts looked at, until one is seen: one of them may be no more."""
_MEANINGS = {
    Outcome.BLOCKED: "被平台限制",
    Outcome.LOGIN_WALL: "没有登录，或登录已失效",
    Outcome.PARSE_ERROR: "页面认不出，可能是平台改版",
    Outcome.TIMEOUT: "页面打不开：超时",
    Outcome.NETWORK: "页面打不开：网络不通",
    Outcome.CRASH: "浏览器或登录状态有问题",
    Outcome.GONE: "所看的账号在平台上打不开",
    Outcome.CLOCK: "本机时间有误",
    Outcome.UNKNOWN: "结果由更新的版本写成",
}


def remedy_of(outcome: Outcome, platform: str) -> str:
    """What a person can do about a look that ended so."""
    return {
        Outcome.BLOCKED: "程序会停一段时间再看，不必处理；经常如此的，把"
        f" platforms.{platform}.min_interval_seconds 调大，或用工作账号登录：xunjian login {platform}",
        Outcome.LOGIN_WALL: f"用工作账号登录：xunjian login {platform}",
        Outcome.PARSE_ERROR: "升级程序；仍然如此的，把 xunjian visit 账号 --debug 的输出交给维护人员",
        Outcome.TIMEOUT: "检查网络；网络慢的，把 browser.timeout_seconds 调大",
        Outcome.NETWORK: "检查网络、DNS、防火墙和 browser.proxy",
        Outcome.CRASH: "执行 xunjian doctor，按“浏览器”“登录状态”两项处理",
        Outcome.GONE: "核对台账里的账号ID和主页链接：xunjian visit 账号",
        Outcome.CLOCK: "校准本机时间（timedatectl set-ntp true）",
    }.get(outcome, "升级程序")


def check_recent(platform: str, latest: Sequence[Probe], now: datetime) -> Diagnosis:
    """`latest`: the newest look at each account, newest first."""
    title = f"{platform} 最近核查"
    recent = [probe for probe in latest if probe.at > now - RECENT]
    if not recent:
        last = f"，最近一次是{chinese_time(latest[0].at)}" if latest else ""
        return advice(
            title,
            f"一天内没有核查过这个平台的账号{last}",
            "没有运行的，启动采集：xunjian run；看现在能否看到，见下一项",
        )
    seen = sum(probe.outcome.is_evidence for probe in recent)
    counts = Counter(probe.outcome for probe in recent if not probe.outcome.is_evidence)
    told = f"一天内核查的 {len(recent)} 个账号中看到了 {seen} 个"
    if not counts:
        return good(title, told)
    outcome, count = counts.most_common(1)[0]
    why = next(probe.reason for probe in recent if probe.outcome is outcome) or outcome.words
    told += f"；没看到的多为{_MEANINGS[outcome]}（{count} 个，例如：{why}）"
    make = failed if 2 * seen < len(recent) else advice
    return make(title, told, remedy_of(outcome, platform))


def check_logins(platform: str, names: Sequence[str], lives: Sequence[Life]) -> Iterator[Diagnosis]:
    """What the platform said last of each login; `lives` newest first."""
    if not names:
        yield good(f"{platform} 登录", "没有登录，按公众所见核查")
    for name in names:
        life = next((one for one in lives if one.name == name), None)
        title, again = f"{platform} 登录 {name}", f"xunjian login {platform} --name {name}"
        if life is None or life.asked_at is None:
            yield good(title, "还没有用来核查过")
        elif life.ended_at:
            yield failed(title, f"已失效（{chinese_time(life.ended_at)}平台不再认可）", again)
        elif life.proof is Proof.IN:
            yield good(title, f"平台{chinese_time(life.asked_at)}确认有效")
        else:
            words = "说没有登录，稍后再问" if life.proof is Proof.OUT else "没有答复是否有效"
            yield advice(
                title, f"平台{chinese_time(life.asked_at)}{words}", f"过几分钟再查；一直如此则重新登录：{again}"
            )


def check_now(platform: str, accounts: Sequence[Account], look: Callable[[Account], Visit]) -> Iterator[Diagnosis]:
    """Really looks, one account after the other, until one is seen."""
    title = f"{platform} 现在去看"
    if not accounts:
        yield advice(title, "台账里没有这个平台的账号", "导入台账：xunjian ledger import 文件")
        return
    worst: tuple[Account, Probe] | None = None
    for account in accounts[:TRIES]:
        try:
            probe = look(account).probe
        except XunjianError as error:
            yield failed(title, f"没有看成（{error}）", "按提示改正后再查")
            return
        if probe.outcome.is_evidence:
            yield good(title, f"正常：看到了{account.name}（{account.key}，{as_whom(probe.session)}）")
            return
        if worst is None or worst[1].outcome is Outcome.GONE:
            worst = account, probe
    if worst is not None:
        account, probe = worst
        said = f"{_MEANINGS[probe.outcome]}：{account.name}（{account.key}）{probe.reason or probe.outcome.words}"
        yield failed(title, said, remedy_of(probe.outcome, platform))
