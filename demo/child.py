"""A process of the demonstration's: killed, frozen, resumed, ended; it never outlives the process that started it."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_GUARD = 'read -r word || kill "-$2" "$1"'
"""Waits for a word on its input. Input that ends without one means that whoever held the other end was killed."""


class Child:
    """One command with its log file, started as often as wanted. Of a session of its own: Ctrl-C is its starter's.

    `note` keeps its pid, so that a later start ends what was left over of an earlier one. `user` as in
    subprocess.Popen. `last` is what it is sent when its starter was killed.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        note: Path | None = None,
        last: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.command = tuple(command)
        self.log = log
        self._folder = folder
        self._environment = environment
        self._user = user
        self._note = note
        self._last = last
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self.is_frozen = False

    @property
    def pid(self) -> int:
        """Raises RuntimeError when it does not run."""
        if self._process is None:
            raise RuntimeError(f"{self.command[0]} was not started")
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Exit status as subprocess tells it; null while it runs or before it was started."""
        return None if self._process is None else self._process.poll()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Also again, after it ended. Raises OSError when there is no such program."""
        self._let_go()
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                self.command,
                cwd=self._folder,
                env=self._environment,
                user=self._user,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        command = ["/bin/sh", "-c", _GUARD, "guard", str(self._process.pid), str(int(self._last))]
        self._guard = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603
        if self._note is not None:
            self._note.write_text(str(self._process.pid), encoding="utf-8")

    def kill(self) -> None:
        """-9, as power loss would: no leave to finish anything."""
        self.signal(signal.SIGKILL)
        self._wait(None)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)
        self.is_frozen = self.is_running

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)
        self.is_frozen = False

    def end(self, seconds: float, how: signal.Signals = signal.SIGTERM) -> int | None:
        """Told to end, killed after `seconds`; its exit status, null when it did not run."""
        self.thaw()
        self.signal(how)
        return self.wait(seconds)

    def wait(self, seconds: float) -> int | None:
        """Until it ended by itself, killed after `seconds`; its exit status, null when it did not run."""
        try:
            return self._wait(seconds)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            return self._wait(None)

    def outlast(self) -> None:
        """Until it ended by itself. In a thread of its own: nothing else of this is touched."""
        process = self._process
        if process is not None:
            process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Nothing where it does not run."""
        if self._process is not None:
            self._process.send_signal(number)

    def _wait(self, seconds: float | None) -> int | None:
        status = None if self._process is None else self._process.wait(seconds)
        self._let_go()
        return status

    def _let_go(self) -> None:
        self.is_frozen = False
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.communicate(b"over\n")
        if self._note is not None:
            self._note.unlink(missing_ok=True)


def end_left_over(note: Path, marked: str, how: signal.Signals = signal.SIGKILL) -> None:
    """End the process whose pid a note begins with, if its command line bears `marked`: pids are given to others again.

    Its data are the caller's; only what it holds (lock, port) is in the way.
    """
    try:
        pid = int(note.read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return
    if marked in _command_line(pid):
        os.kill(pid, how)
        os.kill(pid, signal.SIGCONT)
        while marked in _command_line(pid):
            time.sleep(0.05)
    note.unlink(missing_ok=True)


def _command_line(pid: int) -> str:
    """Empty when there is no such process, or only what is left of one that ended."""
    shown = subprocess.run(  # noqa: S603 - our own words
        ["ps", "-ww", "-o", "args=", "-p", str(pid)],  # noqa: S607 - wherever it lies
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return shown.stdout.decode(errors="replace")
