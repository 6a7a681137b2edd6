"""One trace from a visit to its message; what comes from outside malformed is no trace."""

import io
import json

import pytest
import structlog

from shared.runtime.logs import configure_logs
from shared.trace import Trace, current_trace, traced, traced_together

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_trace_is_read_as_it_was_written() -> None:
    trace = Trace.begun()
    assert Trace.of_header(trace.header) == trace
    assert Trace.begun().id != trace.id
    assert Trace.of_header(GOOD) == Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert Trace.of_header(f"01{GOOD[2:]}-more") == Trace.of_header(GOOD)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "00",
        f"{GOOD}-more",
        f"ff{GOOD[2:]}",
        GOOD.upper(),
        f"{GOOD}\n",
        f" {GOOD}",
        GOOD.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        GOOD.replace("b7ad6b7169203331", "0" * 16),
        GOOD.replace("0af", "０ａｆ"),
        "01-" + "a" * 100_000,
        "\udc80",
    ],
)
def test_what_is_malformed_is_no_trace(text: str | None) -> None:
    assert Trace.of_header(text) is None


def test_every_line_of_the_work_names_its_trace() -> None:
    lines = io.StringIO()
    configure_logs("json", "info", lines)
    log = structlog.get_logger("test")
    one, other = Trace.begun(), Trace.begun()
    with traced(one):
        log.info("inside")
        with traced(None):
            log.info("still inside")
        with traced_together([one.header, None, "malformed", other.header, one.header]):
            log.info("for both")
    log.info("outside")
    told = [json.loads(line).get("trace_id") for line in lines.getvalue().splitlines()]
    assert told == [one.id, one.id, f"{one.id},{other.id}", None]
    assert current_trace() is None
