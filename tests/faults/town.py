"""What is true: a town of accounts whose feeds the stand-in serves, half of them silent past the red line."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from demo.world import DemoAccount, DemoPost, World
from shared.account import Account

RED_LINE = timedelta(days=14)
POSTS = 3


@dataclass(frozen=True)
class Resident:
    """One account of the ledger and of the world. `is_silent`: its unit must be told, and no other may be."""

    account: Account
    shown: DemoAccount
    is_silent: bool

    @property
    def newest_at(self) -> datetime:
        return max(post.at for post in self.shown.posts)

    @property
    def post_ids(self) -> list[str]:
        """As the feed gives them."""
        return [f"https://feeds.qinghe.example/item/{post.id}.html" for post in self.shown.posts]


class Town:
    """Built whole; who of it stands in the ledger yet is the caller's to say."""

    def __init__(self, size: int, now: datetime, chance: random.Random) -> None:
        people = [_resident(number, now, chance) for number in range(size)]
        self.world = World(resident.shown for resident in people)
        shown = {account.key: account for account in self.world.accounts()}
        self.residents: Sequence[Resident] = [replace(one, shown=shown[one.account.key]) for one in people]


def _resident(number: int, now: datetime, chance: random.Random) -> Resident:
    is_silent = chance.random() < 0.5
    newest = now - (RED_LINE + timedelta(days=chance.uniform(1, 40)) if is_silent else timedelta(hours=number % 90 + 1))
    name, unit = f"第{number}所发布", f"第{number}所"
    posts = tuple(
        DemoPost(at=newest - timedelta(days=2 * index), text=f"{unit}第{index}号公告。{chance.getrandbits(64):x}")
        for index in range(POSTS)
    )
    account = Account(
        platform="feed",
        id=f"qinghe-{number}",
        name=name,
        unit=unit,
        url=f"https://feeds.qinghe.example/{number}.xml",
    )
    return Resident(account, DemoAccount("feed", account.id, name, unit, posts), is_silent)
