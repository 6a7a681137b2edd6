"""What `xunjian doctor` checks of the machine itself, whatever the settings say, and how it really looks."""

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from services.collector.browser.chromium import BrowserSettings, find_browser, find_driver
from services.collector.browser.process import Browser
from services.collector.browser.sandbox import kernel_value, why_not
from services.collector.platforms.base import Platform
from shared.clock import utc_now
from shared.plugins import discover
from xunjian.checks import browser, clock, machine, packages
from xunjian.checks.diagnosis import Check, Diagnosis
from xunjian.checks.libraries import missing_libraries
from xunjian.checks.patience import within
from xunjian.checks.places import Places

_PROGRAM_SECONDS = 15
_CLOCK_SECONDS = 5
_BROWSER_SECONDS = 90


def checks_of_machine(now: datetime) -> Iterator[Check]:
    """What can be checked without any settings."""
    yield browser_check()
    yield Check("中文字体", lambda: [font_check()])
    yield from surroundings(now)
    yield Check("时钟", lambda: [clock_check(discover("services.collector.platforms", Platform).values(), None)], True)


def surroundings(now: datetime) -> Iterator[Check]:
    """Time zone and temporary folder."""
    yield Check("时区", lambda: [machine.check_zone(lambda: ZoneInfo("Asia/Shanghai").utcoffset(_naive(now)))])
    # Python passes over one that is full; browser and driver do not.
    folder = machine.nearest(Path(os.environ.get("TMPDIR") or tempfile.gettempdir()))
    yield Check("临时文件夹", lambda: [machine.check_temporary(folder, machine.space_of(folder))])


def _naive(now: datetime) -> datetime:
    return now.replace(tzinfo=None)


def hosts_of(platforms: Iterable[Platform | type[Platform]]) -> list[str]:
    """One of each platform, in which there is a page at all."""
    return [_openable(one.hosts) for one in platforms if one.hosts]


def _openable(hosts: Sequence[str]) -> str:
    return next((host for host in hosts if host.count(".") > 1), hosts[0])


def clock_check(platforms: Iterable[type[Platform]], egress: str | None) -> Diagnosis:
    """`egress`: the proxy through which the platforms are reached."""
    hosts = hosts_of(platforms)
    ask = lambda host: within(_CLOCK_SECONDS, lambda: clock.date_of(host, egress))  # noqa: E731
    return clock.check_clock(utc_now(), clock.offsets_of(hosts, ask, utc_now))


def font_check() -> Diagnosis:
    """Chinese fonts, or what root has to install."""
    remedy = packages.this_system().line([packages.FONTS])
    return machine.check_fonts(chinese_families, remedy)


def chinese_families() -> list[str]:
    """Raises OSError when they cannot be listed."""
    return sorted(filter(None, _output("fc-list", ":lang=zh-cn", "family").splitlines()))


def browser_check(settings: BrowserSettings | None = None, places: Places | None = None) -> Check:
    """Without settings, of the browser that would be found on this machine."""
    settings, places = settings or BrowserSettings(), places or Places()
    return Check("浏览器", lambda: _browser(settings, places), True)


def _browser(settings: BrowserSettings, places: Places) -> Iterator[Diagnosis]:
    if settings.sandbox:
        yield from browser.check_sandbox(os.geteuid(), kernel_value, places.of("browser.sandbox"))
    elif settings.sandbox is None:
        yield browser.tell_sandbox(why_not())
    found = settings.executable or find_browser()
    chosen = settings.model_copy(update={"executable": found})
    yield browser.check_browser(
        found,
        browser.Looks(find_driver(), missing_libraries, lambda: within(_BROWSER_SECONDS, lambda: started(chosen))),
        packages.this_system(),
        places.of("browser.executable"),
        () if _has_fonts() else (packages.FONTS,),
    )


def _has_fonts() -> bool:
    try:
        return bool(chinese_families())
    except OSError:
        return False


def started(settings: BrowserSettings) -> str:
    """The version of a browser that was really started. Raises TransientError."""
    with _another_home():
        chromium = Browser(settings, utc_now)
        try:
            return f"Chromium {chromium.check()}"
        finally:
            chromium.close()


@contextmanager
def _another_home() -> Iterator[None]:
    """A browser leaves caches and settings in its user's folder; the doctor leaves nothing."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        own = {name: os.environ.get(name) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
        os.environ.update(dict.fromkeys(own, folder))
        try:
            yield
        finally:
            for name, value in own.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value


def _output(*command: str) -> str:
    """What a program prints. Raises OSError when it cannot be started, fails, or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PROGRAM_SECONDS, check=True)  # noqa: S603
    except subprocess.SubprocessError as error:
        raise OSError(str(error)) from error
    return done.stdout
