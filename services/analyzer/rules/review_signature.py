"""The names of those who wrote, checked and released a post are not all given at its end."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from services.analyzer.objection import History, Hit, Objection
from services.analyzer.rules._places import name_of, shown, shown_place
from services.analyzer.rules.base import Rule
from shared.events import Post, Severity

_ROLES = {
    "撰稿": "撰稿|供稿|撰文|拟稿|起草|作者|编辑|编写|采写|采编|记者|通讯员|责编|文字|制作|一审|初审",
    "审核": "审核|复核|审校|校对|校审|审阅|核稿|二审|复审|审稿|编审|主编",
    "审签": "审签|签发|签批|终审|三审|总审|审定|审发|监制|总编辑|总编|终校",
}
_NAMED = r"(?:人员?|者|员|领导|姓名)?\s{0,3}[：:丨|｜/／\s　]\s{0,3}[\u4e00-\u9fffA-Za-z·]{2,}"
_SHORT = (
    r"^[ \t　]{0,20}[（(]?(?:文|图文|图/文|文/图|文字)\s?[：:丨|｜/／]\s?[\u4e00-\u9fff·]{2,}"
    r"|[\u4e00-\u9fff·]{2,4}\s?[/／]\s?(?:文|图文|文图)(?![\u4e00-\u9fff])"
)
_TAIL = 400
_HEAD = 200


class ReviewSignature(Rule):
    """A local duty (营口市西市区: 发布时标注审核校对人员姓名): `撰稿：甲　审核：乙　审签：丙` at either end of a post.

    `levels` are the names asked for, out of 撰稿, 审核, 审签; each is known by its usual synonyms. Asked only of texts
    of at least `least_characters` on `platforms`, where the text is read whole; elsewhere lists cut it short.
    """

    scope: ClassVar[Literal["account", "post"]] = "post"

    levels: tuple[Literal["撰稿", "审核", "审签"], ...] = Field(default=("撰稿", "审核", "审签"), min_length=1)
    least_characters: int = Field(default=200, ge=1)
    platforms: tuple[str, ...] = ("wechat",)

    def check_text(self, text: str) -> Iterator[Hit]:
        missing = self._missing(text)
        if missing:
            yield Hit(
                rule="review_signature",
                severity=Severity.DEDUCTION,
                start=len(text),
                end=len(text),
                text="",
                advice=f"请在文末标注{'、'.join(missing)}人员姓名。",
                reason=f"文末未见{'、'.join(missing)}署名",
            )

    def check_post(self, post: Post, history: History) -> Iterator[Objection]:
        missing = self._missing(post.text or "") if post.platform in self.platforms else []
        if missing and post.text:
            yield Objection(
                subject=post.id,
                since=post.published_at,
                sentence=f"{name_of(post)}文末未标注{'、'.join(missing)}人员姓名，请补充三审署名。",
                measured=f"缺{'、'.join(missing)}",
                threshold="、".join(self.levels),
                window="本条内容的正文开头和结尾",
                evidence=(shown_place(post, shown(post.text[-200:])[-60:]),),
                confirm=True,
            )

    def _missing(self, text: str) -> list[str]:
        if len(text) < self.least_characters:
            return []
        ends = f"{text[:_HEAD]}\n{text[-_TAIL:]}"
        missing: list[str] = [level for level in self.levels if not _SIGNED[level].search(ends)]
        # Three names of whom one checks are three levels, whatever the house calls them.
        roles = {match["role"] for pattern in _SIGNED.values() for match in pattern.finditer(ends)}
        checks = "审签" not in missing or "审核" not in missing
        return [] if checks and len(roles) >= len(self.levels) > 1 else missing


_SIGNED = {
    level: re.compile(rf"(?P<role>{words}){_NAMED}" + (f"|{_SHORT}" if level == "撰稿" else ""), re.MULTILINE)
    for level, words in _ROLES.items()
}
