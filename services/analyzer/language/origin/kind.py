"""Whether a text is the account's own: what the platform marks, then what the text says of where it comes from."""

import re
from collections.abc import Sequence
from itertools import islice

from services.analyzer.language.text.folding import fold
from shared.account import Account
from shared.events import Kind, Post

_NAME = r"[\w·\-]{1,30}"
_EMOTICON = r"\[[^\[\]\s]{1,8}\]"
_BARE = re.compile(rf"(?:{_EMOTICON}|@{_NAME}(?=$|[\s@\[，。！!~～])|[^\w@\[\]])*", re.UNICODE)
_SAYS_SOMETHING = re.compile(rf"@|{_EMOTICON}|[\u2190-\u2bff\u3297\u3299\U0001f000-\U0001faff]")
"""A mention, an emoticon or an emoji; a bare full stop is a comment like any other."""

_FORWARDED = re.compile(
    r"(?:(?:快?[转轉][发發]|快[转轉])(?:此|本|了)?(?:微博|博文|围脖|圍脖|微头条|微頭條)|repost)(?![\w-])|RT\s?@|[转轉][：:]\s{0,4}\S",
    re.IGNORECASE,
)
_ONLY_FORWARDED = frozenset(("转发", "转发了", "快转", "快转发", "转", "rt"))
_LONGEST_WORD = 20
_NO_WORD = re.compile(r"\W+")
_CHAIN = re.compile(rf"[/／]{{2}}\s?[@＠]{_NAME}\s?[:：]|\bRT\s?@{_NAME}[\s:：]", re.IGNORECASE)

_SAYS_SOURCE = re.compile(
    r"(?:(?:文章|信息|内容|消息|稿件|图文|新闻|素材|资料)?[来來]源|稿源)\s?[：:丨|｜/]\s{0,4}|(?:[转轉]载?自|转载于|摘编?自|选自)\s?[：:丨|｜]?\s{0,4}|[转轉][载載]\s?[：:]\s{0,4}"
)
_SOURCE_HINTS = ("来源", "來源", "稿源", "转自", "轉自", "载自", "转载", "轉載", "摘自", "编自", "选自")
"""One of them is in whatever `_SAYS_SOURCE` finds; looking for them costs next to nothing."""
_OPENING = frozenset("（([【〔［<《▲△■●◆★☆◎※►▶>|丨｜—-*·•✦")
_CLOSING = re.compile(r"[\n）)\]】〕］。；;！!？?]")
_EDGE_LINES = 4
"""Lines from either end where a source line may stand; in the middle `来源：` may be about anything."""
_LONGEST_NAME = 60
_MOST_CLAIMS = 50
"""Of `来源：` that are looked at: a text of nothing else costs no more."""
_OURSELVES = re.compile(r"(?:本|我)(?:[报报台站网局委办厅院校会刊]|单位|公众号|平台|中心|账号)|原创|自采|独家")
_CALLED_ORIGINAL = re.compile(r"(?:【原创】|\[原创\]|（原创）|原创[丨|｜：:])")
_LEAST_OWN_NAME = 3


def kind_of_text(text: str, own_names: Sequence[str] = ()) -> Kind:
    """What the text shows of itself. Without marker and source line it is unknown, never original.

    A text that adds nothing of its own (empty, emoticons or mentions only) is the shell of a repost.
    """
    text = fold(text).text
    if not text.strip() or (_BARE.fullmatch(text) and _SAYS_SOMETHING.search(text)):
        return Kind.REPOST
    return _kind_by_words(text, tuple(fold(name).text for name in own_names))


def kind_of_post(post: Post, account: Account) -> Kind:
    """By the platform's mark; without one, by what the text says. A source that is the account itself is no repost.

    A bare text proves nothing here: a video or picture may stand under it.
    """
    if post.kind is not Kind.UNKNOWN:
        return post.kind
    return _kind_of_words_of(post, account)


def is_declared(post: Post, account: Account) -> bool:
    """Whether the post says itself, or the platform of it, that it is somebody else's."""
    return post.kind is Kind.REPOST or _kind_of_words_of(post, account) is Kind.REPOST


def source_of(text: str) -> str | None:
    """Whom a source line names (`来源：`, `稿源：`, `转自`), folded or not as the text is; null without one."""
    if not any(hint in text for hint in _SOURCE_HINTS):
        return None
    for match in islice(_SAYS_SOURCE.finditer(text), _MOST_CLAIMS):
        if not _stands_as_line(text, match.start()):
            continue
        end = _CLOSING.search(text, match.end(), match.end() + _LONGEST_NAME)
        if name := text[match.end() : end.start() if end else match.end() + _LONGEST_NAME].strip(" 　《》“”\"'"):
            return name
    return None


def _kind_of_words_of(post: Post, account: Account) -> Kind:
    own_names = (fold(account.name).text, fold(account.unit).text)
    return _kind_by_words(fold(post.text or "").text, own_names)


def _kind_by_words(text: str, own_names: Sequence[str]) -> Kind:
    text = text.strip()
    is_bare_word = len(text) <= _LONGEST_WORD and _NO_WORD.sub("", text).lower() in _ONLY_FORWARDED
    if is_bare_word or _FORWARDED.match(text) or ("@" in text and _CHAIN.search(text)):
        return Kind.REPOST
    source = source_of(text)
    if source is not None:
        return Kind.ORIGINAL if _is_own(source, own_names) else Kind.REPOST
    return Kind.ORIGINAL if _CALLED_ORIGINAL.match(text) else Kind.UNKNOWN


def _is_own(source: str, own_names: Sequence[str]) -> bool:
    if _OURSELVES.match(source):
        return True
    names = [name for name in own_names if len(name) >= _LEAST_OWN_NAME]
    first = re.split(r"[\s、，,/]", source, maxsplit=1)[0]
    return any(name in source or (len(first) >= _LEAST_OWN_NAME and first in name) for name in names)


def _stands_as_line(text: str, start: int) -> bool:
    """At the head of a line near either end, or in a bracket of its own."""
    before = text[:start].rstrip(" 　")
    if not before or before[-1] in _OPENING:
        return _opens_line(before) or before[-1] in "（([【〔［"
    is_line = before[-1] == "\n" or (before[-1] in "。！？!?）)】" and len(text) - start <= _LONGEST_NAME)
    return is_line and (text.count("\n", 0, start) < _EDGE_LINES or text.count("\n", start) < _EDGE_LINES)


def _opens_line(before: str) -> bool:
    head = before.rstrip("".join(_OPENING) + " 　")
    return not head or head[-1] == "\n"
