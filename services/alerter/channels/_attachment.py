"""A file in a mail, under a Chinese name that mail programs of every age show."""

from base64 import b64encode
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.policy import SMTP
from email.utils import encode_rfc2231
from typing import Any, cast

from services.alerter.text import one_line
from shared.report_file import Attachment

POLICY = SMTP.clone(refold_source="none")
"""Headers as they are written here: cut into pieces (name*0*, name*1*) old programs do not put them together."""
_PIECE_BYTES = 42
"""In base64 with its frame under the 75 characters of an encoded word."""


def attach(mail: EmailMessage, file: Attachment) -> None:
    """The name twice, as Thunderbird does: by RFC 2231 for programs that know it, and as an encoded word in the type's
    `name`, which Outlook, Foxmail, Coremail, QQ and 163 read."""
    name = one_line(file.name).replace('"', "＂").replace("/", "／").replace("\\", "＼")
    mail.make_mixed()
    kind, _, subtype = file.media_type.partition("/")
    part = MIMEApplication(file.body, subtype)
    part.replace_header("Content-Type", f'{kind}/{subtype};\r\n name="{_encoded_words(name)}"')
    part["Content-Disposition"] = f"attachment;\r\n filename*={encode_rfc2231(name, 'utf-8')}"
    mail.attach(cast("Any", part))


def _encoded_words(text: str) -> str:
    """Cut between characters, never inside one."""
    pieces, piece = [], b""
    for sign in text:
        if len(piece) + len(sign.encode()) > _PIECE_BYTES:
            pieces.append(piece)
            piece = b""
        piece += sign.encode()
    return "\r\n ".join(f"=?utf-8?B?{b64encode(one).decode()}?=" for one in (*pieces, piece))
