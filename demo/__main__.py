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
        sys.stdout.write(_words(proxy))
        sys.stdout.flush()
        while True:
            # In short pieces: a wait without end misses a Ctrl+C that another thread happens to receive.
            time.sleep(0.5)


def _words(proxy: Proxy) -> str:
    return (
        f"示例台账：{LEDGER}\n让采集经过模拟平台，请在另一个终端设置（按 Ctrl+C 结束）：\n"
        f"export XUNJIAN_BROWSER__PROXY={proxy.url}\nexport XUNJIAN_BROWSER__PROXY_SPKI={proxy.spki}\n"
    )


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.stdout.write("\n")
