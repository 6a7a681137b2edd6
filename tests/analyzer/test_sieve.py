"""Many texts at once: no text in which a word would be found is passed over, whatever stands beside it."""

import random
from typing import Any

import pytest

from services.analyzer.language.lexicon import sieve
from services.analyzer.language.lexicon.matcher import Lexicon
from services.analyzer.language.lexicon.options import LexiconOptions
from services.analyzer.language.lexicon.words import Word
from services.analyzer.rules.sensitive_word import SensitiveWord

WORDS = [
    *(Word(word, "新词") for word in ("量子堆肥", "堆肥", "六合彩", "下3滥", "ab", "电+报", "café", "傻逼")),
    Word("堆肥技术", "allow"),
]
PIECES = [
    *(
        "量子堆肥",
        "量",
        "子堆",
        "肥",
        "堆肥技术",
        "六 合 彩",
        "六",
        "合彩",
        "下三滥",
        "ＡＢ",
        "a",
        "b",
        "电+报",
        "電报",
    ),
    *(
        "cafe\u0301",
        "\u0301",
        "煞笔",
        "傻*逼",
        " ",
        "\n",
        "，",
        "。",
        "今天天气晴",
        "13812345678",
        "http://a.cn/b",
        "沙比",
    ),
]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"overlap": True},
    {"word_boundary": False},
    {"skip_spaces": True},
    {"skip_symbols": True},
    {"skip_chars": "*"},
    {"collapse_repeats": True},
    {"homophones": True},
    {"split_characters": True},
    {"wildcards": True},
    {"detect_number": True},
    {"detect_url": True},
    {"case_sensitive": True},
    {"only_category": "别的"},
]


def some_texts(chance: random.Random) -> list[str]:
    return ["".join(chance.choices(PIECES, k=chance.randint(0, 6))) for _ in range(40)]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_no_text_with_a_word_is_passed_over(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieve, "_TOGETHER", 60)
    lexicon = Lexicon(WORDS, LexiconOptions(**options))
    chance = random.Random(str(options))
    for _ in range(30):
        texts = some_texts(chance)
        holding = {number for number, text in enumerate(texts) if list(lexicon.find(text))}
        which = list(lexicon.which_of(texts))
        assert which == sorted(set(which))
        assert holding <= set(which)


def test_texts_without_any_are_left_alone() -> None:
    lexicon = Lexicon([Word("量子堆肥", "新词")])
    assert list(lexicon.which_of(["", "今天天气晴", "推广量子堆肥", "量子", "堆肥", "量子堆肥"])) == [2, 5]
    assert list(lexicon.which_of([])) == []


def test_a_long_text_is_searched_by_itself() -> None:
    texts = ["草" * sieve._TOGETHER + "量子堆肥", "草", "量子堆肥"]
    assert list(Lexicon([Word("量子堆肥", "新词")]).which_of(texts)) == [0, 2]


def test_a_rule_of_built_in_words_names_what_it_would_say_something_of() -> None:
    assert list(SensitiveWord().which_of(["今天天气晴。", "傻*逼", "出售冰毒加微信abc123。"])) == [1, 2]
