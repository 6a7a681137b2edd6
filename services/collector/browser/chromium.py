"""Where a Chromium is and how it is to be run."""

import importlib.util
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.collector.browser.reach import reach_arguments

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ENDINGS = ("png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "mp4", "m3u8", "webm", "mp3", "m4a", "css")
_FONTS = ("woff", "woff2", "ttf", "otf")
BLOCKED = [f"*.{ending}{tail}" for ending in (*_ENDINGS, *_FONTS) for tail in ("", "?*")]
"""For Network.setBlockedURLs and not route(): interception switches the HTTP cache off and costs more than it saves."""


class BrowserSettings(BaseModel):
    """The settings' `browser:`, how the collector reaches the platforms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    executable: Path | None = None
    """Null: a Chrome or Chromium found on this machine."""
    proxy: str | None = Field(
        default=None, repr=False, examples=["http://10.0.0.1:3128"], pattern=r"^https?://[^\s/?#]+/?$"
    )
    """Egress proxy, `http://user:password@host:port`."""
    proxy_spki: str | None = None
    """Base64 SHA-256 of the public key of a proxy that inspects TLS: trusted beside the public authorities."""
    user_agent: str | None = Field(default=None, examples=["Mozilla/5.0（只用英文字符）"], pattern=r"^[\x20-\x7e]+$")
    storage_state: Path | None = None
    """Folder of sealed logins, `<platform>/<name>.session`, and of `<platform>.json` Playwright storage states (logins
    kept by hand); readable by their owner only."""
    session_key: str | None = Field(
        default=None,
        repr=False,
        examples=["32 字节的 base64，44 个字符（用 openssl 生成）"],
        pattern=r"^[A-Za-z0-9+/]{43}=$",
    )
    """32 bytes in base64, with which logins are sealed."""
    more_hosts: tuple[Annotated[str, Field(pattern=r"^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$")], ...] = Field(
        default=(), examples=[["*.example.cn"]]
    )
    """Beside the platforms' own, hosts that pages may reach (`*.example.cn`: all below). No others are reached, but
    behind a proxy that asks for a password."""
    headless: bool = True
    sandbox: bool | None = None
    """Chromium's own sandbox: needs a user other than root and user namespaces. Null: wherever both are there."""
    max_memory_bytes: int = Field(default=1_500_000_000, ge=300_000_000)
    """What browser and driver may take together (PSS) before both are started anew, between two visits."""
    timeout_seconds: float = Field(default=30, gt=0, le=600)
    """For one whole visit."""
    settle_seconds: float = Field(default=1, gt=0, le=60)
    """Quiet time after which a loaded page is taken to ask for nothing more (a block page, a login wall)."""
    max_body_bytes: int = Field(default=20_000_000, gt=0)


def arguments(settings: BrowserSettings, reach: Sequence[str]) -> list[str]:
    """What Chromium is started with besides Playwright's own.

    `reach`: hosts, and nothing else, for pages, what they load and where they are redirected; none is any.
    """
    spki = settings.proxy_spki
    return [
        *reach_arguments(reach, settings.proxy),
        *([f"--ignore-certificate-errors-spki-list={spki}"] if spki else []),
    ]


def find_browser(*, with_window: bool = False) -> Path | None:
    """A Chromium that can be driven: Debian's headless shell first (half the CPU), then what else is installed."""
    for name in NAMES[with_window:]:
        if found := shutil.which(name):
            return Path(found)
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    for pattern in ("chromium_headless_shell-*/*/*headless*shell", "chromium-*/*/chrome")[with_window:]:
        if installed := sorted(folder.glob(pattern)):
            return installed[-1]
    return None


def find_driver() -> Path:
    """Playwright's own program, which drives the browser; told without loading Playwright."""
    spec = importlib.util.find_spec("playwright")
    return Path((spec and spec.origin) or "").parent / "driver" / "node"
