"""Known articles: links to single posts of the account, which show that they were published and no more."""

from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

from services.collector.capture import Capture, Reading
from services.collector.sources.base import Platforms, Proves, Source
from shared.account import Account
from shared.events import Outcome
from shared.source import GivenSource


class Articles(Source):
    words: ClassVar[str] = "已知文章"
    trust: ClassVar[int] = 40
    proves: ClassVar[Proves] = Proves.LOWER_BOUND
    blind_spots: ClassVar[tuple[str, ...]] = ("只看得到给出的这一篇，其他内容看不到",)
    platforms: ClassVar[tuple[str, ...]] = ("wechat",)
    plain_first: ClassVar[bool] = True
    names_account: ClassVar[bool] = True

    def recognises(self, address: str) -> bool:
        parts = urlsplit(address)
        return parts.hostname == "mp.weixin.qq.com" and (parts.path == "/s" or parts.path.startswith("/s/"))

    def read(self, captures: Sequence[Capture], account: Account, given: GivenSource, platforms: Platforms) -> Reading:
        reading = super().read(captures, account, given, platforms)
        if reading.outcome is not Outcome.GONE:
            return reading
        # One article that is gone says nothing of the account.
        return Reading(
            outcome=Outcome.PARSE_ERROR, reason=f"给出的文章已看不到：{reading.reason or '平台提示无法查看'}"
        )
