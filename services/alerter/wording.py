"""Findings of one unit to one message. It states what was seen and asks to check; it never passes judgement."""

from collections.abc import Sequence

from services.alerter.message import Matter, Message, MessageEvent
from services.alerter.places import place_lines, quotes_of, size_of, worth_opening
from services.alerter.text import one_line
from shared.account import PLATFORM_NAMES, WHOLE_PLATFORM
from shared.clock import chinese_time
from shared.events import Finding, Severity

MOST_BYTES = 1800
"""600 Chinese characters; WeCom takes 2048 bytes."""

LEVELS = {
    Severity.VETO: "单项否决指标",
    Severity.DEDUCTION: "问题提醒",
    Severity.REMINDER: "提醒",
    Severity.HINT: "提示",
    Severity.MENTION: "提示",
    Severity.INFO: "信息",
    Severity.UNVERIFIED: "未能核实",
}


def word(unit: str, matters: Sequence[Matter], *, resolved: bool) -> Message:
    """One message about all `matters` (at least one), gravest first. The same matters always make the same message."""
    ordered = sorted(matters, key=_rank)
    title, lines = _single(unit, ordered[0], resolved) if len(ordered) == 1 else _digest(unit, ordered, resolved)
    return Message(
        unit=unit,
        title=title,
        lines=tuple(lines),
        severity=ordered[0].finding.severity,
        at=max(matter.finding.at for matter in ordered),
        numbers=tuple(matter.finding.number for matter in ordered),
        event=_event(resolved),
        matters=tuple(ordered),
    )


def _who(matter: Matter) -> str:
    """`某市发布（微信公众号）`."""
    if matter.account is None:
        return PLATFORM_NAMES.get(matter.finding.platform, matter.finding.platform)
    return f"{one_line(matter.account.name, 30)}（{matter.account.platform_name}）"


def _rank(matter: Matter) -> tuple[int, str, str]:
    finding = matter.finding
    return -finding.severity.gravity, finding.key, finding.fingerprint


def _single(unit: str, matter: Matter, resolved: bool) -> tuple[str, list[str]]:
    finding = matter.finding
    clause = f"依据：{one_line(finding.clause.document, 40)}“{one_line(finding.clause.words, 80)}”"
    link = _link(matter)
    title = f"{_head(resolved)}{_level(finding)}｜{_who(matter)}｜{one_line(unit, 40)}"
    facts = [] if resolved else [_measure(finding)]
    links = [f"链接：{link}"] if link else []
    last = _signature(finding, resolved)
    lines = [_fact(finding, resolved), *facts, clause]
    room = MOST_BYTES - sum(map(size_of, (title, *lines, last)))
    found = [] if resolved else place_lines(finding.evidence, room)
    return title, [*lines, *(found or links), last]


def _digest(unit: str, matters: Sequence[Matter], resolved: bool) -> tuple[str, list[str]]:
    gravest = _level(matters[0].finding)
    title = f"{_head(resolved)}{gravest}等{len(matters)}项｜{_whose(matters)}｜{one_line(unit, 40)}"
    last = f"最近核查时间：{chinese_time(max(matter.finding.at for matter in matters))}（北京时间）"
    room = MOST_BYTES - size_of(title) - size_of(last)
    lines: list[str] = []
    for place, matter in enumerate(matters, 1):
        line = _item(place, matter, unit, resolved)
        rest = _rest(matters[place - 1 :])
        # The last item needs no room kept for a rest.
        kept = size_of(_rest(matters[place:])) if place < len(matters) else 0
        if size_of(line) + kept > room:
            return title, [*lines, rest, last]
        lines.append(line)
        room -= size_of(line)
    return title, [*lines, last]


def _whose(matters: Sequence[Matter]) -> str:
    keys = {matter.finding.key for matter in matters}
    platforms = {matter.finding.key for matter in matters if matter.finding.account_id == WHOLE_PLATFORM}
    counts = ((len(keys - platforms), "账号"), (len(platforms), "平台"))
    return "、".join(f"{count}个{what}" for count, what in counts if count)


def _item(place: int, matter: Matter, unit: str, resolved: bool) -> str:
    finding = matter.finding
    whose = f"［{one_line(matter.account.unit, 20)}］" if matter.account and matter.account.unit != unit else ""
    link = _link(matter)
    quotes = "" if resolved else quotes_of(finding.evidence)
    return (
        f"{place}. 〔{_level(finding)}〕{_who(matter)}{whose}：{_fact(finding, resolved)}{quotes}"
        f"依据：{one_line(finding.clause.document, 40)}。{f'链接：{link} ' if link else ''}编号：{finding.number}"
    )


def _rest(matters: Sequence[Matter]) -> str:
    shown = "、".join(matter.finding.number for matter in matters[:12])
    return f"另有{len(matters)}项（编号：{shown}{'等' if len(matters) > 12 else ''}），全文见清单。"


def _head(resolved: bool) -> str:
    return f"【{_event(resolved).words}】"


def _event(resolved: bool) -> MessageEvent:
    return MessageEvent.RESOLUTION if resolved else MessageEvent.OPENING


def _level(finding: Finding) -> str:
    return LEVELS[finding.severity] + ("（待人工确认）" if finding.needs_confirmation else "")


def _fact(finding: Finding, resolved: bool) -> str:
    sentence = one_line(finding.sentence, 140).rstrip("。；; ")
    if resolved:
        return f"此前提醒：{sentence}。最近核查未再监测到该情况，本提醒解除。"
    if finding.severity is Severity.UNVERIFIED:
        return f"{sentence}。"
    seen = sentence if sentence.startswith("监测到") else f"监测到：{sentence}"
    return f"{seen}。" if "，请" in seen else f"{seen}，请核实。"


def _measure(finding: Finding) -> str:
    return (
        f"实测：{one_line(finding.measured, 30)}；标准：{one_line(finding.threshold, 30)}"
        f"；口径：{one_line(finding.window, 50)}"
    )


def _signature(finding: Finding, resolved: bool) -> str:
    word = "解除时间" if resolved else "核查时间"
    proof = next((f"　证据：{one.sha256[:12]}" for one in finding.evidence if one.sha256), "")
    return f"编号：{finding.number}　{word}：{chinese_time(finding.at)}（北京时间）{'' if resolved else proof}"


def _link(matter: Matter) -> str | None:
    """The first web address worth opening; a cut one would lead nowhere, so a long one is left out."""
    own = matter.account.url if matter.account else None
    urls = (*(evidence.url for evidence in matter.finding.evidence), own)
    return next((url for url in urls if worth_opening(url)), None)
