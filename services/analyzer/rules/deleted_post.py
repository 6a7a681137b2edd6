"""An item that was seen is on its list no more."""

from collections.abc import Iterator

from pydantic import Field

from services.analyzer.objection import History, Objection
from services.analyzer.rules._places import name_of, shown_post
from services.analyzer.rules.base import Rule
from shared.clock import chinese_time
from shared.events import Evidence, Post, Probe


class DeletedPost(Rule):
    """An event and no fault: who was told of a wrong word is to delete it, and a silence counts what was deleted as
    published.

    It holds as long as the list proves it, which is until the list no longer reaches so far back.
    """

    at_most: int = Field(default=20, ge=1, le=200)
    """Of one account, those published last."""

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        if probe.proves_list:
            yield from (_objection(post, probe, history) for post in history.deleted[: self.at_most])


def _objection(post: Post, probe: Probe, history: History) -> Objection:
    told = f"发布于{chinese_time(post.published_at)}，" if post.published_at else ""
    return Objection(
        subject=f"deleted:{post.id}",
        since=post.observed_at,
        sentence=f"{name_of(post)}（{told}{chinese_time(post.observed_at)}曾监测到）"
        f"在{chinese_time(probe.at)}核查时已不在列表，应已删除或隐藏。",
        measured="已不在列表",
        threshold="仍在列表",
        window="列表所及的时间内，仅作记录，不计为问题",
        evidence=(
            shown_post(post),
            Evidence(url=probe.url or history.account.url, at=probe.at, sha256=probe.evidence_sha256),
        ),
    )
