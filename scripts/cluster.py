"""`make cluster`: the services apart on one machine; with CHAOS=seconds they are broken on purpose, and checked."""

import os
import secrets
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from rich.console import Console

from demo.cluster.chaos import Chaos
from demo.cluster.checker import Violation
from demo.cluster.drain import Quiet
from demo.cluster.history import History
from demo.cluster.house import CREW, FOLDER, House, begin_anew, build, refuse_lacking
from demo.cluster.parent import end_with_make
from demo.cluster.receiver import Receiver
from demo.cluster.schedule import schedule
from demo.cluster.teller import Teller
from demo.cluster.trouble import Trouble
from demo.cluster.verdict import gather, judge, keep, lines
from shared.clock import utc_now
from shared.errors import InputError, TransientError, XunjianError
from shared.runtime.lock import ROLES, holding
from shared.runtime.logs import RotatingFile, configure_logs
from shared.runtime.loop import install_signals
from shared.runtime.opening import Host, Process
from shared.runtime.settings import load_settings
from shared.system_words import system_words
from xunjian.shown.screen import Screen

TICK_SECONDS = 0.25
STORY_SECONDS = 4.0
VISIT_SECONDS = 12.0
DRAIN_SECONDS = 600.0
LONGEST_CHAOS_SECONDS = 86_400
LOCK_MILLISECONDS = 2000
BAD_INPUT, VIOLATED, INTERRUPTED = 2, 1, 130


class Run:
    """One run, in one thread: what has to be done now and then is done by `tick`."""

    def __init__(self, house: House, host: Host, screen: Screen, stop: threading.Event) -> None:
        self.house = house
        self.host = host
        self.screen = screen
        self.stop = stop
        self._next: dict[str, float] = {}

    def tick(self) -> None:
        for service in self.house.services.values():
            service.keep_alive()
        postgres = self.house.postgres
        if postgres.is_running and not postgres.is_frozen and self.is_due("screen", 1):
            # Frozen between a question and its answer, it would keep us waiting with it: only this thread freezes it.
            self.try_to(lambda: self.screen.step(self.host.clock()))
        self.stop.wait(TICK_SECONDS)

    def is_due(self, what: str, every_seconds: float) -> bool:
        now = time.monotonic()
        if now < self._next.get(what, 0.0):
            return False
        self._next[what] = now + every_seconds
        return True

    def try_to(self, do: Callable[[], object]) -> bool:
        """False where the database is away: by the next time it may be back."""
        try:
            do()
        except TransientError:
            return False
        return True

    def until_quiet(self, seconds: float) -> str:
        """Everything done; what was left when time or patience ended, else nothing."""
        quiet: Quiet | None = None
        deadline = time.monotonic() + seconds
        while not self.stop.is_set() and time.monotonic() < deadline:
            self.tick()
            quiet = quiet or self.ask_all()
            if quiet and self.is_due("quiet", 1) and quiet.is_reached(self.host.clock()):
                return ""
        return (quiet.reason if quiet else "还有核查没有结束") or "被中断"

    def ask_all(self) -> Quiet | None:
        """Every account is to be visited once more; null while a visit is under way: it may have met what is over."""
        visits, now = self.host.store.visits, self.host.clock()
        try:
            if visits.owners():
                return None
            visits.make_all_due(now)
        except TransientError:
            return None
        return Quiet(self.host, now)


def main() -> int:
    seed = os.environ.get("SEED") or str(secrets.randbelow(10**6))
    stop = threading.Event()
    install_signals(stop)
    end_with_make(stop)
    try:
        seconds = chaos_seconds(os.environ.get("CHAOS", ""))
        refuse_lacking()
        with ExitStack() as stack:
            stack.enter_context(holding(FOLDER, ROLES, utc_now()))
            return _run(stack, stop, seconds, seed)
    except XunjianError as error:
        sys.stderr.write(f"错误：{error}\n")
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        sys.stderr.write(f"错误：写不了数据目录或起不了程序{place}（{system_words(error)}）；请处理后再执行一次\n")
    return INTERRUPTED if stop.is_set() else BAD_INPUT


def chaos_seconds(text: str) -> float:
    """How long things are to be broken; 0 is not at all. Raises InputError."""
    if not text.strip():
        return 0.0
    if not text.strip().isdecimal() or int(text) > LONGEST_CHAOS_SECONDS:
        raise InputError("CHAOS", f"应为故障演练的秒数，整数，最多 {LONGEST_CHAOS_SECONDS}，例如 CHAOS=600")
    return float(text)


