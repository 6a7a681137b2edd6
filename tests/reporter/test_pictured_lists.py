"""The pictures of findings on the weekly list, as its recipient sees them."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image

from services.reporter.pictured import MOST, MOST_SECONDS, Contents, Matter, Pictured
from services.reporter.reports._picture import MOST_BYTES, MOST_HEIGHT, WIDTH, small
from services.reporter.reports.weekly import Weekly
from services.reporter.typed import read_typed
from services.reporter.writing import write_report
from shared.errors import TransientError
from shared.evidence.vault import DamagedError
from shared.ledger.sheets import read_sheets
from shared.mark import MarkState
from shared.storage.pictures import OF_ACCOUNT, Kept, Page
from shared.storage.store import Store, open_store
from tests.fakes.vault import MemoryVault
from tests.reporter.test_typed_lists import type_into
from tests.reporter.test_weekly import CUT_OFF, LOOKED, WEEK, Ledger

MADE = LOOKED + timedelta(minutes=5)
LOOK, WHOLE = "a" * 64, "b" * 64
HEAD = 6
"""A note more than on the other sheets."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    yield opened
    opened.close()


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault()


def a_jpeg(width: int = 888, height: int = 1560, *, noisy: bool = False) -> bytes:
    image = Image.new("RGB", (width, height), "white")
    if noisy:
        image = Image.frombytes("RGB", (width, height), random.Random(1).randbytes(3 * width * height))
    body = BytesIO()
    image.save(body, "JPEG", quality=95)
    return body.getvalue()


def photograph(store: Store, vault: MemoryVault, key: str = "weibo/1", at: datetime = MADE, whole: str = WHOLE) -> str:
    """A picture of all open findings of the account."""
    store.pictures.note(lambda _: (Page(OF_ACCOUNT),), at)
    thumbnail = vault.put(a_jpeg())
    for wanted in store.pictures.wanted(key, at):
        store.pictures.keep(wanted, LOOK, whole, thumbnail, at)
    return thumbnail


def write(store: Store, folder: Path, contents: Contents | None) -> Path:
    return write_report(Weekly(), store, WEEK, CUT_OFF, folder, contents=contents)


def sheets(path: Path) -> dict[str, Worksheet]:
    return {sheet.title: sheet for sheet in load_workbook(path).worksheets}


def row_of(sheet: Worksheet, row: int = HEAD + 1) -> dict[object, object]:
    return {sheet.cell(HEAD, place).value: sheet.cell(row, place).value for place in range(1, sheet.max_column + 1)}


def images(sheet: Worksheet) -> list[Image.Image]:
    return [Image.open(BytesIO(image._data())) for image in sheet._images]  # type: ignore[attr-defined]


def test_the_picture_of_a_finding_stands_beside_whose_it_is(store: Store, vault: MemoryVault, tmp_path: Path) -> None:
    Ledger(store).silent("1", 20, name="甲")
    photograph(store, vault)
    found = sheets(write(store, tmp_path, vault.get))
    sheet = found["截图"]
    row = row_of(sheet)
    assert row["告警编号"] == found["已超期"].cell(6, 12).value
    del row["告警编号"]
    assert row == {
        "序号": 1,
        "账号名称": "甲",
        "平台": "新浪微博",
        "主办单位": "青禾县政府办",
        "问题": "监测到已满14天未更新",
        "页面": "账号主页",
        "拍摄时间": "2026-11-22 21:05",
        "证据": LOOK[:12],
        "截图": None,
    }
    (image,) = images(sheet)
    assert image.size == (WIDTH, MOST_HEIGHT)


def test_a_picture_lies_inside_its_cell_so_that_a_filter_hides_it(
    store: Store, vault: MemoryVault, tmp_path: Path
) -> None:
    ledger = Ledger(store)
    for account in ("1", "2"):
        ledger.silent(account, 20)
        photograph(store, vault, f"weibo/{account}", whole=account * 64)
    sheet = sheets(write(store, tmp_path, vault.get))["截图"]
    rows = []
    for image in sheet._images:  # type: ignore[attr-defined]
        begins, ends = image.anchor._from, image.anchor.to
        assert (begins.row, begins.col) == (ends.row, ends.col) == (ends.row, 9)
        assert image.anchor.editAs == "twoCell"
        # In English Metric Units: 12,700 a point, 9,525 a pixel; a character is 7 pixels wide.
        assert ends.rowOff <= 12_700 * sheet.row_dimensions[ends.row + 1].height
        assert ends.colOff <= 9_525 * 7 * sheet.column_dimensions["J"].width
        rows.append(begins.row + 1)
    assert rows == [HEAD + 1, HEAD + 2]


