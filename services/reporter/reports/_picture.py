"""Pictures small enough for a list. The one file that reads an image, and only our own browser's JPEG."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from openpyxl.drawing.image import Image as SheetImage
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from PIL import Image

WIDTH, MOST_HEIGHT = 320, 400
"""Pixels. Excel takes no row over 409 points, which are 545 pixels."""
MOST_BYTES = 40_000
_MOST_PIXELS = 20_000_000
_QUALITIES = (75, 60, 45, 30, 15)
_AROUND = 3
"""Pixels between the edge of the cell and the picture."""
_POINTS_A_PIXEL = 0.75
_EMU_A_PIXEL = 9525
"""English Metric Units, in which workbooks measure what lies on a sheet."""


@dataclass(frozen=True)
class ListPicture:
    """A JPEG as it stands in a cell; `width` and `height` in pixels."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int

    @property
    def points(self) -> float:
        """The height of a row that holds it."""
        return (self.height + 2 * _AROUND) * _POINTS_A_PIXEL


def small(jpeg: bytes) -> ListPicture | None:
    """The picture's upper part; null: it is no picture, or one that cannot be made small."""
    try:
        with Image.open(BytesIO(jpeg), formats=("JPEG",)) as image:
            if image.width * image.height > _MOST_PIXELS:
                return None
            shown = _reduced(image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    body = next((body for body in _packed(shown) if len(body) <= MOST_BYTES), None)
    return ListPicture(body, shown.width, shown.height) if body else None


def _reduced(image: Image.Image) -> Image.Image:
    width = min(WIDTH, image.width)
    # A JPEG is unpacked to a half or a quarter of its size at a fraction of the cost; twice ours is left, to be smooth.
    image.draft("RGB", (2 * width, max(1, 2 * width * image.height // image.width)))
    # Of a page twelve times as high as wide only what is shown is made small.
    upper = image.crop((0, 0, image.width, min(image.height, max(1, MOST_HEIGHT * image.width // width))))
    height = min(MOST_HEIGHT, max(1, round(upper.height * width / upper.width)))
    return upper.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def _packed(image: Image.Image) -> Iterator[bytes]:
    for quality in _QUALITIES:
        body = BytesIO()
        image.save(body, "JPEG", quality=quality, optimize=True)
        yield body.getvalue()


def anchored(picture: ListPicture, row: int, column: int) -> SheetImage:
    """Inside one cell (both from 1), with which it is moved, sorted and hidden by a filter."""
    image = SheetImage(BytesIO(picture.jpeg))
    marks: dict[str, Any] = {
        name: AnchorMarker(column - 1, across * _EMU_A_PIXEL, row - 1, down * _EMU_A_PIXEL)
        for name, across, down in (
            ("_from", _AROUND, _AROUND),
            ("to", _AROUND + picture.width, _AROUND + picture.height),
        )
    }
    image.anchor = TwoCellAnchor(editAs="twoCell", **marks)
    return image
