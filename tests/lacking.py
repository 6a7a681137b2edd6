"""What this machine lacks, and what was therefore not tested: one line at the end of a run.

With XUNJIAN_TEST_EVERYTHING set, as CI has it, a run that skipped anything has failed; but for what only another
folder of the checkout would mend, which no installing does.
"""

import os
from collections import Counter

import pytest

EVERYTHING = "XUNJIAN_TEST_EVERYTHING"
OF_THIS_FOLDER = "this checkout"
_reasons = pytest.StashKey[Counter[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_reasons] = Counter()
    config.pluginmanager.register(_Listener(config), "lacking")


class _Listener:
    def __init__(self, config: pytest.Config) -> None:
        self._reasons = config.stash[_reasons]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._reasons[reason_of(report)] += 1


def reason_of(report: pytest.TestReport) -> str:
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return said.removeprefix("Skipped: ")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if is_refused(session.config.stash[_reasons]) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if reasons := config.stash[_reasons]:
        terminalreporter.write_line(sentence(reasons), yellow=True)


def is_refused(reasons: Counter[str]) -> bool:
    return bool(os.environ.get(EVERYTHING)) and any(not reason.startswith(OF_THIS_FOLDER) for reason in reasons)


def sentence(reasons: Counter[str]) -> str:
    """One line."""
    told = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common())
    refused = f" [{EVERYTHING} is set: this run has failed]" if is_refused(reasons) else ""
    return f"skipped {reasons.total()}: {told}{refused}"
