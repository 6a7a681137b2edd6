"""This process, as others are told of it."""

import os
import secrets
import socket
from pathlib import Path


def is_dead(owner: str) -> bool:
    """True when `owner` was another process of this machine and is no more; false where one cannot tell."""
    host, _, rest = owner.rpartition("-")[0].rpartition("-")
    if host != socket.gethostname() or not rest.isdigit():
        return False
    pid = int(rest)
    return pid == os.getpid() or not Path(f"/proc/{pid}").exists()


def unique_owner() -> str:
    """A name for leases that no other process has or will have: `host-pid-8 hex digits`."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
