"""The right forms: what they are, and of which kind."""

import functools
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from services.analyzer.language.usage.usage import RIGHT_FORMS, lines


class Kind(Enum):
    """What a right form is, the gravest first. The values are the tags of a finding."""

    PERSON = "person"
    SESSION = "session"
    STATE = "state_name"
    FORMULA = "formula"
    STATUTE = "statute"
    TERM = "term"
    ORGAN = "organ"
    COUNTRY = "country"
    PLACE = "place"
    IDIOM = "idiom"
    COLLOCATION = "collocation"
    WORD = "word"

    @property
    def chinese(self) -> str:
        return _CHINESE[self]


_CHINESE = {
    Kind.STATE: "国家、政党、最高机关及指导思想名称",
    Kind.FORMULA: "固定表述",
    Kind.TERM: "常用政策用语",
    Kind.ORGAN: "机构、职务名称",
    Kind.PLACE: "行政区划名称",
    Kind.COUNTRY: "国名、国际组织名称",
    Kind.STATUTE: "法律法规名称",
    Kind.COLLOCATION: "法规常用表述",
    Kind.IDIOM: "成语、习用语",
    Kind.WORD: "常用词",
    Kind.SESSION: "会议届次或带数字的固定提法",
    Kind.PERSON: "姓名、职务",
}

_FILES = {
    "state": (Kind.STATE, True),
    "fixed": (Kind.FORMULA, True),
    "formulas": (Kind.FORMULA, False),
    "terms": (Kind.TERM, False),
    "organs": (Kind.ORGAN, False),
    "countries": (Kind.COUNTRY, False),
    "places": (Kind.PLACE, False),
    "statutes": (Kind.STATUTE, False),
    "collocations": (Kind.COLLOCATION, False),
}


class Form(NamedTuple):
    """`fixed`: there is no other wording, so that any character changed is an error."""

    text: str
    kind: Kind
    fixed: bool = False


@functools.cache
def right_forms() -> tuple[Form, ...]:
    """All lists together; a form of two lists is of the first."""
    return tuple({form.text: form for form in reversed(list(_read(_FILES)))}.values())


def _read(names: Iterable[str]) -> Iterator[Form]:
    for name in names:
        kind, fixed = _FILES[name]
        for text in lines(RIGHT_FORMS / f"{name}.txt"):
            yield Form(text, kind, fixed)
