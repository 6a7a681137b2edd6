"""The word matcher beside segmenting everything with jieba (P10) and beside its automaton alone (P9)."""

import logging
import random
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from ahocorasick_rs import AhoCorasick

from bench.table import Contestant, Goal, Row, faster, in_turns, over
from services.analyzer.language.folding import fold
from services.analyzer.language.lexicon import Lexicon, Word

with warnings.catch_warnings(action="ignore"):  # its own and those of pkg_resources, which nobody can act on
    import jieba

POSTS, NAIVE_POSTS = 600, 60
WORDS_A_POST = 400
_RARE = 3
"""Occurrences in jieba's corpus up to which a word counts as rare; a post of 700 characters then holds about ten."""


def measure() -> Iterator[Row]:
    chance = random.Random(7)  # noqa: S311
    tokenizer = load_jieba()
    common = {word: count for word, count in tokenizer.FREQ.items() if count and _is_chinese(word)}
    texts = make_texts(common, chance)
    rare = [word for word, count in common.items() if len(word) > 1 and count <= _RARE]
    for count in (10_000, 100_000):
        words = frozenset([*chance.sample(rare, count - 50), *_cut_from(texts, chance)])
        ours, naive = in_turns(_our(words, texts), _naive(words, texts, tokenizer))
        name = f"words: {count:,} words, whole posts, to jieba everywhere (P10)"
        yield faster(name, ours, naive, "/s", Goal(3))
    yield from _beside_the_automaton(rare, texts, chance)


def _beside_the_automaton(rare: list[str], texts: list[str], chance: random.Random) -> Iterator[Row]:
    """Words that need no look at their neighbours, in text that is folded already: what is left is our wrapping."""
    long = chance.sample([word for word in rare if len(word) > 3], 10_000)
    lexicon, automaton = _lexicon(long), AhoCorasick(long)
    folded = [fold(text) for text in texts]
    ours, floor = in_turns(
        over(folded, lambda text: list(lexicon.find_in(text.text, text))),
        over(folded, lambda text: automaton.find_matches_as_indexes(text.text, overlapping=True)),
    )
    yield faster("words: 10,000 words, matching alone, to the automaton (P9)", ours, floor, "/s", Goal(0.5))


def _our(words: frozenset[str], texts: list[str]) -> Contestant:
    lexicon = _lexicon(words)
    return over(texts, lambda text: list(lexicon.find(text)))


def _naive(words: frozenset[str], texts: list[str], tokenizer: Any) -> Contestant:
    for word in words:
        tokenizer.add_word(word)
    return over(texts[:NAIVE_POSTS], lambda text: naive_find(text, words, tokenizer))


def naive_find(text: str, words: frozenset[str], tokenizer: Any) -> list[tuple[str, int, int]]:
    """What simple code does: fold, cut everything into words, look each of them up."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return [token for token in tokenizer.tokenize(folded) if token[0] in words]


def make_texts(common: dict[str, int], chance: random.Random, posts: int = POSTS) -> list[str]:
    """No sense, but words as often as in Chinese text, so that nothing is remembered from one post to the next."""
    words, counts = list(common), list(common.values())
    return ["".join(chance.choices(words, counts, k=WORDS_A_POST)) for _ in range(posts)]


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
    return [text[at : at + chance.choice((2, 3))] for text, at in places]


def _lexicon(words: Sequence[str] | frozenset[str]) -> Lexicon:
    return Lexicon(Word(word, "custom") for word in words)
