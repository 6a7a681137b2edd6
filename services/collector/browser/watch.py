"""Which of the answers a plan asks for have arrived while a page loads. Knows no browser: requests are opaque."""

import re
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable
from typing import Generic, TypeVar

from services.collector.capture import Plan

R = TypeVar("R")


class Watch(Generic[R]):
    """Fed with requests as they begin and end; only those that began here count, so the page before cannot interfere.

    A pattern of `plan.keep` is answered when it has as many answers as `plan.fetch` has addresses for it, at least one.
    """

    def __init__(self, plan: Plan, clock: Callable[[], float] = time.monotonic) -> None:
        self._patterns = [re.compile(pattern) for pattern in plan.keep]
        self._expected = Counter(self._pattern_of(url) for url in plan.fetch)
        self._clock = clock
        self.last_change = clock()
        self._began: dict[R, re.Pattern[str] | None] = {}
        self._answered: Counter[re.Pattern[str] | None] = Counter()
        self.is_loaded = False
        self.document: R | None = None
        self.answers: list[R] = []
        self.errors: list[str] = []

    def begin(self, request: R, url: str, is_document: bool) -> None:
        """A new document of the page takes the place of the one before (a visitor step, then the page itself)."""
        self.last_change = self._clock()
        if is_document:
            self.document = None
            self.is_loaded = False
            # What the page before was still loading is cut off by moving on: no failure, nobody's answer.
            self._began = {request: None}
        elif pattern := self._pattern_of(url):
            self._began[request] = pattern

    def end(self, request: R, error: str | None = None) -> None:
        """The request has its answer, or `error` says why it will get none."""
        self.last_change = self._clock()
        if request not in self._began:
            return
        pattern = self._began.pop(request)
        if error is not None:
            self.errors.append(error)
        elif pattern is None:
            self.document = request
        else:
            self.answers.append(request)
            self._answered[pattern] += 1

    def skip(self, request: R) -> None:
        """The answer was a redirect: what it leads to begins on its own."""
        self._began.pop(request, None)

    def load(self) -> None:
        self.is_loaded = True
        self.last_change = self._clock()

    @property
    def is_complete(self) -> bool:
        wanted = {pattern: max(1, self._expected[pattern]) for pattern in self._patterns}
        return self.document is not None and all(self._answered[pattern] >= n for pattern, n in wanted.items())

    def is_settled(self, seconds: float) -> bool:
        """Quiet for so long with nothing wanted on its way: a page that will not ask for what is missing.

        A page that is not even loaded (a tracker that never answers) gets five times as long.
        """
        quiet = self._clock() - self.last_change
        needed = seconds if self.is_loaded else 5 * seconds
        return (self.is_loaded or self.document is not None) and not self._began and quiet >= needed

    def _pattern_of(self, url: str) -> re.Pattern[str] | None:
        parts = urllib.parse.urlsplit(url)
        place = f"{parts.netloc}{parts.path}"
        return next((pattern for pattern in self._patterns if pattern.search(place)), None)
