"""`python -m demo`, as somebody would start it by hand."""

import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

from tests.paths import ROOT


def test_it_says_where_it_listens_and_ends_on_ctrl_c() -> None:
    process = subprocess.Popen([sys.executable, "-m", "demo"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with process:
        try:
            assert process.stdout
            address = urlsplit(process.stdout.readline().strip().partition("：")[2])
            assert "公钥" in process.stdout.readline()
            with socket.create_connection((address.hostname or "", address.port or 0), timeout=5):
                pass
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
        finally:
            process.kill()
