"""Quotation marks, brackets and title marks that have lost their other half, or stand the wrong way round."""

import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault, graded, is_short
from services.analyzer.language.proof.kind import Occurrences, Places

KIND = "pair"
_CLOSER = {"“": "”", "《": "》", "（": "）", "(": ")", "【": "】", "「": "」", "『": "』", "〔": "〕"}
_OPENER = {closer: opener for opener, closer in _CLOSER.items()}
SIGNS = "".join((*_CLOSER, *_OPENER))
_FULL = {"(": "（", ")": "）"}
_PAIRS = (*(opener + closer for opener, closer in _CLOSER.items()), "(）", "（)")
_NAMES = {"“": "引号", "「": "引号", "『": "引号", "《": "书名号"}
_LIST_NUMBER = re.compile(
    r"(?:[0-9０-９]{1,3}|(?:^|[\s，。；：、:;,])(?:[a-zA-Z]|[一二三四五六七八九十]{1,3}|[①-⑳]))[ \u3000]?\Z"
)
_FACE = re.compile(r"[:;：；=＝^_TqQoO0><ˊˋ・ω`´￣﹏▽≧≦╯╰•ᴥ∀д°□⊙¬╥~～\-—]\Z")
_SENTENCE_END = re.compile(r"[。！？!?；;][”』」）)]?\Z")
_TITLE_END = re.compile(r"(?:通知|公告|通告|通报|意见|报告|方案|公示|批复|办法|细则|规划|决定|解读)\Z")
_SPEECH = re.compile(r"[：:][^：:]{0,4}\Z|[说道称指出表示强调写问答][,，]?\Z")
_CUT = re.compile(r"(?:\.{2,}|…)[^\n]{0,12}\Z")
_SENTENCE = re.compile("[。；！？]")
_CLAUSE = re.compile("[，。；,;]")
_NOT_QUOTED = re.compile(r"[，。；！？\n“”]")
_QUOTED = re.compile(r'[^，。；！？\n“”"]{1,20}"')
_QUOTED_BACK = re.compile(r'"[^，。；！？\n“”"]{1,19}\Z')
_LONGEST_QUOTED = 20
_MOST = 20
_DEEPEST = 3


def find(text: str, places: Places, _phrases: Occurrences) -> Iterator[Fault]:
    """Certain only in a line that is plainly whole; nothing is said of excerpts, lists 1）, faces and long quotations.

    A quotation may run over paragraphs, each of which opens it anew; and one that follows a colon may go on in the
    next post.
    """
    signs = [text[place] for place in places]
    if _are_paired("".join(signs)):
        return
    alone = _unpaired(list(zip(places, signs, strict=True)))[:_MOST]
    at = 0
    while at < len(alone):
        turned = _turned(text, alone[at], alone[at + 1]) if at + 1 < len(alone) else None
        fault = turned or _typed(text, alone[at]) or _twice(text, alone[at]) or _missing(text, alone[at])
        if fault is not None:
            yield fault
        at += 2 if turned else 1


def _are_paired(signs: str) -> bool:
    """As in nearly every text: nothing is left when the pairs are taken out from the innermost, a few times."""
    for _ in range(_DEEPEST):
        for pair in _PAIRS:
            signs = signs.replace(pair, "")
        if not signs:
            return True
    return False


def _unpaired(marks: list[tuple[int, str]]) -> list[int]:
    """A closer takes the nearest opener of its kind; what opened in between stays alone."""
    opened: list[tuple[int, str]] = []
    waiting = dict.fromkeys(_CLOSER, 0)
    alone: list[int] = []
    for place, sign in marks:
        kind = _FULL.get(sign, sign)
        if kind in _CLOSER:
            opened.append((place, kind))
            waiting[kind] += 1
        elif not waiting[_OPENER[kind]]:
            alone.append(place)
        else:
            alone += _close(opened, waiting, _OPENER[kind])
    return sorted(alone + [place for place, _ in opened])


def _close(opened: list[tuple[int, str]], waiting: dict[str, int], opener: str) -> Iterator[int]:
    while True:
        place, kind = opened.pop()
        waiting[kind] -= 1
        if kind == opener:
            return
        yield place


def _turned(text: str, first: int, last: int) -> Fault | None:
    """Marks round a few words that both look the same way, or away from them: “试点“, ”试点“."""
    inner = text[first + 1 : last]
    if not 1 <= len(inner) <= _LONGEST_QUOTED or _NOT_QUOTED.search(inner):
        return None
    both, severity = text[first] + text[last], graded(certain=not _is_headline(text))
    if both == "““":
        return Fault(last, last + 1, KIND, "引号方向写反，此处应为后引号", severity, "”")
    if both == "””":
        return Fault(first, first + 1, KIND, "引号方向写反，此处应为前引号", severity, "“")
    if both == "”“":
        return Fault(first, last + 1, KIND, "前后引号写反", severity, f"“{inner}”")
    return None


def _typed(text: str, place: int) -> Fault | None:
    """“试点" and "试点”: one half is the mark of the keyboard."""
    sign, severity = text[place], graded(certain=not _is_headline(text))
    if sign == "“" and (match := _QUOTED.match(text, place + 1)):
        return Fault(match.end() - 1, match.end(), KIND, "前后引号不是一对", severity, "”")
    if sign == "”" and (match := _QUOTED_BACK.search(text, max(0, place - _LONGEST_QUOTED), place)):
        return Fault(match.start(), match.start() + 1, KIND, "前后引号不是一对", severity, "“")
    return None


def _is_headline(text: str) -> bool:
    """A title of the news, which is typed in haste; an office's own 通知 and a sentence are held to more."""
    return is_short(text) and "。" not in text and _TITLE_END.search(text) is None


def _twice(text: str, place: int) -> Fault | None:
    sign = text[place]
    if sign not in "“”《》【】" or sign not in (text[place - 1 : place], text[place + 1 : place + 2]):
        return None
    return Fault(place, place + 1, KIND, f"“{sign}”重复", graded(certain=is_short(text)), "")


def _missing(text: str, place: int) -> Fault | None:
    start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
    before, after = text[start:place].strip(), text[place + 1 : end if end >= 0 else len(text)].strip()
    sign = _FULL.get(text[place], text[place])
    is_opener = sign in _CLOSER
    is_title = sign == "《" and (_TITLE_END.search(after) or _SENTENCE_END.search(after)) is not None
    if (
        not (before or is_title)
        or not after
        or not (_SENTENCE_END.search(after) or _TITLE_END.search(after))
        or _CUT.search(text)
    ):
        return None
    if sign in "（）" and (_FACE.search(before) or (not is_opener and _LIST_NUMBER.search(before[-6:]))):
        return None
    goes_on = is_opener and sign in "“「『" and _SPEECH.search(before)
    began_earlier = not is_opener and not _CLAUSE.search(before)
    if goes_on or began_earlier:
        return None
    opener, closer = (sign, _CLOSER[sign]) if is_opener else (_OPENER[sign], sign)
    other = f"后半“{closer}”" if is_opener else f"前半“{opener}”"
    reason = f"{_NAMES.get(opener, '括号')}不成对，缺{other}"
    # What was read may be a summary, which platforms end at any mark, and a remark in brackets goes on after an outcry.
    may_be_cut = sign == "（" and after[-1] in "！？!?" if is_opener else sign != "》" and not _SENTENCE.search(before)
    return Fault(place, place + 1, KIND, reason, graded(certain=is_short(text) and not may_be_cut))
