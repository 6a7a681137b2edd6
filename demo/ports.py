"""Ports of this machine that nobody uses."""

import socket


def free_ports(count: int) -> list[int]:
    """All of them open at once for a moment, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(opened.getsockname()[1]) for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports
