"""One ledger row into one account: every cell read, platform, link and id held against each other."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from shared.account import Account
from shared.ledger.columns import HEADER_OF
from shared.ledger.links import check_host, choose_id, platform_of, read_link
from shared.ledger.values import (
    BadCellError,
    CellValue,
    Unreadable,
    is_blank,
    read_date,
    read_followers,
    read_id,
    read_mail,
    read_phone,
    read_platform,
    read_robot,
    read_status,
    read_text,
)

REQUIRED = ("name", "platform", "unit")

_PARSERS: dict[str, Callable[[CellValue], object]] = {
    **dict.fromkeys(("name", "unit", "supervisor", "region", "verified_as", "leader", "contact"), read_text),
    "remark": partial(read_text, limit=2000),
    "platform": read_platform,
    "id": read_id,
    "url": read_link,
    "status": read_status,
    "opened_on": read_date,
    "phone": read_phone,
    "mail": read_mail,
    "robot": read_robot,
    "followers": read_followers,
    "followers_in_ten_thousands": partial(read_followers, in_ten_thousands=True),
}


@dataclass
class Row:
    """What became of one row: `account` unless some field is `bad`."""

    values: dict[str, Any] = field(default_factory=dict)
    bad: dict[str, BadCellError] = field(default_factory=dict)
    notice: str | None = None

    @property
    def account(self) -> Account | None:
        return None if self.bad else Account.model_validate(self.values)

    @contextmanager
    def blaming(self, name: str) -> Iterator[None]:
        try:
            yield
        except BadCellError as error:
            self.bad[name] = error


def read_row(cells: Mapping[str, CellValue], ten_thousands: bool = False) -> Row:
    """`cells` by field, blank ones left out. `ten_thousands`: followers are counted in 万.

    Raises UnsupportedPlatformError.
    """
    row = Row()
    if "platform" in cells:
        # first: a row of a platform nobody visits is not worth a word about its other cells
        with row.blaming("platform"):
            row.values["platform"] = _parse("platform", cells["platform"])
    for name in cells.keys() - {"platform"}:
        with row.blaming(name):
            suffix = "_in_ten_thousands" if name == "followers" and ten_thousands else ""
            row.values[name] = _parse(name + suffix, cells[name])
    _settle(row)
    for name in REQUIRED:
        if name not in row.values and name not in row.bad:
            row.bad[name] = BadCellError("必填项为空", f"填写{HEADER_OF[name]}")
    return row


def _parse(name: str, cell: CellValue) -> object:
    if isinstance(cell, Unreadable):
        raise BadCellError(cell.message, cell.remedy)
    return _PARSERS[name](cell)


def _settle(row: Row) -> None:
    """Platform, link and id hang together: each may tell another, none may contradict another."""
    link: str | None = row.values.get("url")
    if link and "platform" not in row.values and "platform" not in row.bad and (found := platform_of(link)):
        row.values["platform"] = found
    platform: str | None = row.values.get("platform")
    if platform is None:
        return
    if link:
        with row.blaming("url"):
            check_host(link, platform)
    elif platform == "feed" and not row.bad.keys() & {"id", "url"} and "id" not in row.values:
        row.bad["url"] = BadCellError("订阅源没有网址", "填订阅源的网址")
    if not row.bad.keys() & {"id", "url"}:
        with row.blaming("id"):
            row.values["id"], row.notice = choose_id(platform, row.values.get("id"), link)


def filled_cells(row: list[CellValue], fields: Mapping[str, int]) -> dict[str, CellValue]:
    """The cells of a row by field, without the blank ones."""
    present = {name: row[index] for name, index in fields.items() if index < len(row)}
    return {name: cell for name, cell in present.items() if not is_blank(cell)}
