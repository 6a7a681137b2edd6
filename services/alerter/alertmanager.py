"""What Alertmanager POSTs (version 4 of its webhook), and what the operators are told of it. Its text is hostile."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.alerter.hooked import GROUP_CHARACTERS, OVER
from services.alerter.text import one_line
from shared.clock import chinese_time
from shared.runtime.logs import redacted

MOST_ALERTS = 10
"""So many are told; of the others their number."""
_LEVELS = {"critical": "严重", "warning": "注意", "info": "提示"}
_NOT_TOLD = ("alertname", "severity")
_Words = dict[str, Annotated[str, Field(max_length=10_000)]]


class _Part(BaseModel):
    """Frozen; what is not known is ignored: newer versions of Alertmanager add fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Alert(_Part):
    status: Literal["firing", "resolved"]
    labels: _Words = Field(min_length=1)
    annotations: _Words = Field(default_factory=dict)
    starts_at: AwareDatetime = Field(alias="startsAt")
    ends_at: AwareDatetime | None = Field(default=None, alias="endsAt")
    fingerprint: str = Field(default="", max_length=100)

    @property
    def identity(self) -> list[str]:
        """The same of every repeat, and another when it comes back."""
        named = self.fingerprint or json.dumps(self.labels, sort_keys=True)
        return [named, self.status, self.starts_at.isoformat()]

    @property
    def named(self) -> str:
        """For who gives no summary: what tells one from another."""
        others = [f"{name}={value}" for name, value in sorted(self.labels.items()) if name not in _NOT_TOLD]
        name = _harmless(self.labels.get("alertname", ""), 60) or "未命名的告警"
        return _harmless(" ".join([name, *others]), 90)

    @property
    def line(self) -> str:
        said = _harmless(self.annotations.get("summary", ""), 90) or self.named
        since = chinese_time(self.starts_at)
        if self.status == "resolved":
            return f"{OVER}{said}（{since}起）"
        level = _LEVELS.get(self.labels.get("severity", ""), "提醒")
        what = _harmless(self.annotations.get("description", ""), 200)
        where = _harmless(self.annotations.get("runbook") or self.annotations.get("runbook_url", ""), 120)
        return f"〔{level}〕{said}（{since}起）" + (f"：{what}" if what else "") + (f"（{where}）" if where else "")


class Notification(_Part):
    """One group of alerts, at one moment."""

    version: Literal["4"]
    group_key: str = Field(alias="groupKey", min_length=1, max_length=10_000)
    status: Literal["firing", "resolved"]
    truncated: int = Field(default=0, ge=0, le=1_000_000_000, alias="truncatedAlerts")
    alerts: list[Alert] = Field(min_length=1, max_length=10_000)

    @property
    def subject(self) -> str:
        """The same of every copy: sent again after a lost answer, or by another Alertmanager of the cluster."""
        told = [self.group_key, self.status, self.truncated, sorted(alert.identity for alert in self.alerts)]
        return _digest(self.group_key)[:GROUP_CHARACTERS] + _digest(json.dumps(told))[:32]

    @property
    def since(self) -> datetime:
        return max(alert.starts_at for alert in self.alerts)

    @property
    def text(self) -> str:
        """Lines, what still holds first. A year that no calendar of ours has is nobody's: raises ValueError."""
        ordered = sorted(self.alerts, key=lambda alert: (alert.status == "resolved", _rank(alert), alert.starts_at))
        left = max(0, len(ordered) - MOST_ALERTS) + self.truncated
        lines = [alert.line for alert in ordered[:MOST_ALERTS]]
        return "\n".join([*lines, *([f"另有{left}条，见 Alertmanager。"] if left > 0 else [])])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _harmless(text: str, most: int) -> str:
    return one_line(redacted(text), most).strip()


def _rank(alert: Alert) -> int:
    levels = list(_LEVELS)
    severity = alert.labels.get("severity", "")
    return levels.index(severity) if severity in levels else len(levels)
