"""One ledger row into one account: every cell read, platform, link and id held against each other."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from shared.account import PLATFORM_NAMES, Account
from shared.ledger.columns import HEADER_OF
from shared.ledger.links import can_open, check_host, choose_id, id_in, pasted_link, platform_of, read_link
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
    read_sources,
    read_status,
    read_text,
)

REQUIRED = ("name", "platform", "unit")
ESSENTIAL = (*REQUIRED, "id", "url")
"""Without them nobody knows whom to watch, or whom to tell; any other bad cell is left out and its row taken."""

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
    "other_sources": read_sources,
    "followers": read_followers,
    "followers_in_ten_thousands": partial(read_followers, in_ten_thousands=True),
}


@dataclass
class Row:
    """What became of one row: `account` unless some field is `bad`. `left_out`: cells it was taken without.

    `given`: what the id's cell says, whatever the id is.
    """

    values: dict[str, Any] = field(default_factory=dict)
    bad: dict[str, BadCellError] = field(default_factory=dict)
    left_out: dict[str, BadCellError] = field(default_factory=dict)
    notice: str | None = None
    given: str | None = None

    @property
    def account(self) -> Account | None:
        return None if self.bad else Account.model_validate(self.values)

    @contextmanager
    def blaming(self, name: str) -> Iterator[None]:
        try:
            yield
        except BadCellError as error:
            (self.bad if name in ESSENTIAL else self.left_out)[name] = error

    def leave_out(self, name: str) -> None:
        """The row does without this cell, which was bad."""
        self.left_out[name] = self.bad.pop(name)
        self.values.pop(name, None)


def read_row(
    cells: Mapping[str, CellValue], ten_thousands: bool = False, targets: Mapping[str, str] | None = None
) -> Row:
    """`cells` by field, blank ones left out. `ten_thousands`: followers are counted in 万. `targets`: the hyperlinks
    behind cells, by field.

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
    _settle(row, _followed(row, targets or {}))
    for name in REQUIRED:
        if name not in row.values and name not in row.bad:
            row.bad[name] = BadCellError("必填项为空", f"填写{HEADER_OF[name]}")
    return row


def _followed(row: Row, targets: Mapping[str, str]) -> str | None:
    """The address behind a cell that shows none (主页): that of the link's cell, else of the id's or the name's."""
    platform, given = row.values.get("platform"), row.values.get("id")
    if "url" in row.values:
        return None
    if own := targets.get("url"):
        row.bad.pop("url", None)
        return own
    if platform is not None and can_open(platform, given):
        return None
    beside = [target for name in ("id", "name") if (target := targets.get(name))]
    return next((one for one in beside if platform_of(one) not in (None, *_others(platform))), None)


def _others(platform: str | None) -> set[str]:
    return set() if platform is None else set(PLATFORM_NAMES) - {platform}


def _parse(name: str, cell: CellValue) -> object:
    if isinstance(cell, Unreadable):
        raise BadCellError(cell.message, cell.remedy)
    return _PARSERS[name](cell)


def _settle(row: Row, target: str | None) -> None:
    """Platform, link and id hang together: each may tell another, none may contradict another."""
    row.given = row.values.get("id")
    pasted = _take_link_out_of_id(row)
    if pasted or target:
        with row.blaming("url"):
            row.values.setdefault("url", pasted or read_link(target))
    link: str | None = row.values.get("url")
    if link and "platform" not in row.values and "platform" not in row.bad and (found := platform_of(link)):
        row.values["platform"] = found
    platform: str | None = row.values.get("platform")
    if platform is None:
        return
    for name, one in (("id", pasted), ("url", link)):
        if one:
            with row.blaming(name):
                check_host(one, platform)
    if pasted and "id" not in row.bad and (own := id_in(pasted, platform)) and platform != "feed":
        row.values["id"] = own
    _settle_id(row, platform)


def _take_link_out_of_id(row: Row) -> str | None:
    """A link in the id's cell stands for the id; beside a feed's own address it is only its name."""
    given, platform = row.values.get("id"), row.values.get("platform")
    if not isinstance(given, str) or (platform == "feed" and "url" in row.values):
        return None
    if platform is not None and platform not in PLATFORM_NAMES:
        return None  # of a platform added later nobody here knows how its ids look
    with row.blaming("id"):
        if pasted := pasted_link(given):
            del row.values["id"]
            return pasted
    return None


def _settle_id(row: Row, platform: str) -> None:
    link, given = row.values.get("url"), row.values.get("id")
    if "url" in row.bad and "id" not in row.bad and can_open(platform, given) and not _is_elsewhere(link, platform):
        row.leave_out("url")
        link = None
    if "id" in row.bad and "url" not in row.bad and "id" not in row.values and link and id_in(link, platform):
        row.leave_out("id")
    if row.bad.keys() & {"id", "url"}:
        return
    if platform == "feed" and not link and not given:
        row.bad["url"] = BadCellError("订阅源没有网址", "填订阅源的网址")
        return
    with row.blaming("url" if link and not given else "id"):
        row.values["id"], row.notice = choose_id(platform, given, link)


def _is_elsewhere(link: str | None, platform: str) -> bool:
    """The link is another platform's: one of the two is wrong, and nobody can say which."""
    return link is not None and platform_of(link) not in (None, platform)


def filled_cells(row: list[CellValue], fields: Mapping[str, int]) -> dict[str, CellValue]:
    """The cells of a row by field, without the blank ones."""
    present = {name: row[index] for name, index in fields.items() if index < len(row)}
    return {name: cell for name, cell in present.items() if not is_blank(cell)}
