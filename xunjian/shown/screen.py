"""What `xunjian run` shows: a live table on a terminal, plain lines of what changed everywhere else."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.live import Live
from rich.markup import escape

from shared.clock import chinese_time
from shared.errors import TransientError, XunjianError
from shared.runtime.opening import Host
from shared.runtime.vitals import Vitals
from shared.standing import Standing
from shared.state import State
from xunjian.shown import board

FRAME_LINES = 8
"""Title, head, rules and caption around the rows of the table."""
MOST_ROWS = 1000
"""Nobody reads more on a screen; the lists hold all."""


class Screen:
    """Reads the store; knows nothing of the services. `more` is asked for what stands below the table."""

    def __init__(
        self,
        host: Host,
        console: Console,
        vitals: Vitals,
        metrics_url: str,
        more: Callable[[], str] = lambda: "",
    ) -> None:
        self._folder = host.settings.data_dir
        self._clock = host.clock
        self._standings = host.store.standings
        self._channels = host.store.channels
        self._console = console
        self._vitals = vitals
        self._metrics_url = metrics_url
        self._more = more
        self._live: Live | None = None
        self._rows: list[Standing] = []
        self._counts: dict[State, int] = {}
        self._told = 0
        self._next_reading = 0.0

    @contextmanager
    def live(self) -> Iterator[None]:
        """While inside, `refresh` keeps the table current."""
        self._say(f"指标：{self._metrics_url}")
        self._told = self._standings.newest()
        if not self._console.is_terminal:
            yield
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            self._live = live
            yield
        self._live = None

    def step(self, now: datetime) -> bool:
        """A round of the loop. What cannot be read leaves the last rows standing, with the reason below them."""
        began = time.monotonic()
        if began < self._next_reading:
            return False
        try:
            self.refresh(now)
        except XunjianError:
            self._draw(now)
            raise
        # Thousands of accounts take longer to look up: never more than a tenth of the time goes into showing them.
        self._next_reading = began + 10 * (time.monotonic() - began)
        return False

    def close(self) -> None:
        """Nothing is held open between rounds."""

    def refresh(self, now: datetime) -> None:
        self._counts = self._count()
        if self._live is None:
            self._print_changes(now)
            return
        # What lies below the screen's edge is not seen.
        lines = board.lines_each(self._console.width)
        room = (self._console.height - FRAME_LINES - lines + 1) // lines
        self._rows = self._standings.gravest(max(1, room))
        self._draw(now)

    def _draw(self, now: datetime) -> None:
        if self._live is not None:
            table = board.table(self._rows, now, self._console.width, brief=True, caption=self._progress())
            self._live.update(table, refresh=True)

    def finish(self) -> None:
        """The last word: everything once more, in full, and where to find what was written."""
        now = self._clock()
        try:
            self._counts, rows = self._count(), self._standings.gravest(MOST_ROWS)
        except TransientError as error:
            self._say(f"最后一次读取失败（{error}），以下是此前所见")
            rows = self._rows
        if self._console.is_terminal:
            self._console.print(board.table(rows, now, self._console.width, brief=False))
        else:
            self._say(" | ".join(board.HEADERS))
            for row in rows:
                self._say(board.line(row, now))
        if len(rows) < sum(self._counts.values()):
            self._say(f"……以上是最严重的 {len(rows)} 个，全部见清单")
        self._say(board.summary(self._counts))
        for trouble in self._troubles():
            self._say(trouble)
        self._say(
            f"消息：{self._folder / 'inbox'}　清单：{self._folder / 'reports'}　日志：{self._folder / 'xunjian.log'}"
        )

    def _troubles(self) -> list[str]:
        """What keeps messages from people: said last, since nobody may be left to tell it otherwise."""
        try:
            off = [one for one in self._channels.troubles() if one.off_since]
        except TransientError:
            return []
        remedy = "消息已保留，见 xunjian deliveries list；改好后执行 xunjian deliveries resend"
        return [f"渠道 {one.name} 已停用：{one.error}（{remedy}）" for one in off]

    def _count(self) -> dict[State, int]:
        counts: Counter[State] = Counter()
        for (_, state), number in self._standings.counts().items():
            counts[State(state)] += number
        return counts

    @property
    def _visited(self) -> str:
        total = sum(self._counts.values())
        return f"{total - self._counts.get(State.WAITING, 0)}/{total}"

    def _progress(self) -> str:
        troubles = self._vitals.troubles()
        told = f"\n故障：{escape('；'.join(troubles))}" if troubles else ""
        return f"已核查 {self._visited}　{board.summary(self._counts)}　Ctrl-C 结束{told}{escape(self._more())}"

    def _print_changes(self, now: datetime) -> None:
        for number, row in self._standings.begun_after(self._told, MOST_ROWS):
            self._told = number
            self._say(f"{chinese_time(now)} [{self._visited}] {board.line(row, now)}")

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
