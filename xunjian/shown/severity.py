"""Severities as people read them where single findings are listed."""

from shared.events import Severity

SEVERITY_NAMES = {
    Severity.VETO: "单项否决",
    Severity.DEDUCTION: "问题",
    Severity.REMINDER: "提醒",
    Severity.HINT: "提示",
    Severity.MENTION: "提及",
    Severity.INFO: "信息",
    Severity.UNVERIFIED: "未核实",
}
