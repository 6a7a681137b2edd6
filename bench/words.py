"""Finding words: beside simple code (fold, convert, cut all, look up), beside the automaton alone, and swapped."""

import logging
import random
import tempfile
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick
from opencc import OpenCC

from bench.table import ROUNDS, Contestant, Goal, Row, faster, in_turns, over, timed
from services.analyzer.language.lexicon.in_use import Lexicon, LexiconInUse, Word
from services.analyzer.language.lexicon.options import LexiconOptions
from services.analyzer.language.text.boundary import is_whole_among
from services.analyzer.language.text.folding import fold, fold_words

with warnings.catch_warnings(action="ignore"):  # its own and those of pkg_resources, which nobody can act on
    import jieba

POSTS, NAIVE_POSTS = 600, 60
WORDS_A_POST = 400
_RARE = 3
"""Occurrences in jieba's corpus up to which a word counts as rare; a post of 700 characters then holds about ten."""

_IN_EVERY_POST = 10


def measure() -> Iterator[Row]:
    chance = random.Random(7)  # noqa: S311
    tokenizer = load_jieba()
    common = {word: count for word, count in tokenizer.FREQ.items() if count and _is_chinese(word)}
    texts = make_texts(common, chance)
    rare = [word for word, count in common.items() if len(word) > 1 and count <= _RARE]
    lists = {count: _make_words(count, common, rare, texts, chance) for count in (1_000, 10_000, 100_000)}
    yield from _the_same_hits(lists[10_000], texts, tokenizer)
    yield from _text_stage(lists, texts, tokenizer)
    yield from _beside_the_automaton(rare, texts, chance)
    yield _swapped(lists[100_000])


def _the_same_hits(words: list[str], texts: list[str], tokenizer: Any) -> Iterator[Row]:
    """The windows round hits beside the same rule over a cut of the whole text."""
    lexicon, automaton = _lexicon(words), AhoCorasick(words)
    ours = [{(match.start, match.end) for match in lexicon.find(text)} for text in texts]
    theirs = [_whole_cut(text, automaton, tokenizer) for text in texts]
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    yield Row(
        "words: hits as by that rule on a full jieba cut",
        f"{same} of {len(texts)}",
        f"{sum(map(len, theirs)):,} hits",
        goal="all",
        met=same == len(texts),
    )


def _whole_cut(text: str, automaton: AhoCorasick, tokenizer: Any) -> set[tuple[int, int]]:
    folded = fold(text).text
    cut = list(tokenizer.cut(folded, HMM=False))
    found = automaton.find_matches_as_indexes(folded, overlapping=True)
    whole = [(start, end) for _, start, end in found if end - start > 3 or is_whole_among(cut, folded, start, end)]
    reach, chosen = 0, set()
    for start, end in sorted(whole, key=lambda span: (span[0], -span[1])):
        if start >= reach:
            chosen.add((start, end))
            reach = end
    return chosen


def _text_stage(lists: dict[int, list[str]], texts: list[str], tokenizer: Any) -> Iterator[Row]:
    """Folded, matched, and checked for its neighbours; no window is remembered from another text."""
    converter, naive_words = OpenCC("t2s"), frozenset(lists[10_000])
    for word in naive_words:
        tokenizer.add_word(word)
    some = texts[:NAIVE_POSTS]
    naive = over(some, lambda text: naive_find(converter.convert(text), naive_words, tokenizer))
    stages = {count: _stage(words, texts) for count, words in lists.items()}
    *ours, plain = in_turns(*stages.values(), naive)
    of_size = dict(zip(lists, ours, strict=True))
    yield faster("words: text stage, 10,000 words, to simple code", of_size[10_000], plain, "/s", Goal(25))
    yield faster("words: text stage, 100,000 words, to simple code", of_size[100_000], plain, "/s")
    row = faster("words: text stage, 1,000 words, to 100,000", of_size[1_000], of_size[100_000], "/s")
    yield replace(row, goal="<= 3x", met=row.ratio is not None and row.ratio <= 3)


