"""The person who logs in, at a terminal and with a phone."""

import os
import select
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import typer

from services.alerter.message import Message, MessageEvent
from services.alerter.own import Destination
from services.alerter.routes import OPERATORS
from services.collector.browser.qr import Luminance, as_text, grid_of
from services.collector.logins.base import Step
from shared.account import PLATFORM_NAMES
from shared.clock import Clock, chinese_time, to_shanghai
from shared.errors import InputError, PermanentError, TransientError
from shared.events import Severity
from shared.folders import make_folder
from shared.report_file import Attachment
from shared.system_words import system_words

MOST_SENT = 6
"""Codes sent to a channel: one lives for minutes, and a group that is asked all night looks away."""
_DARK_GROUND = "\x1b[0;97;40m"
_AS_BEFORE = "\x1b[0m"


class AtTerminal:
    """Shows QR codes in the terminal, in a file and by a channel, and asks for codes that came to a phone."""

    def __init__(self, file: Path, destinations: Sequence[Destination], platform: str, clock: Clock) -> None:
        self._file = file
        self._destinations = destinations
        self._platform = PLATFORM_NAMES.get(platform, platform)
        self._clock = clock
        self._codes = 0
        self._is_written = False

    def check(self) -> None:
        """Raises InputError where a file is there already: ours is deleted in the end, another's must not be."""
        if os.path.lexists(self._file):
            raise _taken(self._file)

    def told(self, step: Step) -> None:
        typer.echo(f"{to_shanghai(self._clock()):%H:%M:%S} {step.words}")

    def shown(self, png: bytes, picture: Luminance | None) -> None:
        self._codes += 1
        self._write(png)
        grid = grid_of(picture) if picture else None
        if grid is not None:
            text = as_text(grid)
            rows = (f"{_DARK_GROUND}{row}{_AS_BEFORE}" for row in text.split("\n")) if sys.stdout.isatty() else [text]
            typer.echo("\n".join(rows))
        else:
            typer.echo("这个二维码在终端里画不出来，请打开图片扫描")
        typer.echo(f"二维码图片：{self._file}")
        if self._codes <= MOST_SENT:
            self._send(png)

    def code(self, seconds: float) -> str | None:
        """Null too where nobody can type."""
        typer.echo("请输入手机收到的验证码，按回车：", nl=False)
        with suppress(OSError, ValueError):
            if select.select([sys.stdin], [], [], seconds)[0]:
                return "".join(sys.stdin.readline().split()) or None
        typer.echo("")
        return None

    def leave(self) -> None:
        """A code that was used logs nobody in, and is no use to anybody."""
        if self._is_written:
            self._is_written = False
            with suppress(OSError):
                self._file.unlink(missing_ok=True)

    def _write(self, png: bytes) -> None:
        """Its owner's alone, as who scans it first decides whose login it is; never over a file that is not ours."""
        self.leave()
        try:
            make_folder(self._file.parent)
            handle = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._is_written = True
            with os.fdopen(handle, "wb") as stream:
                stream.write(png)
        except FileExistsError as error:
            raise _taken(self._file) from error
        except OSError as error:
            raise InputError(
                str(self._file), f"二维码图片写不进去（{system_words(error)}）；请用 --picture 换一处"
            ) from error

    def _send(self, png: bytes) -> None:
        now = self._clock()
        for destination in self._destinations:
            try:
                destination.channel.send_file(_message(self._platform, now), _attachment(png), now)
                typer.echo(f"二维码已发到渠道 {destination.shown}")
            except (TransientError, PermanentError) as error:
                typer.echo(f"二维码没有发到渠道 {destination.shown}：{destination.said(str(error))}")


def _taken(file: Path) -> InputError:
    return InputError("--picture", f"{file} 已经存在，不会覆盖；请换一个文件名")


def _message(platform: str, now: datetime) -> Message:
    return Message(
        event=MessageEvent.NOTICE,
        unit=OPERATORS,
        title=f"【{MessageEvent.NOTICE.words}】请扫码登录{platform}",
        lines=(
            f"{chinese_time(now)}有人在服务器上执行了 xunjian login，请用{platform}扫描所附的二维码并确认登录。",
            "二维码几分钟后失效，届时会再发一张。不是本单位人员操作的，请不要扫描。",
        ),
        severity=Severity.UNVERIFIED,
        at=now,
    )


def _attachment(png: bytes) -> Attachment:
    return Attachment(name="登录二维码.png", media_type="image/png", body=png)
