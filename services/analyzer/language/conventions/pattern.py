"""How a convention is written: plain text, `(甲|乙)` for one of several, `…` for up to ten characters of a sentence."""

import itertools
import math
import re
from typing import NamedTuple

from services.analyzer.language.text.folding import fold_words

GAPS = re.compile("[…⋯]+")
LONGEST_GAP = 10
_LONGEST = 100
_MOST_FORMS = 64
_MOST_GAPS = 5
_ALIKE = str.maketrans("（）｜", "()|")

Piece = tuple[str, ...]
"""The folded forms in which one piece may be written, none inside a gap."""


class PatternError(ValueError):
    """A Chinese clause: what is wrong and what to do."""


class Pattern(NamedTuple):
    """Pieces that follow each other with gaps between."""

    pieces: tuple[Piece, ...]


def parse_pattern(written: str) -> Pattern:
    """Raises PatternError."""
    if len(written) > _LONGEST:
        raise PatternError(f"有 {len(written)} 个字，太长；请只写有问题的词语，至多 {_LONGEST} 字")
    if "..." in written or "。。。" in written:
        raise PatternError("用点号写了省略；中间隔着别的字请写“…”，否则请删去点号")
    parts = GAPS.split(written.translate(_ALIKE).strip())
    if len(parts) > _MOST_GAPS + 1:
        raise PatternError(f"有 {len(parts) - 1} 处“…”，太多；请减到 {_MOST_GAPS} 处以内")
    for part in parts:
        _check_brackets(part)
    if not all(part.strip() for part in parts):
        raise PatternError("“…”的前后都要有文字；请补上，或删去“…”")
    return Pattern(tuple(map(_piece, parts)))


def _check_brackets(part: str) -> None:
    """Brackets in pairs, none inside another, bars nowhere else; a gap parts no bracket."""
    is_open = False
    for sign in re.findall(r"[()|]", part):
        if sign == "(" and is_open:
            raise PatternError("括号里又有括号；请拆成几行")
        if sign != "(" and not is_open:
            raise PatternError("“|”要写在括号里；请写成 (甲|乙)" if sign == "|" else "多出右括号；请删去或补上左括号")
        is_open = sign != ")"
    if is_open:
        raise PatternError("缺少右括号；请补上（括号里不能有“…”）")


def _piece(part: str) -> Piece:
    choices = [_choices(text, inside=place % 2 == 1) for place, text in enumerate(re.split(r"[()]", part))]
    if (count := math.prod(map(len, choices))) > _MOST_FORMS:
        raise PatternError(f"括号合起来有 {count} 种写法，太多；请拆成几行，每行至多 {_MOST_FORMS} 种")
    forms = dict.fromkeys(fold_words("".join(form).strip() for form in itertools.product(*choices)))
    if not all(form.strip() for form in forms):
        raise PatternError("没有可以查找的文字；请填写词语")
    return tuple(forms)


def _choices(text: str, *, inside: bool) -> list[str]:
    if not inside:
        return [text]
    choices = [choice.strip() for choice in text.split("|")]
    if len(choices) < 2 or not all(choices):
        raise PatternError("括号里应有两种以上写法，都不能为空；请写成 (甲|乙)，或删去括号")
    return choices
