"""xunjian on a machine whose clock is off: `python -m tests.off_clock DAYS run --once ...`.

Only what the product itself reads is set off. A preloaded clock for the whole process tree (faketime) is no trial of
the product: under it the browser and Python's own waits stop for good.
"""

import sys
from datetime import datetime, timedelta

import shared.clock

true_now = shared.clock.utc_now


def main() -> None:
    off = timedelta(days=float(sys.argv.pop(1)))

    def utc_now() -> datetime:
        return true_now() + off

    shared.clock.utc_now = utc_now
    from xunjian.__main__ import main as xunjian

    xunjian()


if __name__ == "__main__":
    main()
