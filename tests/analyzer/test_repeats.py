"""What stands in a text twice in a row is found wherever it is, at a cost that grows with the text alone."""

import random

import pytest

from services.analyzer.language.proof.repeats import repeats


def as_told(text: str) -> set[tuple[int, int]]:
    """What `repeats` promises, by trying every place and length."""
    return {
        (start, length)
        for length in range(1, 13)
        for start in range(len(text) - 2 * length + 1)
        if (word := text[start : start + length]) == text[start + length : start + 2 * length]
        and all("一" <= character <= "鿿" for character in word)
        and (length == 1 or (len(set(word)) > 1 and not text.startswith(word, start + 2 * length)))
    }


@pytest.mark.parametrize("alphabet", ["国", "国家", "国家，", "国a", "我们的国家1 "])
def test_every_repeat_is_found_and_nothing_else(alphabet: str) -> None:
    chance = random.Random(alphabet)
    for _ in range(300):
        text = "".join(chance.choices(alphabet, k=chance.randint(0, 60)))
        assert sorted(repeats(text)) == sorted(as_told(text))


@pytest.mark.parametrize("item", ["国", "签定", "a", "进一步", "一二三四五六七八九十", "，", "国家1"])
def test_what_goes_on_and_on_is_told_at_its_end_only(item: str) -> None:
    assert sum(length > 1 for _, length in repeats(f"前{item * 5_000}后")) < 50
