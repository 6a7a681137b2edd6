"""Comments switched off on the newest posts."""

from collections.abc import Iterator
from itertools import takewhile

from pydantic import Field

from services.analyzer.objection import History, Objection
from services.analyzer.rules.base import Rule
from shared.clock import chinese_time
from shared.events import Comments, Evidence, Post, Probe


class CommentsClosed(Rule):
    """国办秘函〔2019〕19号: 未提供有效互动功能. Anhui 2020Q1 named accounts that 关闭用户评论渠道.

    Objects when the newest `last_posts` posts whose comment state is known are all closed. `restricted` (comments open
    to followers, say) and `unknown` never count as closed.
    """

    last_posts: int = Field(default=5, ge=1)

    def at_least_as_strict_as(self, other: Rule) -> bool:
        return isinstance(other, CommentsClosed) and self.last_posts <= other.last_posts

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        if not probe.proves_list:
            return
        known = [post for post in history.posts if post.comments is not Comments.UNKNOWN]
        closed = list(takewhile(lambda post: post.comments is Comments.CLOSED, known))
        if len(closed) >= self.last_posts:
            yield self._objection(closed, len(known), len(history.posts), probe)

    def _objection(self, closed: list[Post], known: int, seen: int, probe: Probe) -> Objection:
        first = closed[-1]
        since = first.published_at or first.observed_at
        return Objection(
            # Not a post: the run grows, and its posts leave the history one by one.
            subject="comments",
            since=since,
            sentence=f"截至{chinese_time(probe.at)}，最近{len(closed)}条可核实的内容均已关闭评论"
            f"（最早一条发布于{chinese_time(since)}；监测到的最近{seen}条中，"
            f"评论状态可核实{known}条，无法核实{seen - known}条），请核实是否提供有效互动功能。",
            measured=f"连续{len(closed)}条关闭评论，可核实{known}条，无法核实{seen - known}条",
            threshold=f"连续{self.last_posts}条",
            window=f"最近{self.last_posts}条评论状态可核实的内容",
            evidence=tuple(_evidence(post, probe) for post in closed[: self.last_posts]),
        )


def _evidence(post: Post, probe: Probe) -> Evidence:
    quote = post.title or (post.text or "")[:40] or None
    return Evidence(post_id=post.id, url=post.url, quote=quote, at=post.published_at, sha256=probe.evidence_sha256)
