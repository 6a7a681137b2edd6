"""A feed of the account made by a bridge (RSSHub, wewe-rss, we-mp-rss, Wechat2RSS): somebody else's copy of its list.

A bridge whose login is dead goes on giving its old items with HTTP 200. What one may prove is held by
services.collector.bridges to what its control account shows.
"""

from typing import ClassVar

from services.collector.sources.base import Proves, Source
from shared.account import Account
from shared.source import GivenSource


class Bridge(Source):
    """Read by the feed reader, whatever platform the account is on."""

    words: ClassVar[str] = "桥接订阅源"
    trust: ClassVar[int] = 50
    proves: ClassVar[Proves] = Proves.LIST
    blind_spots: ClassVar[tuple[str, ...]] = (
        "设置里没有登记这个桥接，或没有给它对照账号时，只能证明有更新",
        "微信类桥接只含群发，只发表不群发的内容看不到",
        "桥接对个别账号停止抓取时，对照账号看不出来",
        "桥接抓取有延迟，只核实到对照账号的最新内容之前",
    )

    def reader(self, account: Account) -> str:
        return "feed"

    def seen_as(self, account: Account, given: GivenSource) -> Account:
        return account.model_copy(update={"platform": "feed", "url": given.address})
