"""Where an account stands, from when to when: the one truth that board, list, gauge and console show."""

from datetime import datetime

from shared.account import Account
from shared.events import Finding, Moment, Outcome, Value
from shared.state import State

NEVER_PROBED = "尚未核查"
NOT_ANALYSED = "分析未进行"
FILED_AS_CANCELLED = "台账登记为已注销"


class Standing(Value):
    """Written by the analyzer, in the transaction that writes the findings it rests on. All times are UTC.

    It held from `since` (included) until `until` (excluded; null: it still holds). `why` is one Chinese sentence.
    `newest_post_at`: newest publish time ever evidenced; `proved_at`: the last probe that proved the account's list;
    `probed_at`, `outcome` and `reason`: the last probe of all. What is not known is null.
    `findings`: what is held against the account at the moment asked for, gravest first, also while 未能核实.
    """

    account: Account
    state: State
    why: str
    since: Moment | None = None
    until: Moment | None = None
    newest_post_at: Moment | None = None
    proved_at: Moment | None = None
    probed_at: Moment | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def silence(self) -> Finding | None:
        """The gravest finding of silence that may be told: none while 未能核实, none of a cancelled account."""
        if not self.state.is_verified or self.state is State.CANCELLED:
            return None
        return next((finding for finding in self.findings if finding.state and finding.state.is_silence), None)

    @property
    def brief(self) -> str:
        """`why` for one line of a table: silence as a number against its threshold, anything else as its sentence."""
        silence = self.silence if self.state.is_silence else None
        return f"{silence.measured}，标准{silence.threshold}" if silence else self.why

    def silent_days(self, moment: datetime) -> int | None:
        """Whole days of 24 hours from the newest post to `moment`; null when no post is known."""
        return max(0, (moment - self.newest_post_at).days) if self.newest_post_at else None


def gravity(finding: Finding) -> tuple[int, bool, float]:
    """Sorts findings gravest first: by severity, silence before the rest, the newest of equals."""
    is_silence = finding.state is not None and finding.state.is_silence
    return -finding.severity.gravity, not is_silence, -finding.at.timestamp()
