"""The year of a date that is written without one."""

import re

_FULL = re.compile(r"(?<!\d)((?:19|20)\d\d) ?年 ?(\d{1,2}) ?月(?: ?(\d{1,2}) ?[日号])?")
_SENTENCE_END = "。！？；\n"
_HALF_A_YEAR = 6
_FAR = 200


def years_of(text: str, start: int, month: int, day: int) -> list[int]:
    """Years that may be meant at `start`, by the last date with a year in the sentence; empty: the text does not say.

    A year alone (比2023年增长) is the year of something else. Days that follow each other pass the end of a year.
    """
    furthest = max(0, start - _FAR)
    sentence = max(furthest - 1, *(text.rfind(sign, furthest, start) for sign in _SENTENCE_END)) + 1
    if text.find("年", sentence, start) < 0:
        return []
    named = list(_FULL.finditer(text, sentence, start))
    if not named:
        return []
    year, its_month, its_day = int(named[-1][1]), int(named[-1][2]), int(named[-1][3] or 1)
    if (month, day) < (its_month, its_day):
        return [year, year + 1]
    return [year, year - 1] if month - its_month > _HALF_A_YEAR else [year]
