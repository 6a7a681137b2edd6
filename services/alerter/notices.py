"""What the operators are told about the watch itself: one message of all there is to say."""

from collections.abc import Sequence

from services.alerter.hooked import HOOK, HOOK_OVER, Hooked, put_together
from services.alerter.message import Message, MessageEvent
from services.alerter.own import MAIL, ROBOT
from services.alerter.routes import OPERATORS
from services.alerter.text import one_line
from shared.clock import chinese_time
from shared.delivery import Notice
from shared.events import Severity
from shared.session_life import BROKEN, ENDING, OVER

OFF, UNROUTED, DEAD, UNIT, REPORT, RESTORED = "channel", "unrouted", "dead", "unit", "report", "restored"
_SAID_WHOLE = (RESTORED, OVER, BROKEN, ENDING)
GRAVEST = "〔严重〕"
MOST_NAMES = 30
MOST_WORDS = 300
"""What the far side said, and the remedy behind it."""


def word_notices(notices: Sequence[Notice]) -> Message:
    """At least one. Names and errors come from the settings and from far sides, so each is cut."""
    hooked = put_together(notices)
    lines = [line for text in sorted(hooked.holding, key=_is_lesser) for line in text.splitlines()]
    lines += [_off(notice) for notice in notices if notice.kind == OFF]
    lines += [_dead(notice) for notice in notices if notice.kind == DEAD]
    lines += [one_line(notice.text, MOST_WORDS) for notice in notices if notice.kind in _SAID_WHOLE]
    lines += [_unit(notice) for notice in notices if notice.kind == UNIT]
    lines += [_report(notice) for notice in notices if notice.kind == REPORT]
    units = [one_line(notice.subject, 40) for notice in notices if notice.kind == UNROUTED]
    lines += [_unrouted(units)] if units else []
    lines += [line for text in hooked.over for line in text.splitlines()]
    return Message(
        unit=OPERATORS,
        event=MessageEvent.NOTICE,
        title=f"【{MessageEvent.NOTICE.words}】{_how_many(notices, hooked)}",
        lines=tuple(lines),
        severity=Severity.UNVERIFIED,
        at=max(notice.since for notice in notices),
    )


def _is_lesser(text: str) -> bool:
    """What Alertmanager tells begins with its gravest; a robot cuts the end of a long message."""
    return not text.startswith(GRAVEST)


def _how_many(notices: Sequence[Notice], hooked: Hooked) -> str:
    others = sum(notice.kind not in (HOOK, HOOK_OVER) for notice in notices)
    counts = ((others + hooked.holding_count, "项需要处理"), (hooked.over_count, "项已恢复"))
    return "，".join(f"{count}{words}" for count, words in counts if count)


def _off(notice: Notice) -> str:
    name = one_line(notice.subject, 40)
    whose = " --unit 单位" if name in (MAIL, ROBOT) else ""
    return (
        f"渠道 {name} 已停用（{chinese_time(notice.since)}起）：{one_line(notice.text, MOST_WORDS)}。"
        f"未发出的消息都已保留。改正后先试一次（xunjian channel test {name}{whose}），"
        f"再重启或执行 xunjian deliveries resend --channel {name}，即补发。"
    )


def _dead(notice: Notice) -> str:
    name = one_line(notice.subject, 40)
    return (
        f"渠道 {name} 有消息无法送达：{one_line(notice.text, MOST_WORDS)}。已保留；"
        "执行 xunjian deliveries list --state dead 查看，处理后执行 xunjian deliveries resend --dead。"
    )


def _unit(notice: Notice) -> str:
    return (
        f"{one_line(notice.subject, 60)} 收不到消息：{one_line(notice.text, 260)}。其他单位不受影响，消息已保留；"
        "在台账中改正后重新导入，仍成立的会自动补发。"
    )


def _report(notice: Notice) -> str:
    return (
        f"{one_line(notice.subject, 90)} 未寄出：{one_line(notice.text, 240)}。清单已保留；"
        "改正设置 reports 或渠道后重启，或执行 xunjian deliveries resend，即补发。"
    )


def _unrouted(units: Sequence[str]) -> str:
    rest = f"等{len(units)}个单位" if len(units) > MOST_NAMES else ""
    return (
        f"这些单位没有通知去向：{'、'.join(units[:MOST_NAMES])}{rest}。应发的消息都已保留；"
        "在设置 routes 中补充去向后重启，即补发。"
    )
