"""微信专辑: a public column of an account, which anybody may open without a login."""

from typing import ClassVar
from urllib.parse import urlsplit

from services.collector.sources.base import Proves, Source


class Album(Source):
    words: ClassVar[str] = "公众号专辑"
    trust: ClassVar[int] = 30
    proves: ClassVar[Proves] = Proves.LOWER_BOUND
    blind_spots: ClassVar[tuple[str, ...]] = ("专辑只含一个栏目，栏目以外的内容看不到",)
    platforms: ClassVar[tuple[str, ...]] = ("wechat",)
    names_account: ClassVar[bool] = True

    def recognises(self, address: str) -> bool:
        parts = urlsplit(address)
        return parts.hostname == "mp.weixin.qq.com" and parts.path == "/mp/appmsgalbum"
