"""Punctuation written twice: ，， 、， ；。"""

import re
from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault, graded, is_short
from services.analyzer.language.proof.kind import Occurrences, Places

KIND = "doubled"
_HALF_AND_FULL = (",，", "，,")
PHRASES = (*(first + second for first in "，、；：。" for second in "，、；：。"), *_HALF_AND_FULL)
_TWO = re.compile(r"[，、；：。][，、；：。]+|,，|，,")
_MEANT = {"；。": "。", "，。": "。", "、。": "。", ",，": "，", "，,": "，"}
_NEVER = ("，。", "、。", *_HALF_AND_FULL)
"""In a sentence by itself nothing can be lost between them."""


def find(text: str, _places: Places, _phrases: Occurrences) -> Iterator[Fault]:
    """Two full stops may be meant as an ellipsis; between two marks that differ a picture or a link may be lost."""
    for match in _TWO.finditer(text):
        marks = match[0]
        same = len(set(marks)) == 1
        if "。。。" in marks or (same and len(marks) > 2):
            continue
        suggestion = marks[0] if same else _MEANT.get(marks)
        severity = graded(certain=is_short(text) and ((same and marks[0] != "。") or marks in _NEVER))
        yield Fault(match.start(), match.end(), KIND, f"标点“{marks}”重复", severity, suggestion)
