"""The services of one process, each in a thread of its own: one that fails heals by itself while the others go on."""

import threading
from collections.abc import Callable

from shared.clock import Clock
from shared.runtime.loop import Service, run
from shared.runtime.vitals import LONGEST_ROUND_SECONDS, Vitals


class Crew:
    """Playwright wants a thread to itself; the others are better off with one."""

    def __init__(self, stop: threading.Event, clock: Clock, vitals: Vitals) -> None:
        self._stop = stop
        self._clock = clock
        self._vitals = vitals
        self._threads: list[threading.Thread] = []
        self._errors: list[BaseException] = []

    def start(
        self,
        name: str,
        build: Callable[[], Service],
        idle_seconds: float,
        longest_round_seconds: float = LONGEST_ROUND_SECONDS,
    ) -> None:
        """A wrong setting stops them all, and `join` raises it."""
        pulse = self._vitals.pulse(name, longest_round_seconds)

        def work() -> None:
            try:
                run(build, self._stop, idle_seconds, self._clock, pulse)
            except BaseException as error:  # noqa: BLE001 - raised again by `join`, in the main thread
                self._errors.append(error)
            finally:
                self._stop.set()

        thread = threading.Thread(target=work, name=name)
        thread.start()
        self._threads.append(thread)

    def join(self) -> None:
        """Wait for all. Raises what ended one of them."""
        for thread in self._threads:
            thread.join()
        if self._errors:
            raise self._errors[0]
