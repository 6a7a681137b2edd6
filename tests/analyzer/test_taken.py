"""Stretches that share no place: the same as by asking every other."""

import random

from services.analyzer.language.text.taken import Taken


def test_whoever_comes_first_takes_the_place() -> None:
    chance = random.Random(3)
    for _ in range(200):
        taken = Taken()
        kept: list[tuple[int, int]] = []
        for _ in range(30):
            start = chance.randrange(60)
            end = start + chance.randint(1, 9)
            is_free = all(end <= first or last <= start for first, last in kept)
            assert taken.is_free(start, end) is is_free
            assert taken.take(start, end) is is_free
            kept += [(start, end)] if is_free else []


def test_neighbours_share_no_place() -> None:
    taken = Taken()
    assert [taken.take(*stretch) for stretch in ((4, 6), (6, 8), (2, 4), (5, 7))] == [True, True, True, False]
