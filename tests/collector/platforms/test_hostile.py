"""A reader never raises and never runs away, whatever comes: depth, length, NULs, wrong kinds of values."""

import json

import pytest

from services.collector.capture import Capture
from services.collector.platforms.base import Platform
from shared.plugins import discover
from tests.collector.platforms.facts import NOW, account

PLATFORMS = {name: found() for name, found in discover("services.collector.platforms", Platform).items()}
LONG = 300_000
HOSTILE = [
    *(sign * (LONG // len(sign)) for sign in ("a", "<", "{", "[", "\u3000", "\n", "&", "(", "\x00", '"', "<!--", "</rss>")),
    "<div>" * 60_000,
    '{"data":' * 100_000,
    "[" * 100_000 + "]" * 100_000,
    f"<html><script>var msgList = '{'<' * LONG}",
    f"<html><script>window.cgiDataNew = {{{'a:' * LONG}",
    f"<rss version='2.0'><channel><title>{chr(10) * LONG}</title><item><title>{'<' * 10_000}",
    f"BASE_DATA articleInfo: {{ title: '{'x' * LONG}",
    json.dumps({"status_code": 0, "user": {"sec_uid": "M" * LONG, "nickname": "\x00" * LONG, "aweme_count": 10**40}}),
    json.dumps({"ok": 1, "data": {"userInfo": {"id": 5, "screen_name": "\ud800" * LONG, "statuses_count": "9" * 24}}}),
]  # fmt: skip


@pytest.mark.parametrize("name", PLATFORMS)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_text_is_read_without_raising_and_stays_small(name: str, text: str) -> None:
    capture = Capture(body=text.encode("utf-8", "surrogatepass"), at=NOW)
    for wanted in (None, account(name, "2803301701")):
        reading = PLATFORMS[name].read([capture], wanted)
        assert len(reading.model_dump_json().encode()) < 900_000
