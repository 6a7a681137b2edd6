"""The id of a post that a link leads to, as the platform's own pages name it."""

import pytest

from services.collector.platforms.base import Platform
from shared.plugins import discover

PLATFORMS = discover("services.collector.platforms", Platform)


@pytest.mark.parametrize(
    ("platform", "link", "post_id"),
    [
        ("wechat", "http://mp.weixin.qq.com/s?__biz=MzI=&mid=2247483650&idx=2&sn=a#rd", "2247483650_2"),
        ("wechat", "https://mp.weixin.qq.com/s/AbCdEf", None),
        ("weibo", "https://weibo.com/2803301701/z0JH2lOMb", "3501756485200075"),
        ("weibo", "https://weibo.com/2803301701/3501756485200075", "3501756485200075"),
        ("weibo", "https://m.weibo.cn/status/3501756485200075", "3501756485200075"),
        ("weibo", "https://m.weibo.cn/detail/z0JH2lOMb", "3501756485200075"),
        ("weibo", "https://weibo.com/u/2803301701", None),
        ("toutiao", "https://www.toutiao.com/article/7300000000000000001/", "7300000000000000001"),
        ("toutiao", "https://www.toutiao.com/c/user/1/", None),
        ("douyin", "https://www.douyin.com/video/1", None),
        ("feed", "https://a.example/1", None),
    ],
)
def test_a_link_tells_the_id_of_its_post(platform: str, link: str, post_id: str | None) -> None:
    assert PLATFORMS[platform]().post_id(link) == post_id
