"""Code points and pairs of a text are the same whoever read them first, and in whatever thread."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.analyzer.language.text.folding import fold
from services.analyzer.language.text.glance import code_points, glance, pair_numbers

_TEXTS = [
    "",
    "签",
    "Ｗ①國 家，",
    "\ufeff签定\ufeff",
    "\x00\x01甲",
    "甲\u0301e\u0301",
    "\ud800签定📞",
    "六 合 彩开奖",
    "😀" * 9,
]


@pytest.mark.parametrize("text", _TEXTS)
def test_what_folding_hands_on_is_what_stands_in_the_folded_text(text: str) -> None:
    folded = fold(text).text
    assert glance(folded).codes.tolist() == [ord(character) for character in folded]
    assert glance(text).codes.tolist() == [ord(character) for character in text]


def test_no_two_pairs_share_a_number() -> None:
    codes = code_points("".join(map(chr, (0, 1, 0x4E00, 0x9FFF, 0x10FFFF))))
    numbers = {int(pair_numbers(first, second)) for first in codes for second in codes}
    assert len(numbers) == len(codes) ** 2


def test_threads_may_ask_for_many_texts_at_once() -> None:
    texts = [f"第{number}条" * 5 for number in range(400)] * 3

    def is_right(text: str) -> bool:
        codes: list[int] = glance(fold(text).text).codes.tolist()
        return codes == [ord(character) for character in fold(text).text]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(is_right, texts))