def test_the_same_pictures_are_the_same_bytes(store: Store, vault: MemoryVault, tmp_path: Path) -> None:
    Ledger(store).silent("1", 20)
    photograph(store, vault)
    one, two = (write(store, tmp_path / name, vault.get).read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_list_without_pictures_is_as_one_that_knows_of_none(store: Store, vault: MemoryVault, tmp_path: Path) -> None:
    Ledger(store).silent("1", 20)
    photograph(store, vault, at=CUT_OFF + timedelta(seconds=1))
    assert write(store, tmp_path / "one", vault.get).read_bytes() == write(store, tmp_path / "two", None).read_bytes()


def test_findings_of_one_picture_share_a_row(store: Store, vault: MemoryVault) -> None:
    pictured = Pictured([a_matter(1, "甲问题"), a_matter(2, "乙问题")], Known(WHOLE), CUT_OFF)
    ((_, _, _, _, numbers, problems, *_),) = pictured.rows(lambda _: a_jpeg(), small)
    assert (pictured.total, numbers, problems) == (1, "N1、N2", "甲问题\n乙问题")


def test_the_number_of_pictures_is_bounded_and_the_gravest_are_shown() -> None:
    pictured = Pictured((a_matter(number) for number in range(MOST + 20)), Known(), CUT_OFF)
    rows = list(pictured.rows(lambda _: b"", lambda _: "图"))
    assert [row[4] for row in rows] == [f"N{number}" for number in range(MOST)]
    assert f"共{MOST + 20}张，此处为问题较重的前{MOST}张" in pictured.note


def test_what_people_typed_into_a_list_with_pictures_is_read_back(
    store: Store, vault: MemoryVault, tmp_path: Path
) -> None:
    Ledger(store).silent("1", 20)
    photograph(store, vault)
    path = write(store, tmp_path, vault.get)
    assert Weekly().is_as_written(path)
    type_into(path, "已超期", 核实状态="属实")
    assert not Weekly().is_as_written(path)
    typed, refused = read_typed(path)
    assert ([one.state for one in typed], refused) == ([MarkState.TRUE], [])


def test_another_reader_of_workbooks_opens_it(store: Store, vault: MemoryVault, tmp_path: Path) -> None:
    Ledger(store).silent("1", 20, name="甲")
    photograph(store, vault)
    (sheet,) = [sheet for sheet in read_sheets(write(store, tmp_path, vault.get)) if sheet.name == "截图"]
    assert sheet.rows[HEAD][1] == "甲"


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (TransientError("没有应答"), "证据库暂时打不开"),
        (DamagedError("不符"), "图片已不在证据库"),
    ],
)
def test_pictures_that_cannot_be_had_are_said_and_the_list_comes(
    store: Store, vault: MemoryVault, tmp_path: Path, trouble: Exception, words: str
) -> None:
    Ledger(store).silent("1", 20)
    photograph(store, vault)

    def contents(_: str) -> bytes:
        raise trouble

    found = sheets(write(store, tmp_path, contents))
    assert words in str(row_of(found["截图"])["截图"])
    assert found["已超期"].cell(6, 2).value == "青禾发布"
    assert images(found["截图"]) == []


def test_a_vault_that_is_away_is_asked_once() -> None:
    asked: list[str] = []

    def contents(sha256: str) -> bytes:
        asked.append(sha256)
        raise TransientError("没有应答")

    list(Pictured((a_matter(number) for number in range(10)), Known(), CUT_OFF).rows(contents, small))
    assert len(asked) == 1


def test_a_slow_vault_does_not_hold_up_the_list() -> None:
    hours = iter(range(20))
    rows = Pictured((a_matter(number) for number in range(3)), Known(), CUT_OFF).rows(
        lambda _: b"", lambda _: "图", lambda: next(hours) * MOST_SECONDS * 0.6
    )
    assert [str(row[-1])[:4] for row in rows] == ["图", "（证据库", "（证据库"]


def test_a_picture_is_made_small() -> None:
    for width, height in ((1480, 2600), (320, 400)):
        noisy = small(a_jpeg(width, height, noisy=True))
        assert noisy is not None
        assert 0 < len(noisy.jpeg) <= MOST_BYTES
    plain = small(a_jpeg(1480, 300))
    assert plain is not None
    assert (plain.width, plain.height) == (WIDTH, round(300 * WIDTH / 1480))
    assert len(plain.jpeg) <= MOST_BYTES
    tiny = small(a_jpeg(100, 50))
    assert tiny is not None
    assert (tiny.width, tiny.height) == (100, 50)


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 5000), (5000, 1), (319, 401)])
def test_a_picture_of_any_shape_fits(width: int, height: int) -> None:
    made = small(a_jpeg(width, height))
    assert made is not None
    assert 1 <= made.width <= WIDTH
    assert 1 <= made.height <= MOST_HEIGHT
    assert Image.open(BytesIO(made.jpeg)).size == (made.width, made.height)


@pytest.mark.parametrize("content", [b"", b"GIF89a", a_jpeg()[:2000], b"<svg/>"], ids=["none", "gif", "cut", "svg"])
def test_what_is_no_whole_jpeg_is_no_picture(content: bytes) -> None:
    assert small(content) is None


def a_matter(number: int, problem: str = "问题") -> Matter:
    return Matter(f"f{number}", f"N{number}", ("甲", "微博", "单位"), problem)


class Known:
    """Pictures that are known of every finding: the same one, or each its own."""

    def __init__(self, picture: str | None = None) -> None:
        self._picture = picture

    def of(self, fingerprints: Iterable[str]) -> dict[str, list[Kept]]:
        return {
            one: [Kept(one, OF_ACCOUNT, None, MADE, LOOK, self._picture or one, f"thumbnail of {one}")]
            for one in fingerprints
        }
