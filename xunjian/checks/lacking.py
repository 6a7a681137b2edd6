"""`python -m xunjian.checks.lacking`: what is wrong with the browser, and what to install, for scripts/find-browser."""

import sys

from shared.runtime.logs import configure_logs
from xunjian.checks.asked import diagnose
from xunjian.checks.bare_machine import browser_check
from xunjian.checks.diagnosis import Sign


def main() -> None:
    configure_logs("auto", "error")
    for diagnosis in diagnose([browser_check()]):
        if diagnosis.sign is not Sign.GOOD:
            sys.stdout.write(f"{diagnosis.line}\n")


if __name__ == "__main__":
    main()
