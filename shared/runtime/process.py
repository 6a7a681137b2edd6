"""This process, as others are told of it."""

import itertools
import os
import secrets
import socket
from functools import cache
from pathlib import Path

_numbers = itertools.count(1)


def is_dead(owner: str) -> bool:
    """True when `owner` was another process of this machine and is no more; false where one cannot tell."""
    host, _, rest = owner.rpartition("-")[0].rpartition("-")
    if host != socket.gethostname() or not rest.isdigit():
        return False
    pid = int(rest)
    return pid == os.getpid() or not Path(f"/proc/{pid}").exists()


@cache
def member_name() -> str:
    """This process's, which no other has or will have: `host-pid-8 hex digits`."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def unique_owner() -> str:
    """A name for leases, another at each call: the member's and a number."""
    return f"{member_name()}.{next(_numbers)}"