def _stage(words: list[str], texts: list[str]) -> Contestant:
    lexicon = _lexicon(words)
    return over(texts, lambda text: list(lexicon.find(text)))


def _beside_the_automaton(rare: list[str], texts: list[str], chance: random.Random) -> Iterator[Row]:
    """Words that need no look at their neighbours, in text that is folded already: what is left is our wrapping."""
    long = chance.sample([word for word in rare if len(word) > 3], 10_000)
    lexicon, automaton = _lexicon(long), AhoCorasick(long)
    folded = [fold(text) for text in texts]
    ours, floor = in_turns(
        over(folded, lambda text: list(lexicon.find_in(text.text, text))),
        over(folded, lambda text: automaton.find_matches_as_indexes(text.text, overlapping=True)),
    )
    yield faster("words: 10,000 words, matching alone, to the automaton", ours, floor, "/s", Goal(0.5))


def _swapped(words: list[str]) -> Row:
    """A list that changed on disk, read and put in force, beside building the bare automaton of the same words."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "words.txt"
        file.write_text("\n".join(words), encoding="utf-8")
        ours, floor = in_turns(
            lambda: timed(lambda: len([LexiconInUse((file,), LexiconOptions())])),
            lambda: timed(lambda: len([AhoCorasick(words)])),
            rounds=2 * ROUNDS - 1,
        )
    row = faster("words: 100,000 words swapped in, to the bare automaton", floor, ours, "/s")
    return replace(row, ours=row.peer, peer=row.ours, goal="<= 1.5x", met=row.ratio is not None and row.ratio <= 1.5)


def _make_words(
    count: int, common: dict[str, int], rare: list[str], texts: list[str], chance: random.Random
) -> list[str]:
    """Two thirds rare words, the rest two ordinary ones joined, pieces cut from the texts, and some in every post.

    So that a post holds about five of a thousand and twice as many of a hundred thousand, as measured on real ones.
    """
    ordinary = sorted((word for word in common if len(word) == 2), key=lambda word: -common[word])
    everyday = ordinary[:_IN_EVERY_POST]
    own = chance.sample(rare, count * 2 // 3)
    joined = ["".join(chance.sample(ordinary, 2)) for _ in range(count - len(own) - 50 - len(everyday))]
    return sorted(set(fold_words([*own, *joined, *everyday, *_cut_from(texts, chance)])))


def naive_find(text: str, words: frozenset[str], tokenizer: Any) -> list[tuple[str, int, int]]:
    """What simple code does: fold, cut everything into words, look each of them up."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return [token for token in tokenizer.tokenize(folded) if token[0] in words]


def make_texts(common: dict[str, int], chance: random.Random, posts: int = POSTS) -> list[str]:
    """No sense, but words as often as in Chinese text and marks between them, so that nothing is remembered."""
    words, counts = list(common), list(common.values())
    return [
        "".join(map(_with_mark, chance.choices(words, counts, k=WORDS_A_POST), range(WORDS_A_POST)))
        for _ in range(posts)
    ]


def _with_mark(word: str, place: int) -> str:
    """A comma after every seven words, a full stop after every twenty-one: some twelve characters, as people write."""
    if place % 7 < 6:
        return word
    return word + ("。" if place % 21 == 20 else "，")


def load_jieba() -> Any:
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    # Not initialize(): it would leave a cache file in the folder shared with everybody.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def _is_chinese(word: str) -> bool:
    return all("一" <= character <= "鿿" for character in word)


def _cut_from(texts: list[str], chance: random.Random) -> list[str]:
    """Pieces of the texts themselves, most of them cut across words."""
    places = [(chance.choice(texts), chance.randrange(300)) for _ in range(50)]
    pieces = (text[at : at + chance.choice((2, 3))] for text, at in places)
    return [piece for piece in pieces if _is_chinese(piece)]


def _lexicon(words: Sequence[str] | frozenset[str]) -> Lexicon:
    return Lexicon(Word(word, "custom") for word in words)
