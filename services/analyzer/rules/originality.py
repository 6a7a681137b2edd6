"""Too few of the posts in a window are the account's own."""

from collections.abc import Iterator
from datetime import timedelta

from pydantic import Field

from services.analyzer.language.origin.kind import kind_of_post
from services.analyzer.objection import History, Objection
from services.analyzer.rules.base import Rule
from shared.events import Evidence, Kind, Post, Probe


class Originality(Rule):
    """国办发〔2018〕123号: 提高原创信息比例. No document gives a percentage, so the rulebook ships it as a reminder.

    Percent = original / (original + repost + copy) among the posts published in the last `window_days` days of 24
    hours. A post that was found to be a copy counts as one whatever it is marked; one whose kind is unknown is left out
    of both, and fewer than `at_least_posts` known ones prove nothing.
    """

    window_days: int = Field(default=30, ge=1)
    at_least_posts: int = Field(default=10, ge=1)
    least_percent: float = Field(default=30, gt=0, le=100)

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        if not probe.proves_list:
            return
        start = probe.at - timedelta(days=self.window_days)
        inside = [post for post in history.posts if post.published_at and start < post.published_at <= probe.at]
        copies = [post for post in inside if post.id in history.copied]
        kinds = [(post, kind_of_post(post, history.account)) for post in inside if post.id not in history.copied]
        reposts = [post for post, kind in kinds if kind is Kind.REPOST]
        originals = sum(kind is Kind.ORIGINAL for _, kind in kinds)
        known = originals + len(reposts) + len(copies)
        if known >= self.at_least_posts and 100 * originals < self.least_percent * known:
            yield self._objection(originals, reposts, copies)

    def _objection(self, originals: int, reposts: list[Post], copies: list[Post]) -> Objection:
        known = originals + len(reposts) + len(copies)
        percent = 100 * originals / known
        copied = f"、与其他单位先前发布的内容相同{len(copies)}条" if copies else ""
        return Objection(
            subject="originality",
            since=min(post.published_at for post in (*reposts, *copies) if post.published_at),
            sentence=(
                f"近{self.window_days}天可判定来源的{known}条内容中，原创{originals}条、转发转载{len(reposts)}条{copied}，"
                f"原创比例{percent:.1f}%（{originals}/{known}），"
                f"低于{self.least_percent:g}%，请提高原创信息比例。"
            ),
            measured=f"{percent:.1f}%（{originals}/{known}）",
            threshold=f"{self.least_percent:g}%",
            window=f"近{self.window_days}天，至少{self.at_least_posts}条可判定来源的内容，北京时间",
            evidence=tuple(
                Evidence(
                    post_id=post.id, url=post.url, quote=(post.text or post.title or "")[:40], at=post.published_at
                )
                for post in (*reposts, *copies)[:5]
            ),
        )
