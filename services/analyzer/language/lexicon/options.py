"""How a list of words is matched: what `--lexicon-option KEY=VALUE` and a rulebook's `lexicon_options` may say."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from services.analyzer.language.text.folding import Folding
from shared.errors import InputError

_YES = {"true": True, "1": True, "yes": True, "on": True, "是": True}
_NO = {"false": False, "0": False, "no": False, "off": False, "否": False}
_CHOICES = {"match": ("longest", "shortest"), "numerals": ("none", "digits", "both")}


@dataclass(frozen=True)
class LexiconOptions:
    """Each is explained in docs/decisions/0014. Null: follows from the others.

    `word_boundary`: Chinese words must not be cut across; off with `overlap`, whose hits cut each other.
    `numerals`: `digits` lets 3 in a text stand for 三 of a word (下3滥); `both` also 零 for 0 (零售 for 0售).
    `everyday_words`: a word that everybody uses counts like any other, instead of being a hint.
    `only_category`: tags that count, by commas; empty: all.
    """

    match: Literal["longest", "shortest"] = "longest"
    overlap: bool = False
    word_boundary: bool | None = None
    latin_word_boundary: bool = True
    digit_boundary: bool = True
    case_sensitive: bool = False
    fold_styles: bool = True
    numerals: Literal["none", "digits", "both"] | None = None
    skip_spaces: bool = False
    skip_symbols: bool = False
    skip_chars: str = ""
    collapse_repeats: bool = False
    wildcards: bool = False
    homophones: bool = False
    split_characters: bool = False
    detect_number: bool = False
    number_min_len: int = 8
    detect_email: bool = False
    detect_url: bool = False
    detect_ipv4: bool = False
    only_category: str = ""
    everyday_words: bool = False

    @property
    def folding(self) -> Folding:
        return Folding(
            case_sensitive=self.case_sensitive,
            styles=self.fold_styles,
            skip_spaces=self.skip_spaces,
            skip_symbols=self.skip_symbols,
            skip_characters=self.skip_chars,
            collapse_repeats=self.collapse_repeats,
        )

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(filter(None, map(str.strip, self.only_category.split(","))))

    @property
    def whole_words(self) -> bool:
        return not self.overlap if self.word_boundary is None else self.word_boundary

    @property
    def digits_for_numerals(self) -> bool:
        return self.fold_styles if self.numerals is None else self.numerals != "none"

    @property
    def detects(self) -> bool:
        return self.detect_number or self.detect_email or self.detect_url or self.detect_ipv4

    @property
    def numerals_for_digits(self) -> bool:
        return self.numerals == "both"


_KINDS: dict[str, object] = {field.name: field.type for field in fields(LexiconOptions)}


def parse_options(given: Mapping[str, object]) -> LexiconOptions:
    """Values as YAML or a command line gives them. Raises InputError naming what is possible."""
    return LexiconOptions(**{key: _value(key, value) for key, value in given.items()})  # type: ignore[arg-type]


def parse_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    """`("overlap=true",)` to a mapping; the last of a key counts. Raises InputError."""
    for pair in pairs:
        if "=" not in pair:
            raise InputError(f"--lexicon-option {pair}", "应写成 名称=值，例如 word_boundary=false；请改正")
    return {key.strip(): value for key, _, value in (pair.partition("=") for pair in pairs)}


def _value(key: str, value: object) -> object:
    if key not in _KINDS:
        raise InputError(f"词库选项 {key}", f"没有这个选项；请改用以下之一：{'、'.join(_KINDS)}")
    if key in _CHOICES:
        return _one_of(key, value, _CHOICES[key])
    if _KINDS[key] in (bool, bool | None):
        known = _YES | _NO
        return known[_one_of(key, str(value).lower(), tuple(known), "true 或 false")]
    if _KINDS[key] is int:
        return _positive(key, value)
    return str(value)


def _one_of(key: str, value: object, possible: tuple[str, ...], named: str = "") -> str:
    if str(value) not in possible:
        raise InputError(f"词库选项 {key}", f"值“{value}”无效；请改为 {named or ' 或 '.join(possible)}")
    return str(value)


def _positive(key: str, value: object) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text)):
        raise InputError(f"词库选项 {key}", f"值“{value}”无效；请改为 1 至 999999 的整数")
    return int(text)
