"""Characters that nobody writes but look like ordinary ones: 洛阳巿 with U+5DFF, 丰富多釆 with U+91C6."""

from collections.abc import Iterator

from services.analyzer.language.proof.fault import Fault
from services.analyzer.language.proof.kind import Occurrences, Places

KIND = "glyph"
_MEANT = {"巿": "市", "釆": "采", "囯": "国", "吿": "告", "戸": "户", "靑": "青", "敎": "教", "冐": "冒"}
_OF_OLD = "徐巿"
SIGNS = "".join(_MEANT)


def find(text: str, places: Places, _: Occurrences) -> Iterator[Fault]:
    """Only beside other Chinese; 徐巿 is a name of old."""
    for place in places:
        sign, before, after = text[place], text[max(0, place - 1) : place], text[place + 1 : place + 2]
        if any("一" <= beside <= "鿿" for beside in (before, after)) and before + sign != _OF_OLD:
            yield Fault(place, place + 1, KIND, f"“{sign}”是“{_MEANT[sign]}”的形近字", suggestion=_MEANT[sign])
