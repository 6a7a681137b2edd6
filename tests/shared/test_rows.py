"""Rows written at once are the same rows on either database, however they get there."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, select

from shared.errors import PermanentError
from shared.storage.among import among
from shared.storage.rows import Add, Change
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata
from tests.builders import NOW, days
from tests.each_store import empty

finding, sketch, standing = (metadata.tables[name] for name in ("finding", "sketch", "standing"))

KEEP = Add(finding, keep=True)
REFUSE = Add(finding)
RENEW = Add(finding, by=("fingerprint", "opened_at"), renew=("closed_at", "status"))
TELL = Add(sketch, tells=("id", "fingerprint"))
CLOSE = Change(finding, by=("fingerprint",), only=finding.c.closed_at.is_(None))
TEXTS = ("县政务服务大厅", 'a "b" \\ c', "{'d': 1}", "换\n行\t", "", "😀", "\\u4e00", "NULL")
Row = dict[str, Any]


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    with closing(open_store(postgres_url)) as store:
        empty(store)
        yield store


def a_row(fingerprint: str = "f", **changed: Any) -> Row:
    row = {
        "fingerprint": fingerprint,
        "key": "weibo/1",
        "rule": "silent",
        "severity": "warning",
        "opened_at": NOW,
        "closed_at": None,
        "status": "open",
        "open_told": False,
        "close_told": True,
        "open_trace": None,
        "close_trace": None,
        "body": "{}",
    }
    return row | changed


def a_sketch(fingerprint: str, **changed: Any) -> Row:
    row = {
        "fingerprint": fingerprint,
        "key": "weibo/1",
        "post_id": "1",
        "title": None,
        "url": None,
        "published_at": NOW,
        "observed_at": NOW,
        "waiting": True,
        "marks": b"",
        "body": b"",
    }
    return row | changed


def write(store: Store, what: Add | Change, rows: list[Row]) -> list[Row]:
    with store.database.begin() as connection:
        return [dict(row._mapping) for row in store.database.write(connection, what, rows)]


def stored(store: Store) -> list[Row]:
    with store.database.read() as connection:
        rows = connection.execute(select(finding).order_by(finding.c.id)).mappings()
        return [{name: value for name, value in row.items() if name != "id"} for row in rows]


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """What the driver is asked to run."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(store.database.engine, "before_cursor_execute", note)


def test_what_is_added_is_read_back_as_it_was_and_in_its_order(each_store: Store) -> None:
    odd = datetime(2026, 11, 27, 23, 59, 59, 123456, UTC)
    rows = [a_row(f"f{place}", body=text, opened_at=odd, open_told=True) for place, text in enumerate(TEXTS)]
    assert write(each_store, REFUSE, rows) == []
    assert stored(each_store) == rows


def test_bytes_are_bytes_and_the_numbers_told_belong_to_their_rows(each_store: Store) -> None:
    all_bytes = bytes(range(256))
    rows = [a_sketch(f"f{number}", marks=all_bytes[:number], body=all_bytes) for number in range(256)]
    told = write(each_store, TELL, rows)
    with each_store.database.read() as connection:
        kept = {row.fingerprint: row for row in connection.execute(select(sketch))}
    assert {one["fingerprint"]: one["id"] for one in told} == {name: row.id for name, row in kept.items()}
    assert [kept[row["fingerprint"]].marks for row in rows] == [row["marks"] for row in rows]
    assert {row.body for row in kept.values()} == {all_bytes}


def test_one_that_is_there_stays_or_is_renewed_or_refuses_all(each_store: Store) -> None:
    write(each_store, REFUSE, [a_row()])
    again, other = a_row(status="resolved", closed_at=NOW, rule="other"), a_row("g")
    write(each_store, KEEP, [again, other])
    assert stored(each_store) == [a_row(), other]
    write(each_store, RENEW, [again])
    assert stored(each_store) == [a_row(status="resolved", closed_at=NOW), other]
    with pytest.raises(PermanentError):
        write(each_store, REFUSE, [a_row("h"), other])
    assert len(stored(each_store)) == 2


def test_a_change_is_of_the_rows_it_names_and_only_of_those_it_may(each_store: Store) -> None:
    past = a_row("a", opened_at=NOW - days(1), closed_at=NOW, status="superseded")
    write(each_store, REFUSE, [past, a_row("a"), a_row("b"), a_row("c")])
    ends = [{"fingerprint": name, "closed_at": NOW + days(1), "close_trace": name} for name in ("b", "a", "nobody")]
    write(each_store, CLOSE, ends)
    closed = {"closed_at": NOW + days(1)}
    assert stored(each_store) == [
        past,
        a_row("a", close_trace="a", **closed),
        a_row("b", close_trace="b", **closed),
        a_row("c"),
    ]


def test_a_change_may_take_away_what_was_there(each_store: Store) -> None:
    write(each_store, REFUSE, [a_row(closed_at=NOW, close_trace="t")])
    again = Change(finding, by=("fingerprint", "opened_at"))
    write(each_store, again, [{"fingerprint": "f", "opened_at": NOW, "closed_at": None, "close_trace": None}])
    assert stored(each_store) == [a_row()]


@pytest.mark.parametrize("changed", [{"fingerprint": None}, {"key": None}])
def test_one_row_that_is_refused_refuses_all(each_store: Store, changed: Row) -> None:
    with pytest.raises(PermanentError):
        write(each_store, KEEP, [a_row("a"), a_row("b") | changed])
    assert stored(each_store) == []


def test_what_no_text_of_postgresql_may_hold_is_refused_for_good(postgres_store: Store) -> None:
    with pytest.raises(PermanentError):
        write(postgres_store, KEEP, [a_row("a"), a_row("b", body="a\0b")])
    with pytest.raises(UnicodeEncodeError):
        write(postgres_store, KEEP, [a_row("a"), a_row("b", body="\ud800")])
    assert stored(postgres_store) == []


def test_however_many_rows_are_one_statement_and_none_is_none(each_store: Store) -> None:
    with counted(each_store) as statements:
        write(each_store, KEEP, [a_row(str(number)) for number in range(2000)])
        write(each_store, CLOSE, [{"fingerprint": str(number), "closed_at": NOW} for number in range(2000)])
        written = [one for one in statements if one.startswith(("INSERT", "UPDATE"))]
        write(each_store, KEEP, [])
    assert len(written) == 2
    assert {row["closed_at"] for row in stored(each_store)} == {NOW}


def test_rows_are_locked_in_one_order_in_whatever_they_are_given(postgres_store: Store) -> None:
    names = [str(number) for number in range(500)]
    write(postgres_store, REFUSE, [a_row(name) for name in names])
    with counted(postgres_store) as statements:
        write(postgres_store, CLOSE, [{"fingerprint": name, "closed_at": NOW} for name in reversed(names)])
    (update,) = (one for one in statements if one.startswith("UPDATE"))
    assert "ORDER BY finding.id FOR UPDATE" in update


def test_some_are_found_among_many_by_one_statement_however_many(each_store: Store) -> None:
    write(each_store, REFUSE, [a_row(text or "空") for text in TEXTS])
    asked = select(finding.c.fingerprint).where(among(finding.c.fingerprint))
    with each_store.database.read() as connection:

        def found(*those: str) -> set[str]:
            return set(connection.execute(asked, {"those": list(those)}).scalars())

        assert found() == set()
        assert found("nobody") == set()
        assert found(*TEXTS) == {text for text in TEXTS if text}
        assert found(*map(str, range(5000)), "😀") == {"😀"}
