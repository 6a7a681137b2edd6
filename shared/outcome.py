"""How one look at one account ended."""

from enum import StrEnum


class Outcome(StrEnum):
    """How one look at one account ended. Only `ok` and `empty` are evidence (ARCHITECTURE.md, data flow 3)."""

    OK = "ok"
    EMPTY = "empty"
    BLOCKED = "blocked"
    LOGIN_WALL = "login_wall"
    GONE = "gone"
    PARSE_ERROR = "parse_error"
    TIMEOUT = "timeout"
    NETWORK = "network"
    CRASH = "crash"
    CLOCK = "clock"
    """Our own clock is wrong: whatever was shown, nothing can be said of when."""
    UNKNOWN = "unknown"
    """What a newer version says and we have no word for; nobody writes it."""

    @classmethod
    def of(cls, word: str) -> "Outcome":
        """Of a row that a newer version may have written."""
        return cls(word) if word in list(cls) else cls.UNKNOWN

    @property
    def is_evidence(self) -> bool:
        return self in (Outcome.OK, Outcome.EMPTY)

    @property
    def words(self) -> str:
        """What officials read where the probe gives no reason of its own."""
        return _OUTCOME_WORDS[self]


_OUTCOME_WORDS = {
    Outcome.OK: "已核查",
    Outcome.EMPTY: "已核查，未见内容",
    Outcome.BLOCKED: "平台要求验证",
    Outcome.LOGIN_WALL: "平台要求登录后查看",
    Outcome.GONE: "平台提示无法查看",
    Outcome.PARSE_ERROR: "页面内容无法识别",
    Outcome.TIMEOUT: "页面打开超时",
    Outcome.NETWORK: "网络不通",
    Outcome.CRASH: "浏览器异常退出",
    Outcome.CLOCK: "本机时间有误",
    Outcome.UNKNOWN: "核查结果由更新的版本写成，请升级",
}
