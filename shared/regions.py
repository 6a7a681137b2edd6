"""Whether a region named in the settings is part of where an account's unit lies: 青禾县 in 河山省云川市青禾县."""

import re

_SEPARATORS = re.compile(r"[\s/\\|>·,，、;；:：_—–-]+")
_ENDINGS = "省市县区旗州盟镇乡村"


def lies_in(region: str | None, wanted: str) -> bool:
    """True when `wanted` is a whole name, or several in a row, on the way down to `region`.

    The level may be left out at its end (青禾 for 青禾县). A name is whole where the path begins, after a separator,
    and after a level (省, 市, 县…): 青禾县 is no part of 新青禾县城.
    """
    names = [name for name in _SEPARATORS.split(region or "") if name]
    flat, name = "".join(names), _SEPARATORS.sub("", wanted)
    starts = _starts(names)
    places = (place for place in range(len(flat)) if place in starts and flat.startswith(name, place))
    return bool(name) and any(_ends(flat, place + len(name), starts, name) for place in places)


def _starts(names: list[str]) -> set[int]:
    """Where a name may begin in the names written together."""
    starts = {0}
    end = 0
    for name in names:
        for place, sign in enumerate(name, end + 1):
            # 市中区 after 云川市 begins with 市, and does not end there.
            doubled = place - 1 in starts and place > 1 and sign == name[place - end - 2 : place - end - 1]
            if sign in _ENDINGS and place - end > 1 and not doubled:
                starts.add(place)
        end += len(name)
        starts.add(end)
    return starts


def _ends(flat: str, end: int, starts: set[int], name: str) -> bool:
    return end in starts or name[-1] in _ENDINGS or flat[end : end + 1] in tuple(_ENDINGS)
