"""A folder of text files, one per message, as an operator would see them."""

import errno
import os
import re
from datetime import datetime
from pathlib import Path

from services.alerter.channels.base import Channel
from services.alerter.message import Message
from shared.clock import to_shanghai
from shared.errors import ChannelError, TransientError
from shared.report_file import Attachment
from shared.system_words import system_words

_PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ESTALE})
"""A full or absent disk may be mended without anybody touching a setting."""


class Inbox(Channel):
    """The name follows from the message, so that a repeat after a crash overwrites its file instead of doubling it."""

    folder: Path

    def send(self, message: Message, now: datetime) -> str:
        text = "\n".join((message.title, "", *message.lines, ""))
        return self._write(self.folder / self._name(message), text.encode("utf-8", "replace"))

    def send_file(self, message: Message, file: Attachment, now: datetime) -> str:
        self._write(self.folder / Path(file.name).name, file.body)
        return self.send(message, now)

    def _write(self, path: Path, body: bytes) -> str:
        # Not under its name yet: whoever watches the folder never meets half a file.
        draft = path.with_suffix(".tmp")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as error:
            if error.errno not in _PASSING:
                raise ChannelError(f"收件夹写不进去（{system_words(error)}）；请核对文件夹及其权限") from error
            raise TransientError(f"收件夹暂时写不进去（{system_words(error)}）；请清理磁盘") from error
        return f"已写入 {path}"

    def _name(self, message: Message) -> str:
        kind = message.event.words
        unit = re.sub(r"[^\w（）-]", "", message.unit)[:30]
        return f"{to_shanghai(message.at):%Y%m%d-%H%M}_{kind}_{unit}_{message.id[:8]}.txt"
