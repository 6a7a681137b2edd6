"""Messages for channel tests."""

from services.alerter.message import Message
from shared.events import Severity
from tests.builders import NOW

HOSTILE = '<at user_id="all">所有人</at> <@all> <a href="javascript:1">x</a> @所有人 **[x](http://x)**\u202e\x00"\\'


def a_message(*lines: str, **fields: object) -> Message:
    values = {
        "unit": "青禾县政府办",
        "title": "【巡检提醒】单项否决指标｜青禾发布（新浪微博）｜青禾县政府办",
        "lines": lines or ("监测到：最近一次发布于2026-11-01 12:00，请核实。", "编号：1A2B3C4D"),
        "severity": Severity.VETO,
        "at": NOW,
        "numbers": ("1A2B3C4D",),
    }
    return Message.model_validate(values | fields)
