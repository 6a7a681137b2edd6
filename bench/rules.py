"""All text rules of the default rulebook over a post beside one plain stage: convert, cut into words, look them up."""

import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from typing import Any

from opencc import OpenCC

from bench.posts import make_posts
from bench.table import Goal, Row, faster, in_turns, over
from bench.words import load_jieba
from services.analyzer.language.lexicon import built_in
from services.analyzer.rulebook import load_rulebook

POSTS, NAIVE_POSTS = 400, 60
_SECONDS_TO_START = 2.0


def measure() -> Iterator[Row]:
    texts = list(_texts())
    rules = [entry.plugin for entry in load_rulebook().entries]
    tokenizer, words, converter = load_jieba(), built_in("topics") | built_in("absolute"), OpenCC("t2s")

    def judge(text: str) -> None:
        for rule in rules:
            list(rule.check_text(text))

    judge(texts[0])
    ours, naive = in_turns(
        over(texts, judge), over(texts[:NAIVE_POSTS], lambda text: _naive(text, words, tokenizer, converter))
    )
    yield faster("rules: all default rules over a post, to the plain stage", ours, naive, "/s", Goal(10))
    for rule in rules:
        cost = over(texts, lambda text, rule=rule: list(rule.check_text(text)))()  # type: ignore[misc]
        if 1e6 / cost.rate > 1:
            yield Row(f"    {type(rule).__name__}", f"{1e6 / cost.rate:.0f} us")
    yield _start()


def _texts() -> Iterator[str]:
    """About 750 characters each."""
    posts = make_posts(2 * POSTS)
    for one, other in zip(posts[::2], posts[1::2], strict=True):
        yield (one.text or "") + "\n" + (other.text or "")


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
