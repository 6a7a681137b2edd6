"""WeChat: every saved page and answer, as it was verified by looking at the file."""

import gzip
from collections import Counter
from datetime import UTC, datetime

import pytest

from services.collector.capture import Capture, Reading
from services.collector.platforms.wechat import WeChat
from shared.events import Coverage, Kind, Outcome
from tests.paths import SHARED, needs_shared

FOLDER = SHARED / "captures" / "wechat"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def read(body: bytes) -> Reading:
    return WeChat().read([Capture(body=body, at=NOW)])


def saved(name: str) -> bytes:
    body = (FOLDER / name).read_bytes()
    return gzip.decompress(body) if name.endswith(".gz") else body


# name, account id and name, posts, newest publish time, kinds (original, repost, unknown), comments
EVIDENCE: list[tuple[str, str | None, str | None, int, str | None, tuple[int, int, int], str, str]] = [
    ("account-about-company-migrated-renamed.html", "MzI0Nzg2MTExMA==", "深蓝保", 0, None, (0, 0, 0), "", "profile"),
    ("account-about-personal-ruanyifeng.html", "ruanyf-blog", None, 0, None, (0, 0, 0), "", "profile"),
    ("account-about-public-institution-beijing-54-middle-school.html", "MzAxODU1ODg2Mg==", None, 0, None, (0, 0, 0), "", "profile"),
    ("account-about-service-account-pizza-hut.html", "MjM5OTM0OTE1Mg==", None, 0, None, (0, 0, 0), "", "profile"),
    ("appmsg-list-ex-2020.jsonl", "MjM5MDQ4MzU5NQ==", None, 26, "2020-11-06T13:55:46", (0, 0, 26), "unknown", "list"),
    ("article-2018-media-changjiang-daily-voice.html", "gh_09f57d9c1048", "长江日报", 1, "2018-03-18T21:30:00", (0, 0, 1), "unknown", "item"),
    ("article-2018-media-huashang-daily.html", "wxid_9443134431811", "华商报", 1, "2018-04-05T22:56:20", (0, 0, 1), "unknown", "item"),
    ("article-2018-original-tag-qqmusic.html", "gh_bdbd9b1b592d", "闲云野鹤古刹", 1, "2018-04-07T14:21:55", (1, 0, 0), "unknown", "item"),
    ("article-2020-rendered-relative-date-yesterday.html", "gh_3fb3f07c5c4a", "爱否科技", 1, "2020-02-12T14:17:54", (0, 0, 1), "unknown", "item"),
    ("article-2025-image-share-36kr.html.gz", "gh_240fbf8b33e4", "36氪", 1, "2025-11-05T10:30:00", (0, 0, 1), "unknown", "item"),
    ("article-2025-logged-in-comment-enabled-audio.html.gz", "gh_bc6c492e205e", "金榜时代官微", 1, "2025-12-04T10:00:51", (0, 0, 1), "open", "item"),
    ("article-2025-not-original-anonymous.html.gz", "gh_fe02be2b2ff0", "轩辕的编程宇宙", 1, "2025-11-10T04:00:10", (0, 0, 1), "open", "item"),
    ("article-2025-original-with-read-more-source-url.html.gz", "gh_2f5c59ad6e1e", "阮一峰的网络日志", 1, "2025-11-07T00:31:48", (1, 0, 0), "open", "item"),
    ("article-2025-reprint-source-card-36kr.html.gz", "gh_240fbf8b33e4", "36氪", 1, "2025-11-11T00:06:46", (0, 1, 0), "open", "item"),
    ("article-2025-text-share-anonymous.html.gz", "gh_fe02be2b2ff0", "轩辕的编程宇宙", 1, "2025-10-07T06:13:11", (0, 0, 1), "open", "item"),
    ("article-2026-original-tappable-author-logged-in.html.gz", "gh_ee2320e6a2ac", "左岸读书", 1, "2026-01-02T09:39:33", (1, 0, 0), "open", "item"),
    ("cgidata-image-share-2025-10.json", "gh_7aed10cde089", "神光的编程秘籍", 1, "2025-10-30T02:12:29", (0, 0, 1), "open", "item"),
    ("cgidata-original-personal-2025-11.json", "gh_139c40f8a7c6", "波元霸", 1, "2025-11-04T07:59:29", (1, 0, 0), "open", "item"),
    ("cgidata-reprint-editor-note-2025-11.json", "gh_fe02be2b2ff0", "轩辕的编程宇宙", 1, "2025-11-06T00:55:11", (0, 1, 0), "open", "item"),
    ("cgidata-text-share-2025-10.json", "gh_7aed10cde089", "神光的编程秘籍", 1, "2025-10-15T23:30:58", (0, 0, 1), "open", "item"),
    ("getmsg-list-appso.jsonl", "MjM5MjAyNDUyMA==", None, 53, "2019-09-27T09:57:00", (14, 17, 22), "unknown", "list"),
    ("getmsg-list-jijianshi.jsonl", "MzIxNzYzODAyNw==", None, 34, "2019-10-03T03:11:00", (5, 19, 10), "unknown", "list"),
    ("getmsg-list-nanfang-zhoumo.jsonl", "Njk5MTE1", None, 83, "2019-09-28T14:54:23", (22, 11, 50), "unknown", "list"),
    ("sogou-profile-last-10-messages-2017.html", "MjM5MjAzODU2MA==", "槽边往事", 10, "2017-07-24T05:04:46", (8, 0, 2), "unknown", "list"),
    ("sogou-search-accounts-2017.html", None, None, 9, "2017-07-23T01:38:56", (0, 0, 9), "unknown", "timeline"),
    ("sogou-search-articles-2017.html", None, None, 10, "2017-07-07T10:49:17", (0, 0, 10), "unknown", "timeline"),
]  # fmt: skip

