"""What the administrator must install, in one line for this machine: browser, its libraries and fonts together."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_DEBIAN = {
    "libasound.so.2": "libasound2",
    "libatk-1.0.so.0": "libatk1.0-0",
    "libatk-bridge-2.0.so.0": "libatk-bridge2.0-0",
    "libatomic.so.1": "libatomic1",
    "libatspi.so.0": "libatspi2.0-0",
    "libcairo.so.2": "libcairo2",
    "libcups.so.2": "libcups2",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libexpat.so.1": "libexpat1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgbm.so.1": "libgbm1",
    "libgio-2.0.so.0": "libglib2.0-0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libgtk-3.so.0": "libgtk-3-0",
    "libnspr4.so": "libnspr4",
    "libnss3.so": "libnss3",
    "libnssutil3.so": "libnss3",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libsmime3.so": "libnss3",
    "libstdc++.so.6": "libstdc++6",
    "libudev.so.1": "libudev1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libxcb.so.1": "libxcb1",
    "libXcomposite.so.1": "libxcomposite1",
    "libXdamage.so.1": "libxdamage1",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libXrandr.so.2": "libxrandr2",
}
_OF_64_BIT_TIME = frozenset(
    {"libasound2", "libatk1.0-0", "libatk-bridge2.0-0", "libatspi2.0-0", "libcups2", "libglib2.0-0", "libgtk-3-0"}
)
"""Renamed ...t64 in Debian 13 and Ubuntu 24.04."""
_HEADLESS = (
    *("libasound.so.2", "libatk-1.0.so.0", "libatk-bridge-2.0.so.0", "libatspi.so.0", "libcups.so.2", "libdbus-1.so.3"),
    *("libgbm.so.1", "libnspr4.so", "libnss3.so", "libxkbcommon.so.0", "libXcomposite.so.1", "libXdamage.so.1"),
    *("libXfixes.so.3", "libXrandr.so.2", "libpango-1.0.so.0", "libcairo.so.2"),
)
"""What a Chromium of Playwright's wants of a bare machine."""
BROWSER, FONTS = "browser", "fonts"


@dataclass(frozen=True)
class System:
    """`tool` that installs packages, empty where none is known; `has_new_names`: see _OF_64_BIT_TIME."""

    tool: str
    is_ubuntu: bool = False
    has_new_names: bool = False

    def line(self, wanted: Iterable[str]) -> str:
        """`wanted`: BROWSER, FONTS and file names of libraries. What root has to enter, and what comes after it."""
        wanted = list(dict.fromkeys(wanted))
        if not self.tool:
            return f"请管理员安装：{'、'.join(_SPOKEN.get(one, one) for one in wanted)}"
        names = dict.fromkeys(name for one in wanted for name in self._packages(one))
        update = "apt-get update && " if self.tool == "apt-get" else ""
        line = f"管理员执行：{update}{self.tool} install -y {' '.join(names)}"
        return f"{line}{self._afterwards()}" if BROWSER in wanted else line

    def _packages(self, wanted: str) -> list[str]:
        is_debian = self.tool == "apt-get"
        if wanted == FONTS:
            return ["fontconfig", "fonts-noto-cjk" if is_debian else "'font(:lang=zh-cn)'"]
        if wanted == BROWSER and self.is_ubuntu:
            return [self._debian(library) for library in _HEADLESS]
        if wanted == BROWSER:
            return ["chromium"]
        # rpm finds the package by the library itself, whatever the distribution calls it.
        return [self._debian(wanted)] if is_debian else [f"'{wanted}()(64bit)'"]

    def _debian(self, library: str) -> str:
        name = _DEBIAN.get(library, library)
        return f"{name}t64" if self.has_new_names and name in _OF_64_BIT_TIME else name

    def _afterwards(self) -> str:
        """Ubuntu's chromium is a snap that no service can start; 麒麟 and openEuler may have none at all."""
        if self.is_ubuntu:
            return "；再以运行用户执行 playwright install chromium"
        return (
            "" if self.tool == "apt-get" else "；软件源里没有 chromium 时，以运行用户执行 playwright install chromium"
        )


_SPOKEN = {BROWSER: "Chromium", FONTS: "fontconfig 和中文字体"}


def this_system() -> System:
    """The tool that is there decides: 麒麟 and 统信 come with apt (desktop) and with dnf or yum (server)."""
    tool = next((name for name in ("apt-get", "dnf", "yum") if shutil.which(name)), "")
    return system_of(os_release(Path("/etc/os-release")), tool)


def system_of(told: Mapping[str, str], tool: str) -> System:
    """`told`: what /etc/os-release says."""
    number = told.get("VERSION_ID", "").partition(".")[0]
    version = int(number) if number.isdigit() else 0
    newest = {"debian": 13, "ubuntu": 24}.get(told.get("ID", ""), 1000)
    return System(tool, told.get("ID") == "ubuntu", version >= newest)


def os_release(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
