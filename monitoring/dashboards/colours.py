"""Colours that those who see no red or no green tell apart, on a dark and on a light page (after Okabe and Ito)."""

from shared.state import State

GOOD = "#0072B2"
WATCH = "#E69F00"
BAD = "#D55E00"
UNKNOWN = "#999999"
PLAIN = "#56B4E9"

SERIES = ("#0072B2", "#E69F00", "#56B4E9", "#D55E00", "#009E73", "#7F3C8D", "#F0E442", "#999999")
"""Of things that are neither good nor bad, in the order in which they are named."""

STATES: dict[str, str] = {
    State.ZOMBIE: "#990026",
    State.OVERDUE: BAD,
    State.PROBLEM: "#7F3C8D",
    State.CHECK: PLAIN,
    State.NEAR: "#F0E442",
    State.GONE: "#555555",
    State.UNVERIFIED: UNKNOWN,
    State.WAITING: "#CCCCCC",
    State.OK: GOOD,
    State.CANCELLED: "#009E73",
}