NO_EVIDENCE = [
    ("article-deleted-by-author-zh.html", Outcome.GONE, "发布者删除", None),
    ("article-violation-over-marketing-zh.html", Outcome.GONE, "涉嫌过度营销", "gh_7aed10cde089"),
    ("content-temporarily-unavailable.html", Outcome.GONE, "暂时无法查看", None),
    ("article-temp-link-expired-2018.html", Outcome.GONE, "链接已过期", None),
    ("sogou-antispider-captcha-2017.html", Outcome.BLOCKED, "验证码", None),
]


@needs_shared
@pytest.mark.captures
@pytest.mark.parametrize(("name", "own_id", "account", "posts", "newest", "kinds", "comments", "covers"), EVIDENCE)
def test_a_saved_capture_is_read_as_a_person_reads_it(
    name: str,
    own_id: str | None,
    account: str | None,
    posts: int,
    newest: str | None,
    kinds: tuple[int, int, int],
    comments: str,
    covers: str,
) -> None:
    reading = read(saved(name))
    assert (reading.outcome, reading.covers.value, len(reading.posts)) == (Outcome.OK, covers, posts)
    assert (reading.account and reading.account.id, reading.account and reading.account.name) == (own_id, account)
    count = Counter(post.kind for post in reading.posts)
    assert (count[Kind.ORIGINAL], count[Kind.REPOST], count[Kind.UNKNOWN]) == kinds
    assert {post.comments.value for post in reading.posts} == ({comments} if posts else set())
    assert {post.pinned for post in reading.posts} == (set() if not posts else {None} if covers == "item" else {False})
    assert not any(post.ad_signals for post in reading.posts)
    assert all(post.title and "<" not in post.title for post in reading.posts)
    assert len({post.id for post in reading.posts}) == posts
    times = [post.published_at for post in reading.posts if post.published_at]
    assert len(times) == posts
    assert (max(times).strftime("%Y-%m-%dT%H:%M:%S") if times else None) == newest


@needs_shared
@pytest.mark.captures
@pytest.mark.parametrize(("name", "outcome", "words", "own_id"), NO_EVIDENCE)
def test_a_saved_page_without_content_says_what_is_gone(
    name: str, outcome: Outcome, words: str, own_id: str | None
) -> None:
    reading = read(saved(name))
    assert (reading.outcome, reading.covers, reading.posts) == (outcome, Coverage.NOTHING, ())
    assert words in (reading.reason or "")
    assert (reading.account.id if reading.account else None) == own_id


@needs_shared
@pytest.mark.captures
def test_every_saved_capture_is_in_one_of_the_tables() -> None:
    tables = {row[0] for row in EVIDENCE} | {row[0] for row in NO_EVIDENCE}
    assert tables == {file.name for file in FOLDER.iterdir() if file.suffix != ".md"}


@needs_shared
@pytest.mark.captures
def test_the_words_of_an_article_are_kept_without_its_markup() -> None:
    post = read(saved("article-2025-reprint-source-card-36kr.html.gz")).posts[0]
    assert post.id == "2248865513_3"
    assert post.url == "https://mp.weixin.qq.com/s/4HLBydlmsdykQWKzX30EbA"
    assert post.text is not None
    assert post.text.startswith("比小学生满口网络烂梗")
    assert "\n文｜何驰\n编辑｜腾宇\n" in post.text
    assert "<" not in post.text


@needs_shared
@pytest.mark.captures
@pytest.mark.parametrize("name", [row[0] for row in EVIDENCE if row[0].startswith(("article-2025-n", "getmsg-list-j"))])
def test_a_capture_cut_anywhere_never_raises(name: str) -> None:
    body = saved(name)
    for tenth in range(10):
        reading = read(body[: len(body) * tenth // 10])
        assert reading.outcome in (Outcome.OK, Outcome.PARSE_ERROR)
        assert reading.covers is not Coverage.LIST
