"""A reposted text whose source is not on the office's list."""

import functools
from collections.abc import Iterator
from typing import ClassVar, Literal

from services.analyzer.language.origin.kind import is_declared, source_of
from services.analyzer.language.text.folding import fold
from services.analyzer.objection import History, Objection
from services.analyzer.rules._places import WINDOW, name_of, shown, shown_place
from services.analyzer.rules.base import Rule
from shared.events import Kind, Post


class SourceListed(Rule):
    """国办发〔2018〕123号: 原则上只转载党委政府网站和主管部门确定的稿源. Which those are, the office's list says.

    `allowed`: names as source lines write them; one of them anywhere in the line is enough (新华社客户端).
    Without a list nobody is objected to. A source that is the account or its unit itself is no repost.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    allowed: tuple[str, ...] = ()

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        source = source_of(post.text or "") if self.allowed else None
        if source is None or self._is_allowed(source):
            return
        by_its_words = post.but(kind=Kind.UNKNOWN)
        if not is_declared(by_its_words, history.account):
            return
        yield Objection(
            subject=post.id,
            since=post.published_at,
            sentence=shown(f"{name_of(post)}转载来源为“{source}”，不在稿源名单内，请核实。"),
            measured=shown(source),
            threshold=f"稿源名单（{len(self.allowed)}家）",
            window=WINDOW,
            evidence=(shown_place(post, shown(source)),),
            confirm=True,
        )

    def _is_allowed(self, source: str) -> bool:
        folded = fold(source).text
        return any(name in folded for name in _folded(self.allowed))


@functools.lru_cache(maxsize=64)
def _folded(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(folded for name in names if (folded := fold(name).text.strip()))
