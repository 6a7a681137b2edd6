"""What an operator hands in and what the analyzer makes of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import Result

from services.analyzer.__main__ import build as build_analyzer
from shared.errors import InputError
from shared.event_json import read
from shared.events import Finding, Post, Probe
from shared.runtime.opening import open_host
from shared.runtime.settings import Settings
from tests.builders import NOW, held_at
from tests.collector.exports import making

WECHAT, DOUYIN = "wechat/" + making.BIZ, "douyin/MS4wLjABAAAAqinghe0000000000000000"
END = datetime(2026, 11, 20, 16, tzinfo=UTC)
Run = Callable[..., Result]


def refusal(result: Result) -> str:
    assert isinstance(result.exception, InputError), result.output
    return str(result.exception)


def judged(folder: Path, *before: Post | Probe) -> tuple[list[Post], list[Probe], list[Finding]]:
    """What the analyzer makes of all that was published."""
    with open_host(Settings(data_dir=folder), lambda: NOW, "test") as host:
        if before:
            host.bus.publish(list(before))
        analyzer = build_analyzer(host)
        while analyzer.step(NOW):
            pass
        analyzer.close()
        with host.store.events.observed() as bodies:
            events = [read(Probe, body) if '"probe"' in body[:20] else read(Post, body) for body in bodies]
        findings = held_at(host.store, NOW)
    posts = [event for event in events if isinstance(event, Post)]
    return posts, [event for event in events if isinstance(event, Probe)], findings


def silences(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.rule.startswith("silent")]
