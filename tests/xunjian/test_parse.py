"""`parse` prints one JSON object, from the collector's own code."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shared.errors import InputError
from xunjian.app import make_app

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>青禾要闻</title><item><title>开工</title>
<link>https://feeds.qinghe.example/1</link><pubDate>Sat, 21 Nov 2026 08:00:00 +0800</pubDate></item></channel></rss>"""


def parsed(file: Path, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(make_app(), ["parse", str(file), *options])
    assert result.exit_code == 0, result.output
    value: dict[str, Any] = json.loads(result.stdout)
    return value


def test_a_saved_feed_is_one_json_object_with_beijing_times(tmp_path: Path) -> None:
    file = tmp_path / "saved.xml"
    file.write_text(FEED, encoding="utf-8")
    value = parsed(file, "--platform", "feed")
    assert value["outcome"] == "ok"
    assert value["account"]["name"] == "青禾要闻"
    (post,) = value["posts"]
    assert post["published_at"] == "2026-11-21T08:00:00+08:00"
    assert (post["kind"], post["comments"], post["ad_signals"]) == ("unknown", "unknown", [])


def test_a_gzipped_file_is_read_alike(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.xml", tmp_path / "a.xml.gz"
    plain.write_text(FEED, encoding="utf-8")
    packed.write_bytes(gzip.compress(FEED.encode()))
    assert parsed(plain, "--platform", "feed") == parsed(packed, "--platform", "feed")


def test_relative_times_are_counted_from_at(tmp_path: Path) -> None:
    file = tmp_path / "cards.json"
    user = {"id": 1000000001, "screen_name": "青禾"}
    blog = {"id": "4383487819465288", "created_at": "5分钟前", "text": "通知", "user": user, "reposts_count": 0}
    info = {"containerid": "1076031000000001"}
    cards = {"ok": 1, "data": {"cards": [{"card_type": 9, "mblog": blog}], "cardlistInfo": info}}
    file.write_text(json.dumps(cards))
    value = parsed(file, "--platform", "weibo", "--at", "2026-11-21T08:00:00")
    assert value["posts"][0]["published_at"] == "2026-11-21T07:55:00+08:00"


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("nowhere.json", None, ["--platform", "weibo"], "nowhere.json"),
        ("a.json", b"{}", ["--platform", "myspace"], "myspace"),
        ("a.json", b"{}", ["--platform", "weibo", "--at", "yesterday"], "ISO 8601"),
        ("a.gz", gzip.compress(b"{}")[:-6], ["--platform", "weibo"], "不完整"),
        ("b.gz", gzip.compress(b"{}")[:10] + b"\xff" * 20, ["--platform", "weibo"], "不完整"),
    ],
)
def test_bad_input_names_the_place(
    tmp_path: Path, name: str, content: bytes | None, options: list[str], message: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    result = CliRunner().invoke(make_app(), ["parse", str(file), *options])
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)


def test_a_page_that_proves_nothing_is_no_evidence(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("<html><title>hello</title></html>")
    for platform in ("wechat", "weibo", "douyin", "toutiao", "feed"):
        assert parsed(file, "--platform", platform)["outcome"] not in ("ok", "empty")


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_holds_more_than_any_page_is_refused_in_one_sentence(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / "bomb"
    with gzip.open(file, "wb", compresslevel=1) if packed else file.open("wb") as opened:
        for _ in range(61):
            opened.write(bytes(1_000_000))
    result = CliRunner().invoke(make_app(), ["parse", str(file), "--platform", "weibo"])
    assert isinstance(result.exception, InputError)
    assert "超过 50 MB" in str(result.exception)


def test_several_answers_in_one_file_are_read_together(tmp_path: Path) -> None:
    file = tmp_path / "saved.jsonl"
    work = {"aweme_id": "7570000000000000001", "desc": "提醒", "create_time": 1795140000}
    owner = {"sec_uid": "MS4wLjABAAAAabcdefghijklmnopqrstuvwx", "nickname": "某市公安", "aweme_count": 3}
    answers: list[Any] = [
        {"status_code": 0, "user": owner},
        {"status_code": 0, "aweme_list": [work | {"author": owner}], "max_cursor": 0, "has_more": 0},
    ]
    file.write_text("\n".join(json.dumps(one) for one in answers), encoding="utf-8")
    value = parsed(file, "--platform", "douyin")
    assert (value["outcome"], value["covers"], value["account"]["posts_total"]) == ("ok", "list", 3)
