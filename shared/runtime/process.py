"""This process, as others are told of it."""

import os
import secrets
import socket


def unique_owner() -> str:
    """A name for leases that no other process has or will have: `host-pid-8 hex digits`."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
