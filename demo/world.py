"""What exists behind the stand-in: accounts, their posts, and how each account or platform misbehaves right now."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Behaviour(StrEnum):
    """One way to misbehave. The first group is what a platform shows, the second changes the list, the rest is wire."""

    CAPTCHA = "captcha"
    LOGIN_WALL = "login_wall"
    CANCELLED = "cancelled"

    PINNED_OLD = "pinned_old"
    COMMENTS_CLOSED = "comments_closed"
    NO_POSTS = "no_posts"

    HTTP_403 = "http_403"
    HTTP_418 = "http_418"
    HTTP_432 = "http_432"
    HTTP_500 = "http_500"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    RESET = "reset"
    HUGE = "huge"
    SLOW = "slow"
    HANG = "hang"
    FROZEN = "frozen"
    ALERT = "alert"
    POPUP = "popup"
    DOWNLOAD = "download"
    TO_PRIVATE = "to_private"


@dataclass(frozen=True)
class DemoComment:
    """What somebody wrote under a post; `answered_at`: when the account answered it."""

    at: datetime
    text: str
    answered_at: datetime | None = None


@dataclass(frozen=True)
class DemoPost:
    """`id` is filled in by the world when empty. `goods` is the name of a goods card the platform marks as commerce."""

    at: datetime
    text: str
    id: str = ""
    pinned: bool = False
    repost: bool = False
    comments_open: bool = True
    goods: str | None = None
    comments: tuple[DemoComment, ...] = ()

    @property
    def title(self) -> str:
        return self.text.split("。", 1)[0][:40]


@dataclass(frozen=True)
class DemoAccount:
    """`name` is what the platform shows, which need not be what the ledger says."""

    platform: str
    id: str
    name: str
    unit: str
    posts: tuple[DemoPost, ...] = ()
    behaviours: frozenset[Behaviour] = field(default_factory=frozenset)

    @property
    def key(self) -> str:
        return f"{self.platform}/{self.id}"


class World:
    """Thread-safe. Knows no clock: every post carries the time it was given."""

    def __init__(self, accounts: Iterable[DemoAccount]) -> None:
        self._lock = threading.Lock()
        self._accounts: dict[str, DemoAccount] = {}
        self._behaviours: dict[str, frozenset[Behaviour]] = {}
        for account in accounts:
            posts = tuple(_with_id(account, post) for post in account.posts)
            self._accounts[account.key] = replace(account, posts=posts)
            self._behaviours[account.key] = account.behaviours

    def accounts(self) -> list[DemoAccount]:
        with self._lock:
            return list(self._accounts.values())

    def account(self, key: str) -> DemoAccount | None:
        """The account as it is shown now: pinned first, then newest first, behaviours applied to its posts."""
        with self._lock:
            account = self._accounts.get(key)
        if account is None:
            return None
        behaviours = self.behaviours(key)
        posts = () if Behaviour.NO_POSTS in behaviours else account.posts
        if Behaviour.COMMENTS_CLOSED in behaviours:
            posts = tuple(replace(post, comments_open=False) for post in posts)
        if Behaviour.PINNED_OLD in behaviours and posts:
            posts = (*posts, _old_pin(account, posts))
        ordered = sorted(posts, key=lambda post: (post.pinned, post.at), reverse=True)
        return replace(account, posts=tuple(ordered), behaviours=behaviours)

    def behaviours(self, key: str) -> frozenset[Behaviour]:
        """What the account does, and what its whole platform does."""
        with self._lock:
            own = self._behaviours.get(key, frozenset())
            return own | self._behaviours.get(key.partition("/")[0], frozenset())

    def behave(self, key: str, *behaviours: str) -> None:
        """Replace how `key` behaves: `weibo/1000001` or a whole platform, `weibo`. None given: healthy again."""
        with self._lock:
            self._behaviours[key] = frozenset(Behaviour(name) for name in behaviours)

    def publish(self, key: str, post: DemoPost) -> DemoPost:
        """Put a post online; returned with its id."""
        with self._lock:
            account = self._accounts[key]
            known = _with_id(account, post)
            self._accounts[key] = replace(account, posts=(*account.posts, known))
        return known

    def delete(self, key: str, post_id: str) -> None:
        with self._lock:
            account = self._accounts[key]
            left = tuple(post for post in account.posts if post.id != post_id)
            self._accounts[key] = replace(account, posts=left)

    def rename(self, key: str, name: str) -> None:
        with self._lock:
            self._accounts[key] = replace(self._accounts[key], name=name)


def _old_pin(account: DemoAccount, posts: tuple[DemoPost, ...]) -> DemoPost:
    oldest = min(post.at for post in posts)
    return _with_id(account, DemoPost(at=oldest - timedelta(days=900), text="置顶：办事指南。长期有效。", pinned=True))


def _with_id(account: DemoAccount, post: DemoPost) -> DemoPost:
    return post if post.id else replace(post, id=_post_id(account, post))


def _post_id(account: DemoAccount, post: DemoPost) -> str:
    """Shaped like the platform's own: 19 digits whose upper 32 bits are the second, 16 digits on Weibo."""
    second = int(post.at.timestamp())
    spread = sum(ord(letter) * 31**place for place, letter in enumerate(account.id + post.text[:20])) % 99_991
    if account.platform in ("douyin", "toutiao"):
        return str((second << 32) | (spread << 8) | 0x51)
    if account.platform == "weibo":
        return f"5{second:010d}{spread:05d}"
    return str(2_000_000_000 + (second // 60 * 97 + spread) % 247_000_000)
