"""A real HTTP server that speaks S3: moto's, in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from shared.evidence.options import BucketSettings

BUCKET = "evidence"
_SECONDS = 60


def settings_of(endpoint: str, **other: object) -> BucketSettings:
    said = {"endpoint": endpoint, "bucket": BUCKET, "access_key": "AKIAQINGHE", "secret_key": "not-so-secret"}
    return BucketSettings.model_validate(said | {"timeout_seconds": 5} | other)


@contextmanager
def s3_server(unchecked: int | None = None) -> Iterator[str]:
    """Its endpoint. There are no buckets yet. `unchecked`: after so many requests keys and signatures are checked."""
    port = free_port()
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    if unchecked is not None:
        environment["INITIAL_NO_AUTH_ACTION_COUNT"] = str(unchecked)
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _wait(port: int) -> None:
    give_up_at = time.monotonic() + _SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)
        else:
            return
