"""Chinese text: folding that keeps the place of every character, and whether a hit is a word of its own."""

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from services.analyzer.language import segmenter

_WINDOW = 12
"""Code points on either side of a hit that the segmenter sees; more changes nothing, and costs."""

_UNKNOWN_WORD_COUNT = 50
"""How often a word is taken to occur that jieba's dictionary does not hold; without it such a word never wins."""

_TIE = 1.0
"""Log-probability by which another reading must be likelier before a hit counts as cut across words."""

_TOPIC_BEFORE = ("反", "假", "非法", "涉", "黑", "禁", "防", "网络", "电信", "跨境", "地下")
_TOPIC_AFTER = (
    *("业", "女", "者", "犯", "罪", "案", "案件", "集团", "团伙", "分子", "人", "人员", "类", "品", "法", "膜", "贩"),
    *("网", "网站", "片", "机", "场", "所", "场所", "窝点", "活动", "行为"),
)
"""What may stand beside a word inside one longer word without changing what it speaks of: 贩毒集团, 反洗钱法."""

_HIDDEN = r"\u00ad\u200b-\u200f\u2060\ufeff\x00"
_NEEDS_CARE = re.compile(rf"[{_HIDDEN}\u0300-\u036f]|(?<!\S)[一-鿿][ \u3000]{{1,2}}[一-鿿](?!\S)")
_SPACED_OUT = re.compile(r"(?<!\S)[一-鿿](?:[ \u3000]{1,2}[一-鿿])+(?!\S)")
_HIDDEN_CHARACTER = re.compile(rf"[{_HIDDEN}]")


class _Table(dict[int, str]):
    """One code point to one code point: width and style folded, lower case; lone surrogates made harmless."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if 0xD800 <= code <= 0xDFFF:
            character = "\ufffd"
        for form in (unicodedata.normalize("NFKC", character), unicodedata.normalize("NFKC", character).lower()):
            character = form if len(form) == 1 else character
        self[code] = character
        return character


_TABLE = _Table()


@dataclass(frozen=True)
class Folded:
    """Folded text with the way back. `places` is null where every character kept its place."""

    text: str
    places: Sequence[tuple[int, int]] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Code points of the text as given that `text[start:end]` came from."""
        if self.places is None:
            return start, end
        return self.places[start][0], self.places[end - 1][1]


def fold(text: str, skip_symbols: bool = False) -> Folded:
    """Case, width and style folded. Hidden characters and the gaps of spaced-out Chinese (六 合 彩) are left out.

    `skip_symbols` leaves out everything that is neither letter nor digit.
    """
    if skip_symbols or _NEEDS_CARE.search(text):
        return _fold_with_places(text, skip_symbols)
    return Folded(text.translate(_TABLE))


def fold_word(word: str) -> str:
    """A lexicon's word as `fold` would leave it in a text."""
    return fold(word).text


def is_whole_word(text: str, start: int, end: int) -> bool:
    """False when the hit is only a piece of other words: 口交 in 路口交通, 处女 in 处女座. `text` is folded."""
    first = max(0, start - _WINDOW)
    return _reads_as_word(text[first : end + _WINDOW], start - first, end - first)


@functools.lru_cache(maxsize=4096)
def _reads_as_word(window: str, start: int, end: int) -> bool:
    best = segmenter.spans(window)
    edges = [0, *(last for _, last in best)]
    if start in edges and end in edges:
        return True
    as_word = segmenter.likelihood(window[:start]) + segmenter.likelihood(window[end:])
    as_word += segmenter.weight(window[start:end], _UNKNOWN_WORD_COUNT)
    as_best = sum(segmenter.weight(window[first:last]) for first, last in best)
    return as_best - as_word <= _TIE or _inside_same_topic(window, start, end, edges)


def _inside_same_topic(window: str, start: int, end: int, edges: Sequence[int]) -> bool:
    token_start = max(edge for edge in edges if edge <= start)
    token_end = min(edge for edge in edges if edge > start)
    before, after = window[token_start:start], window[end:token_end]
    if token_end < end or end - start == 1:
        return False
    return (not before or before in _TOPIC_BEFORE) and (not after or after in _TOPIC_AFTER)


def _fold_with_places(text: str, skip_symbols: bool) -> Folded:
    left_out = {match.start() for match in _HIDDEN_CHARACTER.finditer(text)}
    for run in _SPACED_OUT.finditer(text):
        left_out.update(place for place in range(*run.span()) if text[place] in " \u3000")
    folded: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        character = unicodedata.normalize("NFC", text[start:end]).translate(_TABLE)
        if start in left_out or (skip_symbols and not character.isalnum()):
            continue
        folded.append(character)
        places.extend([(start, end)] * len(character))
    return Folded("".join(folded), places)


def _clusters(text: str) -> list[tuple[int, int]]:
    """Each character together with the accents written after it."""
    starts = [place for place, character in enumerate(text) if not (place and unicodedata.combining(character))]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))
