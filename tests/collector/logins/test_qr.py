"""A QR code's picture, read module by module."""

import pytest

from services.collector.browser.qr import Grid, Luminance, as_text, grid_of
from tests.collector.logins.passports import a_grid


def pictured(grid: Grid, module: float = 6.0, margin: int = 20, grey: int = 0) -> Luminance:
    side = int(len(grid) * module)
    full = side + 2 * margin
    pixels = bytearray(b"\xff" * full * full)
    for y in range(side):
        for x in range(side):
            if grid[int(y / module)][int(x / module)]:
                pixels[(y + margin) * full + x + margin] = grey
    return Luminance(full, full, bytes(pixels))


@pytest.mark.parametrize("side", [21, 25, 29, 33, 41, 57])
@pytest.mark.parametrize("module", [2.0, 4.3, 6.0, 9.7])
@pytest.mark.parametrize("margin", [0, 1, 24])
def test_every_module_is_read(side: int, module: float, margin: int) -> None:
    grid = a_grid(side, side)
    assert grid_of(pictured(grid, module, margin)) == grid


def test_dark_need_not_be_black() -> None:
    assert grid_of(pictured(a_grid(1), grey=90)) == a_grid(1)


def test_round_corners_are_read_all_the_same() -> None:
    grid = a_grid(1)
    picture = pictured(grid, 8.0, 0)
    pixels = bytearray(picture.pixels)
    for top, left in ((0, 0), (0, 22 * 8), (22 * 8, 0)):
        for y in range(3):
            for x in range(3 - y):
                pixels[(top + y) * picture.width + left + x] = 255
    assert grid_of(picture._replace(pixels=bytes(pixels))) == grid


@pytest.mark.parametrize(
    "picture",
    [
        Luminance(0, 0, b""),
        Luminance(2, 2, b"\x00"),
        Luminance(50, 50, b"\xff" * 2500),
        Luminance(50, 50, b"\x00" * 2500),
        Luminance(50, 50, bytes(range(250)) * 10),
        Luminance(100, 20, b"\x00\xff" * 1000),
    ],
)
def test_what_is_no_code_is_not_drawn(picture: Luminance) -> None:
    assert grid_of(picture) is None


def test_a_code_that_is_cut_is_not_drawn() -> None:
    whole = pictured(a_grid(1), 6.0, 0)
    assert grid_of(Luminance(whole.width, whole.height // 2, whole.pixels[: whole.width * (whole.height // 2)])) is None


def test_as_text_white_is_drawn_and_two_modules_are_one_character() -> None:
    text = as_text(a_grid(1, 21))
    lines = text.split("\n")
    assert len(lines) == 13
    assert {len(line) for line in lines} == {25}
    assert lines[0] == "█" * 25
    drawn = [[(sign in "█▀", sign in "█▄") for sign in line] for line in lines]
    rows = [[half[place] for half in line] for line in drawn for place in (0, 1)]
    assert [[not white for white in row[2:-2]] for row in rows[2:23]] == [list(row) for row in a_grid(1, 21)]
