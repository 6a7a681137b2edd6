"""The account's own page, or the feed endpoint behind it, by its platform: as the public sees it."""

from typing import ClassVar

from services.collector.sources.base import Proves, Source
from shared.account import Account
from shared.source import GivenSource


class Page(Source):
    """Every account has it, and it is always asked first."""

    words: ClassVar[str] = "账号主页"
    trust: ClassVar[int] = 0
    proves: ClassVar[Proves] = Proves.LIST
    blind_spots: ClassVar[tuple[str, ...]] = ("仅粉丝可见、登录后才可见的内容看不到",)
    names_account: ClassVar[bool] = True

    def seen_as(self, account: Account, given: GivenSource) -> Account:
        return account
