"""Small inputs after public bug reports, kept apart from the project: what is right is written beside them."""

import json
from datetime import datetime
from typing import Any

import pytest

from services.collector.capture import Capture, Reading
from services.collector.platforms.base import Platform
from shared.plugins import discover
from tests.paths import SHARED, needs_shared

FOLDER = SHARED / "cases" / "pages"
CASES = [json.loads(line) for line in (FOLDER / "expected.jsonl").read_text().splitlines()] if FOLDER.is_dir() else []


def read(case: dict[str, Any]) -> Reading:
    platform = discover("services.collector.platforms", Platform)[case["platform"]]()
    capture = Capture(body=(FOLDER / case["file"]).read_bytes(), at=datetime.fromisoformat(case["at"]))
    return platform.read([capture])


@needs_shared
@pytest.mark.captures
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_a_reported_case_is_read_right(case: dict[str, Any]) -> None:
    reading = read(case)
    assert reading.outcome in case.get("outcome", [reading.outcome])
    assert reading.outcome not in case.get("must_not", [])
    assert reading.covers in case.get("covers", [reading.covers])
    numbers = case.get("n_posts", len(reading.posts))
    assert len(reading.posts) in (numbers if isinstance(numbers, list) else [numbers])
    account = reading.account.model_dump() if reading.account else {}
    assert account.get("status") not in case.get("status_not", [])
    assert {name: account.get(name) for name in case.get("account", {})} == case.get("account", {})
    newest = max((post.published_at for post in reading.posts if post.published_at), default=None)
    if "newest" in case:
        assert newest is not None
        assert newest.date() == datetime.fromisoformat(case["newest"]).date()
