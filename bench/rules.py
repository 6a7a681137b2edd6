"""All text rules of the default rulebook over a post beside one plain stage: convert, cut into words, look them up."""

import random
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from opencc import OpenCC

from bench.eval.sets import SetMissingError, rows
from bench.posts import make_posts
from bench.table import ROUNDS, Contestant, Cost, Goal, Row, faster, in_turns, over
from bench.words import load_jieba
from services.analyzer.language.lexicon.in_use import built_in
from services.analyzer.rulebook import load_rulebook

POSTS, WARM, NAIVE_POSTS, _LENGTH = 660, 60, 50, 750
_OFFICIAL = ("cctv_news_paragraphs", "work_report_paragraphs", "covid_official_bulletins", "weibo_official_posts")
_SECONDS_TO_START = 2.0


def measure() -> Iterator[Row]:
    texts = list(_texts())
    rules = [entry.plugin for entry in load_rulebook().entries if entry.plugin.reads_text]
    tokenizer, words, converter = load_jieba(), built_in("topics") | built_in("absolute"), OpenCC("t2s")

    def judge(text: str) -> None:
        for rule in rules:
            list(rule.check_text(text))

    warm, fresh = texts[:WARM], texts[WARM:]
    for text in warm:
        judge(text)
    ours, naive = in_turns(
        _over_parts(fresh, judge),
        _over_parts(fresh[: ROUNDS * NAIVE_POSTS], lambda text: _naive(text, words, tokenizer, converter)),
    )
    yield faster("rules: all default rules over a post, to the plain stage", ours, naive, "/s", Goal(10))
    for rule in rules:
        cost = over(warm, lambda text, rule=rule: list(rule.check_text(text)))()  # type: ignore[misc]
        if 1e6 / cost.rate > 1:
            yield Row(f"    {type(rule).__name__}", f"{1e6 / cost.rate:.0f} us")
    yield _start()


def _over_parts(texts: Sequence[str], work: Callable[[str], object]) -> Contestant:
    """Other texts in each round: what a cache remembers of a text is worth nothing where each comes once."""
    parts = iter([texts[number::ROUNDS] for number in range(ROUNDS)])

    def one_round() -> Cost:
        return over(next(parts), work)()

    return one_round


def _texts() -> Iterator[str]:
    """Pieces of 750 characters of official text, several kinds mixed; made-up posts where there is none."""
    chance = random.Random(1)  # noqa: S311
    try:
        paragraphs = [row["text"] for name in _OFFICIAL for row in rows(f"gov/{name}")]
    except SetMissingError:
        paragraphs = [post.text or "" for post in make_posts(2 * POSTS)]
    chance.shuffle(paragraphs)
    whole = "\n".join(paragraphs)
    for start in range(0, min(len(whole), POSTS * _LENGTH), _LENGTH):
        yield whole[start : start + _LENGTH]


def _naive(text: str, words: frozenset[str], tokenizer: Any, converter: Any) -> list[tuple[str, int, int]]:
    folded = converter.convert(unicodedata.normalize("NFKC", text)).lower()
    return [token for token in tokenizer.tokenize(folded) if token[0] in words]


def _start() -> Row:
    """A process that checks one line: everything is loaded that a text can ask for."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "xunjian", "check", "-"]
    subprocess.run(command, input="路口交通，签定协议。".encode(), capture_output=True, check=False)  # noqa: S603
    seconds = time.perf_counter() - started
    return Row("rules: start of a check", f"{seconds:.2f} s", goal="<= 2 s", met=seconds <= _SECONDS_TO_START)
