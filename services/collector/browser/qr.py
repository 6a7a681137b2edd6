"""A QR code's picture as text: read module by module, so that a terminal shows it as sharp as the screen would.

Only the picture's own raster is read, never what the code says. Source: ISO/IEC 18004 (finder patterns, sizes).
"""

from collections.abc import Sequence
from typing import NamedTuple

SMALLEST, LARGEST = 21, 177
"""Modules along a side."""
QUIET = 2
"""Modules of white around it: four by the book, and two that phones are content with in a terminal of 24 lines."""
_FINDER = 7
_DARK_BELOW = 128
_HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}

Grid = tuple[tuple[bool, ...], ...]
"""True is dark."""


class Luminance(NamedTuple):
    """One byte a pixel, 0 is black, row by row."""

    width: int
    height: int
    pixels: bytes

    def is_dark(self, x: int, y: int) -> bool:
        return self.pixels[y * self.width + x] < _DARK_BELOW


def grid_of(picture: Luminance) -> Grid | None:
    """The modules; null for what is no code that stands straight, fills the picture and is whole."""
    if picture.width * picture.height != len(picture.pixels) or not picture.pixels:
        return None
    columns = [x for x in range(picture.width) if any(picture.is_dark(x, y) for y in range(picture.height))]
    rows = [y for y in range(picture.height) if any(picture.is_dark(x, y) for x in range(picture.width))]
    if not columns or not rows:
        return None
    left, top, width, height = columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1
    count = _modules_along(picture, left, top, width)
    if count is None or abs(width - height) > width / count:
        return None
    grid = tuple(
        tuple(
            picture.is_dark(left + int((column + 0.5) * width / count), top + int((row + 0.5) * height / count))
            for column in range(count)
        )
        for row in range(count)
    )
    return grid if _has_finders(grid) else None


def as_text(grid: Grid) -> str:
    """Two modules a character, white ones drawn: for light letters on a dark ground."""
    side = len(grid) + 2 * QUIET
    blank = (False,) * side
    edge = (False,) * QUIET
    rows: list[Sequence[bool]] = [*[blank] * QUIET, *((*edge, *row, *edge) for row in grid), *[blank] * QUIET]
    rows += [blank] * (len(rows) % 2)
    return "\n".join(
        "".join(_HALVES[not upper, not lower] for upper, lower in zip(above, below, strict=True))
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    )


def _modules_along(picture: Luminance, left: int, top: int, width: int) -> int | None:
    """By the upper edge of the finder pattern, which is seven modules long; sizes are 21, 25, 29 and so on."""
    longest = max((_run(picture, left, y) for y in range(top, min(top + 4, picture.height))), default=0)
    if not longest:
        return None
    count = round((width * _FINDER / longest - 17) / 4) * 4 + 17
    return count if SMALLEST <= count <= LARGEST and width >= count else None


def _run(picture: Luminance, left: int, y: int) -> int:
    """The first run of dark pixels that begins near the left edge: corners may be round."""
    x = next((x for x in range(left, min(left + 8, picture.width)) if picture.is_dark(x, y)), picture.width)
    end = next((end for end in range(x, picture.width) if not picture.is_dark(end, y)), picture.width)
    return end - left


def _has_finders(grid: Grid) -> bool:
    """Three corners show a dark ring around white around a dark heart."""
    last = len(grid) - _FINDER
    return all(_is_finder(grid, row, column) for row, column in ((0, 0), (0, last), (last, 0)))


def _is_finder(grid: Grid, top: int, left: int) -> bool:
    """Round corners and a picture's own blur may spoil a few modules of a ring, not what is between the rings."""
    wrong = sum(
        grid[top + row][left + column] != (max(abs(row - 3), abs(column - 3)) != 2)
        for row in range(_FINDER)
        for column in range(_FINDER)
    )
    return wrong <= 4
