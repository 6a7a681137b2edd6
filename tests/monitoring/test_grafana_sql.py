"""What monitoring/provisioning/grafana.sql says of rows that the demonstration has not got."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from sqlalchemy import Connection, create_engine, text

from shared.account import Account
from shared.standing import NOT_ANALYSED
from shared.storage.standings import _TIMER_MAY_BE_LATE
from shared.storage.store import open_store
from tests.monitoring.conftest import GRAFANA_SQL, give_grafana
from tests.monitoring.running import own_database
from tests.postgres_server import with_tables


@cache
def moment() -> datetime:
    """Of the first test that asks: the database has a clock of its own, and files are read long before they run."""
    return datetime.now(UTC)


@pytest.fixture
def connection(postgres_url: str) -> Iterator[Connection]:
    with own_database(postgres_url) as url:
        with_tables(url)
        give_grafana(url)
        engine = create_engine(url)
        with closing(engine.connect()) as connection:
            yield connection
        engine.dispose()


def file(connection: Connection, number: str, body: str | None = None, **columns: object) -> None:
    account = Account(platform="weibo", id=number, name="示例", unit="示例单位", region=" 甲`县\n乙镇 ")
    values = {"key": account.key, "cancelled": False, "since": moment(), "removed": False, "until": None, **columns}
    row = {**values, "body": body or account.model_dump_json()}
    connection.execute(
        text(
            "INSERT INTO account (key, platform, cancelled, since, until, body, removed)"
            " VALUES (:key, 'weibo', :cancelled, :since, :until, :body, :removed)"
        ),
        row,
    )


def stand(connection: Connection, number: str, state: str, check_at: datetime | None = None) -> None:
    connection.execute(
        text(
            "INSERT INTO standing (key, platform, state, why, since, at, check_at)"
            " VALUES (:key, 'weibo', :state, '说明', :now, :now, :check_at)"
        ),
        {"key": f"weibo/{number}", "state": state, "now": moment(), "check_at": check_at},
    )


def told(connection: Connection) -> dict[str, tuple[str, str, str]]:
    """Key to state, reason and region."""
    rows = connection.execute(text("SELECT key, state, why, region FROM xunjian_grafana.accounts()"))
    return {row.key: (row.state, row.why, row.region) for row in rows}


def test_who_was_never_judged_waits_and_who_left_the_ledger_is_not_there(connection: Connection) -> None:
    file(connection, "1")
    file(connection, "2", removed=True)
    file(connection, "3", until=moment())
    file(connection, "4", cancelled=True)
    stand(connection, "4", "overdue")
    assert told(connection) == {
        "weibo/1": ("waiting", "尚未核查", "甲'县 乙镇"),
        "weibo/4": ("cancelled", "台账登记为已注销", "甲'县 乙镇"),
    }


def test_nobody_is_accused_of_what_has_lapsed(connection: Connection) -> None:
    assert timedelta(hours=1) == _TIMER_MAY_BE_LATE, f"{GRAFANA_SQL.name} says so, too"
    for number, late in (("1", timedelta(minutes=50)), ("2", timedelta(minutes=70))):
        file(connection, number)
        stand(connection, number, "zombie", moment() - late)
    states = told(connection)
    assert states["weibo/1"][0] == "zombie"
    assert states["weibo/2"][:2] == ("unverified", NOT_ANALYSED)


def test_a_sign_that_postgresql_does_not_take_breaks_no_table(connection: Connection) -> None:
    account = Account(platform="weibo", id="1", name="甲\0乙", unit="示例\\u0000单位")
    file(connection, "1", body=account.model_dump_json())
    (row,) = connection.execute(text("SELECT name, unit FROM xunjian_grafana.accounts()"))
    assert row.name == "甲\N{REPLACEMENT CHARACTER}乙"


def test_only_addresses_of_the_web_are_links(connection: Connection) -> None:
    for number, url in enumerate(("javascript:alert(1)", "https://weibo.cn/u/1", "//x", "HTTP://x")):
        account = Account(platform="weibo", id=str(number), name="示例", unit="示例单位", url=url)
        file(connection, str(number), body=account.model_dump_json())
    rows = connection.execute(text("SELECT url FROM xunjian_grafana.accounts() ORDER BY key"))
    assert [row.url for row in rows] == [None, "https://weibo.cn/u/1", None, "HTTP://x"]


def test_an_empty_store_is_an_empty_table(postgres_url: str) -> None:
    with own_database(postgres_url) as url:
        with_tables(url)
        give_grafana(url)
        with closing(open_store(url)) as store:
            assert store.standings.current() == []
        engine = create_engine(url)
        with closing(engine.connect()) as connection:
            assert told(connection) == {}
            assert connection.execute(text("SELECT * FROM xunjian_grafana.findings()")).all() == []
        engine.dispose()
