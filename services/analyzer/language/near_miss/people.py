"""An office's own file of people and posts: who held which post, from when to when, and in which order."""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from services.analyzer.language.files.tables import read_raw, rows_in
from services.analyzer.language.near_miss.forms import Form, Kind
from shared.errors import InputError

_COLUMNS = {"姓名": "name", "职务": "post", "起": "from", "止": "to", "排序": "order"}
_BETWEEN = "[、,，]"


@dataclass(frozen=True)
class Person:
    """`since` and `until`: the first and the last day in the post; null: open. `order`: null where none is kept."""

    name: str
    post: str
    since: date | None
    until: date | None
    order: int | None

    def holds(self, on: date | None) -> bool:
        """Whether the post is held on a day of Shanghai; any day where none is given."""
        if on is None:
            return True
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


class Wrong(NamedTuple):
    """A place of the text as given; `suggestion` replaces it, null where the file does not tell what is right."""

    start: int
    end: int
    suggestion: str | None
    advice: str


def load_people(path: str) -> tuple[Person, ...]:
    """The rows of the file, csv or xlsx, as it is now. Raises InputError naming file, row and remedy."""
    file = Path(path)
    raw = read_raw(file)
    return _people(file, raw)


def forms_of(people: Iterable[Person], on: date | None) -> list[Form]:
    """Each name with its post, as right forms."""
    held = [person for person in people if person.holds(on)]
    return [Form(text, Kind.PERSON) for each in held for text in (each.post + each.name, each.name + each.post)]


def wrong_posts(text: str, people: Iterable[Person], on: date | None) -> Iterator[Wrong]:
    """Names beside a post of the file that they did not hold on that day."""
    known = list(people)
    posts = sorted({person.post for person in known}, key=len, reverse=True)
    for name in sorted({person.name for person in known}):
        held = [person.post for person in known if person.name == name and person.holds(on)]
        for found in re.finditer(re.escape(name), text):
            post = next((post for post in posts if text.endswith(post, 0, found.start())), None)
            if post is None or post in held:
                continue
            right = held[0] + name if len(held) == 1 else None
            said = f"应为“{held[0]}”" if len(held) == 1 else "名册中此时无此任职"
            start = found.start() - len(post)
            yield Wrong(start, found.end(), right, f"“{name}”与职务“{post}”不符：{said}；请核对后改正。")


def wrong_orders(text: str, people: Iterable[Person], on: date | None) -> Iterator[Wrong]:
    """Names that stand one after another otherwise than the file has them."""
    order = {person.name: person.order for person in people if person.order is not None and person.holds(on)}
    if not order:
        return
    one = "|".join(map(re.escape, sorted(order, key=len, reverse=True)))
    for found in re.finditer(rf"(?:{one})(?:{_BETWEEN}(?:{one}))+", text):
        names = re.split(_BETWEEN, found.group())
        right = sorted(names, key=lambda name: order[name] or 0)
        if names != right:
            suggestion = "、".join(right)
            yield Wrong(*found.span(), suggestion, f"排序与名册不符，应为“{suggestion}”；请核对后改正。")


@functools.lru_cache(maxsize=8)
def _people(path: Path, raw: bytes) -> tuple[Person, ...]:
    rows = rows_in(raw, path)
    header = [_COLUMNS.get(cell.strip(), cell.strip().lower()) for cell in rows[0]] if rows else []
    if not {"name", "post"} <= {*header}:
        raise InputError(f"{path}:1", "首行应为表头 姓名,职务,起,止,排序；请补上")
    cells = ((number, dict(zip(header, map(str.strip, row), strict=False))) for number, row in enumerate(rows[1:], 2))
    return tuple(_person(f"{path}:{number}", cell) for number, cell in cells if any(cell.values()))


def _person(place: str, cell: dict[str, str]) -> Person:
    name, post, order = (cell.get(key, "") for key in ("name", "post", "order"))
    if not name or not post:
        raise InputError(place, "姓名或职务为空；请填写或删除该行")
    if order and not order.isdecimal():
        raise InputError(place, f"排序“{order}”不是整数；请改为 1、2、3…")
    since, until = (_day(place, cell.get(key, "")) for key in ("from", "to"))
    return Person(name, post, since, until, int(order) if order else None)


def _day(place: str, cell: str) -> date | None:
    if not cell:
        return None
    try:
        return date.fromisoformat(cell[:10])
    except ValueError as error:
        raise InputError(place, f"日期“{cell}”无法识别；请写成 2025-03-01") from error
