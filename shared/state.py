"""The states an account may be in."""

from enum import StrEnum


class State(StrEnum):
    """Gravest first. Bounded, so that it may be a metric label. `words` is what officials read."""

    ZOMBIE = "zombie"
    OVERDUE = "overdue"
    PROBLEM = "problem"
    CHECK = "check"
    NEAR = "near"
    GONE = "gone"
    UNVERIFIED = "unverified"
    WAITING = "waiting"
    OK = "ok"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        return _WORDS[self]

    @property
    def gravity(self) -> int:
        """Higher is graver; the one order of states."""
        return len(State) - list(State).index(self)

    @property
    def is_silence(self) -> bool:
        """Nothing was published for too long, or nearly so."""
        return self in (State.ZOMBIE, State.OVERDUE, State.NEAR)

    @property
    def is_verified(self) -> bool:
        """The account's list was proved recently enough to say something of it."""
        return self not in (State.GONE, State.UNVERIFIED, State.WAITING)


_WORDS = {
    State.ZOMBIE: "僵尸账号",
    State.OVERDUE: "超期未更新",
    State.PROBLEM: "存在问题",
    State.CHECK: "请核实",
    State.NEAR: "临近超期",
    State.GONE: "疑似注销",
    State.UNVERIFIED: "未能核实",
    State.WAITING: "待核查",
    State.OK: "正常",
    State.CANCELLED: "已注销",
}
