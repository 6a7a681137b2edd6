"""What will be done to whom, and when: all of it from one seed, so that a run can be repeated."""

import random
from dataclasses import dataclass

from demo.cluster.checker import FREEZE, KILL, TERMINATE

POSTGRES = "postgres"
_WEIGHTS = {"collector": 4, "analyzer": 4, "alerter": 5, "reporter": 1, "broker": 3, POSTGRES: 2}
_TWO_BROKERS = 0.25
"""So often it hits two brokers at once: then nothing can be written until one is back."""


@dataclass(frozen=True)
class Fault:
    """At `at` seconds `op` is done to `targets`, which are whole again after `lasts` seconds."""

    at: float
    op: str
    targets: tuple[str, ...]
    lasts: float


def schedule(seed: str, seconds: float, targets: list[str]) -> list[Fault]:
    """Faults in order of time, all begun by `seconds`; what is still broken then is made whole by the caller."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    faults = []
    now = chance.uniform(8, 15)
    while now < seconds - 5:
        fault = _fault(chance, now, targets)
        faults.append(fault)
        now += chance.uniform(3, 10)
    return faults


def _fault(chance: random.Random, now: float, targets: list[str]) -> Fault:
    role = chance.choices([*_WEIGHTS], weights=[*_WEIGHTS.values()])[0]
    mine = [target for target in targets if target.partition("-")[0] == role]
    chosen = chance.sample(mine, 2 if role == "broker" and chance.random() < _TWO_BROKERS else 1)
    if role in ("broker", POSTGRES):
        op = chance.choice((KILL, KILL, FREEZE))
        return Fault(now, op, tuple(chosen), chance.uniform(1, 15))
    op = chance.choices((KILL, FREEZE, TERMINATE), weights=(5, 3, 2))[0]
    # Longer than a session of the consumer group now and then: the member is given up, and comes back.
    lasts = chance.choice((chance.uniform(1, 12), chance.uniform(5, 40), chance.uniform(45, 75)))
    return Fault(now, op, tuple(chosen), lasts if op == FREEZE else 0.0)
