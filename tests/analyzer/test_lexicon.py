"""Lexicon files and what they find."""

from pathlib import Path

import pytest

from services.analyzer.language.lexicon.in_use import Lexicon, Word, load_lexicon, read_words
from services.analyzer.language.lexicon.options import LexiconOptions
from shared.errors import InputError
from tests.paths import ROOT


def _found(text: str, *words: str, allow: tuple[str, ...] = ()) -> list[str]:
    lexicon = Lexicon([*(Word(word, "custom") for word in words), *(Word(phrase, "allow") for phrase in allow)])
    return [text[match.start : match.end] for match in lexicon.find(text)]


def test_latin_words_and_numbers_need_their_own_edges() -> None:
    assert _found("green grass, an ass", "ass") == ["ass"]
    assert _found("695 and 69", "69") == ["69"]
    assert _found("测试av测试 1AV2", "av") == ["av", "AV"]


def test_a_longer_allowed_phrase_protects_the_word_inside() -> None:
    assert _found("三黄片黄片", "黄片", allow=("三黄片",)) == ["黄片"]
    assert _found("大傻逼", "大傻逼", allow=("大",)) == ["大傻逼"]


def test_the_longest_of_nested_words_is_named_once() -> None:
    assert _found("这里有色情片内容", "色情", "色情片") == ["色情片"]


def test_signs_between_the_characters_are_skipped_only_on_request() -> None:
    words = [Word("傻冒", "custom")]
    assert not list(Lexicon(words).find("傻@冒"))
    skipping = Lexicon(words, LexiconOptions(skip_symbols=True))
    assert [(match.start, match.end) for match in skipping.find("你傻@冒")] == [(1, 4)]


def test_a_file_takes_the_place_of_the_built_in_words_and_may_come_from_excel(tmp_path: Path) -> None:
    path = tmp_path / "words.csv"
    path.write_bytes("word,tag\r\n摸鱼,风纪\r\n".encode("gb18030"))
    lexicon = load_lexicon((str(path),))
    assert [match.word.tag for match in lexicon.find("上班摸鱼，扫黑险恶")] == ["风纪"]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", ":1"),
        (b"a,b\n", ":1"),
        (b"word,tag\n,x\n", ":2"),
        (b"word,tag\nx\n", ":2"),
        (b"word,tag\n\xff\xff\xff\n", "bad.csv"),
    ],
)
def test_a_wrong_row_is_named_with_its_remedy(tmp_path: Path, content: bytes, place: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match="请") as caught:
        read_words(path)
    assert place in caught.value.place


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        read_words(Path("nowhere.csv"))


def test_every_built_in_word_can_be_found_as_written() -> None:
    paths = sorted((ROOT / "services/analyzer/language/lexicon/lists").glob("*.csv"))
    assert paths
    lexicon = load_lexicon()
    for path in paths:
        for word in read_words(path):
            if word.tag != "allow":
                assert list(lexicon.find(f"，{word.word}，")), (path.name, word.word)


def test_columns_are_known_by_their_headers_not_by_their_places(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("﻿Tag,备注,Word\r\ncustom,勿用,某词\r\n", encoding="utf-8")
    assert read_words(path) == [Word("某词", "custom")]
