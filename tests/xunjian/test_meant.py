"""An account is named as a person would: by its key, its link, or its name."""

import pytest

from shared.errors import InputError
from tests.builders import an_account
from xunjian.typed.meant import account_meant

WEIBO = an_account("1000001", name="青禾发布", url="https://weibo.com/u/1000001")
WECHAT = an_account("MzAwMDAwMDAwMw==", "wechat", name="青禾发布")
EDUCATION = an_account("1000002", name="青禾教育在线")
FEED = an_account("www.example.gov.cn/rss.xml", "feed", name="青禾县政府网", url="https://www.example.gov.cn/rss.xml")
NEWS = an_account("1000003", name="云川新闻", url="https://weibo.com/yunchuan")
KNOWN = (WEIBO, WECHAT, EDUCATION, FEED, NEWS)


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("weibo/1000001", WEIBO),
        (" weibo/1000001 ", WEIBO),
        ("微博/1000001", WEIBO),
        ("https://weibo.com/u/1000001?from=share", WEIBO),
        ("https://m.weibo.cn/u/1000002", EDUCATION),
        ("weibo.com/u/1000002", EDUCATION),
        ("请看 https://m.weibo.cn/profile/1000002 。", EDUCATION),
        ("http://www.example.gov.cn/rss.xml", FEED),
        ("https://weibo.com/yunchuan/", NEWS),
        ("https://mp.weixin.qq.com/s?__biz=MzAwMDAwMDAwMw==&mid=1", WECHAT),
        ("青禾教育在线", EDUCATION),
        ("教育在线", EDUCATION),
    ],
)
def test_one_of_the_ledger(text: str, account: object) -> None:
    assert account_meant(text, KNOWN) == account


def test_what_is_in_no_ledger_is_visited_by_its_link_or_id() -> None:
    linked = account_meant("https://weibo.com/u/1999999", KNOWN)
    assert (linked.key, linked.url, linked.unit) == (
        "weibo/1999999",
        "https://weibo.com/u/1999999",
        "（不在台账中）",
    )
    assert account_meant("weibo/1999999", ()).key == "weibo/1999999"
    assert account_meant("https://feeds.example.cn/a.xml", ()).key == "feed/feeds.example.cn/a.xml"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("青禾发布", "weibo/1000001（新浪微博 青禾发布）、wechat/"),
        ("青禾发部", "是不是 青禾发布"),
        ("weibo", "台账里没有这个账号；请写 平台/账号ID"),
        ("", "平台/账号ID"),
        ("weibo/", "平台/账号ID"),
        ("https://v.douyin.com/abc123/", "分享短链接"),
        ("https://weibo.com/1 000 001/x y", "网址"),
    ],
)
def test_what_may_be_several_or_none_is_answered_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(InputError) as refused:
        account_meant(text, KNOWN)
    assert words in str(refused.value)
