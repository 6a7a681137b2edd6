"""The account announced its end, and still stands long afterwards."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import takewhile

from pydantic import Field

from services.analyzer.objection import History, Objection
from services.analyzer.rules._places import name_of, shown, shown_place
from services.analyzer.rules.base import Rule
from shared.account import Account
from shared.clock import chinese_time
from shared.events import Evidence, Post, Probe

_GAP = r"[^。！？!?；;\n，,]"
_ACCOUNT = (
    r"(?:公众号|订阅号|服务号|视频号|头条号|抖音号|企鹅号|微博|微信|抖音|账号|帐号|官微|政务号|本号|"
    r"政务新媒体|客户端)"
)
_ENDS = r"(?:停更|停止(?:更新|运营|维护|使用|发布)|不再(?:更新|运营|使用|维护)|关停|注销|停用|关闭)"
_ANNOUNCED = re.compile(
    rf"停更(?:公告|通知|声明|说明|启事|公示)|{_ACCOUNT}{_GAP}{{0,30}}{_ENDS}|{_ENDS}{_GAP}{{0,20}}{_ACCOUNT}"
)
# A pause is no end; and what happens to others (骗子的账号被注销, 营业执照注销) is no notice of one's own.
_PAUSE = re.compile(
    r"暂停|暂时|临时|节日?期间|假期|放假|休假|维护期间|升级|检修|恢复(?:更新|运营|使用)|违规|违法|封禁|处置|骗|谣言|虚假|"
    r"功能|菜单|栏目|评论区|留言|原名|更名|改名|小时"
)
_OWN = re.compile(
    rf"(?:本|我)(?:[局委办厅院校站台中县市区镇乡]|单位|部门|机构|平台|号|官方)?"
    rf"(?:(?!{_ENDS}|依法|共)[^。！？!?；;\n，,]){{0,8}}{_ACCOUNT}|本号|本账号|我号"
)
_BARE = re.compile(r"(?:停更|(?:账号|公众号|微博)(?:注销|关停|停用))(?:公告|通知|声明|说明|启事|公示)")
_HEAD = 400
_CUES = ("停更", "停止", "不再", "关停", "注销", "停用", "关闭")


class StopNotice(Rule):
    """国办发〔2018〕123号: an account that ends is cancelled and filed. `days` after its notice it stands.

    Only a notice of the account's own end: it says 本公众号 or the account's name, or is titled 停更公告. One that was
    followed by posts for more than a week was no end. A person confirms: platforms let a cancelled account stand for up
    to 60 days.
    """

    days: int = Field(default=60, ge=1)
    still_posts_days: int = Field(default=7, ge=0)

    def check_probe(self, probe: Probe, history: History) -> Iterator[Objection]:
        if not probe.proves_list or history.newest_post_at is None:
            return
        earliest = history.newest_post_at - timedelta(days=self.still_posts_days)
        for post in takewhile(lambda one: one.published_at is not None and one.published_at >= earliest, history.posts):
            stood = probe.at - (post.published_at or probe.at)
            if stood >= timedelta(days=self.days) and (words := _notice(post, history.account)):
                yield self._objection(post, words, stood, probe)
                return

    def _objection(self, post: Post, words: str, stood: timedelta, probe: Probe) -> Objection:
        published = post.published_at or probe.at
        return Objection(
            subject=f"stop:{post.id}",
            since=published,
            sentence=f"{chinese_time(published)}发布{name_of(post)}（“{words}”），至{chinese_time(probe.at)}核查时"
            f"账号仍可访问，已过{stood.days}天，请核实是否已办理注销并变更备案。",
            measured=f"公告后{stood.days}天仍未注销",
            threshold=f"{self.days}天",
            window=f"自停更公告发布起满{self.days}×24小时，北京时间",
            evidence=(
                shown_place(post, words),
                Evidence(url=probe.url, at=probe.at, sha256=probe.evidence_sha256),
            ),
            confirm=True,
        )


def _notice(post: Post, account: Account) -> str | None:
    """The words in which the post announces the end of this very account."""
    for text in (post.title or "", (post.text or "")[:_HEAD]):
        if not any(cue in text for cue in _CUES):
            continue
        for match in _ANNOUNCED.finditer(text):
            sentence = _around(text, match, "。！？!?；;\n")
            if not _PAUSE.search(sentence) and _is_own(_around(text, match, "。！？!?；;\n，,"), post, account):
                return shown(sentence.strip()[:200])[:60]
    return None


def _is_own(clause: str, post: Post, account: Account) -> bool:
    if account.name in clause or _OWN.search(clause):
        return True
    return _BARE.search(clause) is not None and not re.search(r"[“「『《]", clause) and bool(post.title)


def _around(text: str, match: re.Match[str], signs: str) -> str:
    """What stands around the match between two of the signs."""
    start = max(text.rfind(sign, 0, match.start()) for sign in signs) + 1
    ends = [place for sign in signs if (place := text.find(sign, match.end())) >= 0]
    return text[start : min(ends, default=len(text))]
