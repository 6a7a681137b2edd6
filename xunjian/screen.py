"""What `xunjian run` shows: a live table on a terminal, plain lines of what changed everywhere else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from rich.console import Console
from rich.live import Live
from rich.markup import escape

from shared.clock import chinese_time
from shared.errors import TransientError, XunjianError
from shared.runtime.opening import Host
from shared.runtime.vitals import Vitals
from shared.state import State
from shared.verdict import Verdict, verdicts
from xunjian import board

FRAME_LINES = 8
"""Title, head, rules and caption around the rows of the table."""


class Screen:
    """Reads the store; knows nothing of the services."""

    def __init__(self, host: Host, console: Console, vitals: Vitals, metrics_url: str) -> None:
        self._host = host
        self._console = console
        self._vitals = vitals
        self._metrics_url = metrics_url
        self._live: Live | None = None
        self._shown: dict[str, str] = {}
        self._rows: list[Verdict] = []
        self._next_reading = 0.0

    @contextmanager
    def live(self) -> Iterator[None]:
        """While inside, `refresh` keeps the table current."""
        self._say(f"指标：{self._metrics_url}")
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
        self._rows = self._read(now)
        self._draw(now)

    def _draw(self, now: datetime) -> None:
        if self._live is not None:
            # Drawing costs a millisecond a row, and what lies below the screen's edge is not seen.
            shown = self._rows[: max(1, self._console.height - FRAME_LINES)]
            table = board.table(shown, now, self._console.width, brief=True, caption=self._progress())
            self._live.update(table, refresh=True)
        else:
            self._print_changes(self._rows, now)

    def finish(self) -> None:
        """The last word: everything once more, in full, and where to find what was written."""
        now = self._host.clock()
        try:
            rows = self._read(now)
        except TransientError as error:
            self._say(f"最后一次读取失败（{error}），以下是此前所见")
            rows = self._rows
        if self._console.is_terminal:
            self._console.print(board.table(rows, now, self._console.width, brief=False))
        else:
            self._say(" | ".join(board.HEADERS))
            for row in rows:
                self._say(board.line(row, now))
        self._say(board.summary(rows))
        folder = self._host.settings.data_dir
        self._say(f"消息：{folder / 'inbox'}　清单：{folder / 'reports'}　日志：{folder / 'xunjian.log'}")

    def _read(self, now: datetime) -> list[Verdict]:
        fresh = timedelta(hours=self._host.settings.fresh_hours)
        rows = board.gravest_first(verdicts(self._host.store, now, fresh))
        board.count(rows, self._host.metrics)
        return rows

    def _progress(self) -> str:
        rows, troubles = self._rows, self._vitals.troubles()
        looked = sum(row.state is not State.WAITING for row in rows)
        told = f"\n故障：{escape('；'.join(troubles))}" if troubles else ""
        return f"已核查 {looked}/{len(rows)}　{board.summary(rows)}　Ctrl-C 结束{told}"

    def _print_changes(self, rows: list[Verdict], now: datetime) -> None:
        looked = sum(row.state is not State.WAITING for row in rows)
        for row in rows:
            if row.state is not State.WAITING and self._shown.get(row.account.key) != row.state:
                self._shown[row.account.key] = row.state
                self._say(f"{chinese_time(now)} [{looked}/{len(rows)}] {board.line(row, now)}")

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
