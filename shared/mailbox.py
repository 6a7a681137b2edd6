"""A mail address as settings and ledger take it, and as it may be shown."""

import re
from typing import Annotated

from pydantic import AfterValidator

PATTERN = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


def masked(address: str) -> str:
    """`z***@edu.example.gov.cn`: enough to find it in the ledger."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"


def _checked(address: str) -> str:
    if not PATTERN.fullmatch(address):
        raise ValueError("不是邮箱；请填完整的邮箱，如 office@example.gov.cn，一项一个")
    return address


Mailbox = Annotated[str, AfterValidator(_checked)]
