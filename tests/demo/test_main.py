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
            said = [process.stdout.readline().strip() for _ in range(4)]
            address = urlsplit(said[2].removeprefix("export XUNJIAN_BROWSER__PROXY="))
            assert said[3].startswith("export XUNJIAN_BROWSER__PROXY_SPKI=")
            with socket.create_connection((address.hostname or "", address.port or 0), timeout=5):
                pass
            process.send_signal(signal.SIGINT)
            assert process.wait(10) == 0
        finally:
            process.kill()