def _run(stack: ExitStack, stop: threading.Event, chaos_seconds: float, seed: str) -> int:
    folder, console = FOLDER.absolute(), Console()
    begin_anew(folder)
    history = History(folder / "history.jsonl", seed, utc_now)
    trouble = Trouble(seed, history, is_on=chaos_seconds > 0)
    file = RotatingFile(folder / "xunjian.log")
    stack.callback(file.close)
    configure_logs("json", "info", file)
    console.print(f"集群：3 个 Kafka 节点、PostgreSQL 和 {sum(CREW.values())} 个服务进程，数据在 {folder}；正在启动")
    receiver = stack.enter_context(Receiver(utc_now, trouble))
    house = build(folder, utc_now(), receiver, chaos_seconds > 0, stack)
    settings = load_settings(folder / "settings.yaml", _settings_of(house))
    process = Process("cluster", settings, utc_now, stop)
    host = process.open(stack)
    teller = Teller(house.world, seed, utc_now(), history)
    for service in house.services.values():
        service.start()
    ports = "、".join(f"{one.name} {one.port}" for one in house.services.values())
    screen = Screen(host, console, process.vitals, f"http://127.0.0.1:端口/metrics（{ports}）", house.standing)
    run = Run(house, host, screen, stop)
    with screen.live():
        if chaos_seconds:
            console.print(f"故障演练 {chaos_seconds:.0f} 秒，种子 {seed}（SEED={seed} 重复同一安排）")
            faults = schedule(seed, chaos_seconds, [*house.services, *house.parts])
            chaos = Chaos(faults, house.services, house.parts, history, utc_now)
            _chaos(run, chaos, teller, trouble, chaos_seconds)
            return _judged(run, chaos, teller, history, console)
        _peace(run)
    screen.finish()
    return 0


def _settings_of(house: House) -> dict[str, object]:
    """Of this process, which thaws what is frozen, and therefore waits for no lock of theirs."""
    return {
        "kafka_bootstrap": house.environment["XUNJIAN_KAFKA_BOOTSTRAP"],
        "database_url": f"{house.postgres.url}?options=-clock_timeout%3D{LOCK_MILLISECONDS}",
    }


def _chaos(run: Run, chaos: Chaos, teller: Teller, trouble: Trouble, seconds: float) -> None:
    """Breaks, heals; what is left is to be drained and checked."""
    house = run.house
    deadline = time.monotonic() + seconds
    while not run.stop.is_set() and time.monotonic() < deadline:
        chaos.step()
        if run.is_due("story", STORY_SECONDS):
            teller.step(run.host.clock())
        if run.is_due("visits", VISIT_SECONDS) and house.postgres.is_running and not house.postgres.is_frozen:
            run.try_to(lambda: run.host.store.visits.make_all_due(run.host.clock()))
        run.tick()
    if run.stop.is_set():
        return
    chaos.heal()
    teller.calm()
    trouble.is_on = False
    while not run.stop.is_set() and not chaos.is_whole:
        run.tick()
    house.broker.resume()
    house.postgres.resume()


def _judged(run: Run, chaos: Chaos, teller: Teller, history: History, console: Console) -> int:
    """Drains and checks; the exit status. What is interrupted is not judged: what was still to be done is no loss."""
    if not run.stop.is_set():
        console.print("故障全部恢复，等待处理完毕")
    left = run.until_quiet(DRAIN_SECONDS)
    if run.stop.is_set():
        console.print(f"演练被中断，没有核对；经过 {history.file}", markup=False, soft_wrap=True)
        return INTERRUPTED
    facts = gather(run.house, run.host, teller, history.operations, FOLDER.absolute())
    keep(facts, FOLDER / "facts.json")
    violations = judge(facts, run.house)
    if left:
        violations.append(Violation("I4", "drain", left))
    for line in lines(facts, violations, chaos.skipped):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"经过 {history.file}　事实 facts.json　日志 {FOLDER.absolute() / 'logs'}", markup=False, soft_wrap=True
    )
    return VIOLATED if violations else 0


def _peace(run: Run) -> None:
    if os.environ.get("ONCE"):
        if left := run.until_quiet(DRAIN_SECONDS):
            raise TransientError(f"{'被中断，' if run.stop.is_set() else ''}没有全部完成：{left}")
        return
    while not run.stop.is_set():
        run.tick()


if __name__ == "__main__":
    sys.exit(main())
