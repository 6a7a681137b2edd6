"""`python -m demo`: run the stand-in alone."""

import sys
import time

from demo.internet import Internet
from demo.proxy import Proxy
from demo.stories import LEDGER, demo_world
from shared.clock import utc_now


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with Proxy(Internet(demo_world(utc_now())), port=port) as proxy:
        sys.stdout.write(f"出口代理：{proxy.url}\n代理公钥：{proxy.spki}\n示例台账：{LEDGER}\n按 Ctrl+C 结束。\n")
        sys.stdout.flush()
        while True:
            # In short pieces: a wait without end misses a Ctrl+C that another thread happens to receive.
            time.sleep(0.5)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.stdout.write("\n")
