"""A service in a hurry, and one that dies on cue: `python -m tests.faults.hurried services.analyzer --config ...`.

Of the product only times change: after which a silent member of a consumer group is taken for dead, a send is given up,
and the longest between two tries. `DIE_AT`, as `Class.method:times:before|after`, kills the process with SIGKILL at
that call of a class of `_PLACES`.
"""

import functools
import os
import runpy
import signal
import sys
from collections.abc import Callable
from typing import Any

from services.alerter.channels.webhook import Webhook
from services.collector.engine import CollectorEngine
from shared.bus.kafka.bus import KafkaBus
from shared.bus.kafka.member import Pace
from shared.bus.kafka.subscription import KafkaSubscription
from shared.runtime import loop
from shared.storage.deliveries import Deliveries
from shared.storage.judgements import Judgements

PACE = Pace(session_seconds=10.0)
TIMEOUT_SECONDS = 8.0
LONGEST_PAUSE_SECONDS = 3.0
DIE_AT = "XUNJIAN_TEST_DIE_AT"
_PLACES: tuple[type[Any], ...] = (KafkaBus, KafkaSubscription, Webhook, CollectorEngine, Deliveries, Judgements)


def main() -> None:
    module = sys.argv.pop(1)
    defaults, hurried = KafkaBus.__init__.__kwdefaults__ or {}, {"pace": PACE, "timeout_seconds": TIMEOUT_SECONDS}
    assert hurried.keys() <= defaults.keys(), "a name that the bus does not know would change nothing"
    defaults |= hurried
    loop.LONGEST_PAUSE_SECONDS = LONGEST_PAUSE_SECONDS
    loop.LONGEST_BURIAL_SECONDS = LONGEST_PAUSE_SECONDS
    if place := os.environ.pop(DIE_AT, None):
        _die_at(place)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _die_at(place: str) -> None:
    method, times, side = place.split(":")
    owner, _, name = method.partition(".")
    kind = next(kind for kind in _PLACES if kind.__name__ == owner)
    setattr(kind, name, _deadly(getattr(kind, name), int(times), side))


def _deadly(method: Callable[..., Any], times: int, side: str) -> Callable[..., Any]:
    calls = 0

    @functools.wraps(method)
    def called(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == times and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = method(*arguments, **named)
        if calls == times:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return called


if __name__ == "__main__":
    main()
