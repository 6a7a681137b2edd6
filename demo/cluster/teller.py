"""Goes on changing what the platforms show, and writes down what is true of whom since when: the ground truth."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from demo.cluster.facts import Claim
from demo.cluster.history import History
from demo.cluster.truth import UNSEEN, also_allowed, first_claims, post_id_of, rule_of
from demo.stories import STORIES
from demo.world import Behaviour, DemoPost, World

SHOWN = 8
"""Of an account's newest posts so many are on the first page of every platform."""
_HARMLESS = (
    "第{}期便民服务通告。办事窗口本周照常开放。",
    "道路施工提示之{}。请过往车辆绕行，注意安全。",
    "民生实事进展第{}号。老旧小区改造按计划推进。",
    "第{}场健康讲座预告。欢迎居民携带社保卡到场。",
)
_OFFENDING = (
    "网上赌场注册送彩金第{}轮，加群领取投注网址。澳门博彩线上开户，日结提现。",
    "第{}批临时救助对象名单公示。申请人示例乙，身份证号659999199003070006，公示期七天。",
    "第{}次普法宣传进社区。志愿者宣讲中国特色社会主意法治道路。",
)
_OFFENDED_ON = ("weibo", "toutiao", "feed", "douyin")
"""Platforms whose list shows a post's whole text."""
_MOST_OFFENCES = 3
"""Of one account. A text message names twelve matters of a unit and counts the rest, and we want to see them named."""
_TROUBLES = (
    Behaviour.CAPTCHA,
    Behaviour.HTTP_403,
    Behaviour.RESET,
    Behaviour.EMPTY,
    Behaviour.TRUNCATED,
    Behaviour.SLOW,
)


class Teller:
    """Seeded. Used by one thread."""

    def __init__(self, world: World, seed: str, start: datetime, history: History) -> None:
        self._world = world
        self._chance = random.Random(f"stories {seed}")  # noqa: S311 - nothing secret
        self._history = history
        self._count = 0
        self._offences: Counter[str] = Counter()
        self._troubled: dict[str, datetime] = {}
        self.claims = first_claims(world.accounts(), start)
        self._healthy = [account.key for account in world.accounts() if account.key not in STORIES]
        self._silent = [claim.key for claim in self.claims if claim.rule == "silent_account"]
        self._renamed = [claim.key for claim in self.claims if claim.rule == "account_renamed"]

    def step(self, now: datetime) -> None:
        """One change."""
        for key in [key for key, until in self._troubled.items() if until <= now]:
            self._recover(key)
        often: list[tuple[Callable[[datetime], None], int]] = [
            (self._publish, 5),
            (self._offend, 3),
            (self._trouble, 2),
        ]
        ways = [way for way, times in often for _ in range(times)]
        if self._silent:
            ways.append(self._wake)
        if self._renamed:
            ways.append(self._name_back)
        self._chance.choice(ways)(now)

    def calm(self) -> None:
        """Every platform answers as it should."""
        for key in list(self._troubled):
            self._recover(key)

    def shown(self) -> dict[str, set[str]]:
        """By account the posts that anybody can see."""
        accounts = (self._world.account(account.key) for account in self._world.accounts())
        return {
            account.key: {post_id_of(account.key, post.id) for post in _newest(account.posts)}
            for account in accounts
            if account is not None and not account.behaviours & UNSEEN
        }

    def _publish(self, now: datetime) -> None:
        self._put(self._chance.choice(self._healthy), self._chance.choice(_HARMLESS), now)

    def _offend(self, now: datetime) -> None:
        platforms = [key for key in self._healthy if key.partition("/")[0] in _OFFENDED_ON]
        if able := [key for key in platforms if self._offences[key] < _MOST_OFFENCES]:
            key = self._chance.choice(able)
            self._offences[key] += 1
            self._put(key, self._chance.choice(_OFFENDING), now)

    def _put(self, key: str, words: str, now: datetime) -> None:
        self._count += 1
        # To the minute, as some platforms tell it; never two of an account in the same one.
        at = now.replace(second=0, microsecond=0) - timedelta(minutes=self._chance.randrange(1, 9))
        post = self._world.publish(key, DemoPost(at=at, text=words.format(self._count)))
        if rule := rule_of(words):
            named = post_id_of(key, post.id)
            self.claims.append(Claim(key, rule, now, named, is_due=True))
            self.claims += [Claim(key, other, now, named) for other in also_allowed(rule)]
        self._history.note("publish", key, post=post.id, rule=rule or "")

    def _wake(self, now: datetime) -> None:
        """A silent account publishes: what was said of it is no longer so."""
        key = self._silent.pop(self._chance.randrange(len(self._silent)))
        self._put(key, self._chance.choice(_HARMLESS), now)
        self._over(key, "silent_account")

    def _name_back(self, _: datetime) -> None:
        key = self._renamed.pop()
        self._world.rename(key, "青禾环保")
        self._history.note("rename", key)
        self._over(key, "account_renamed")

    def _trouble(self, now: datetime) -> None:
        key = self._chance.choice([key for key in self._healthy if key not in self._troubled] or [self._healthy[0]])
        behaviour = self._chance.choice(_TROUBLES)
        self._world.behave(key, behaviour)
        self._troubled[key] = now + timedelta(seconds=self._chance.uniform(10, 60))
        self._history.note("misbehave", key, how=behaviour)

    def _recover(self, key: str) -> None:
        self._troubled.pop(key)
        self._world.behave(key)
        self._history.note("behave", key)

    def _over(self, key: str, rule: str) -> None:
        """It was true, so saying so before was no false accusation; nobody has to be told of it any more."""
        self.claims = [
            replace(claim, is_due=False) if (claim.key, claim.rule) == (key, rule) else claim for claim in self.claims
        ]


def _newest(posts: tuple[DemoPost, ...]) -> list[DemoPost]:
    return sorted((post for post in posts if not post.pinned), key=lambda post: post.at, reverse=True)[:SHOWN]
