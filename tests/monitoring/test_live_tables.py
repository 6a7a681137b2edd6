"""Every SQL question of the dashboards, asked of a real PostgreSQL as Grafana asks it, with the rights Grafana has."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import create_engine, make_url

from services.reporter.began import Beginning
from services.reporter.content import HEADERS, Content, Part
from services.reporter.period import Period
from shared.mark import Mark, MarkState, matter_of, unverified_matter
from shared.storage.database import Database
from shared.storage.store import Store, open_store
from shared.storage.tables.every import metadata
from shared.storage.upgrade import upgrade
from tests.monitoring.boards import NAMES, Asked, queries, substituted
from tests.monitoring.conftest import give_grafana
from tests.monitoring.running import Running, own_database
from tests.postgres_server import with_tables

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SQL = {query.title: query for name in NAMES for query in queries(name) if query.is_sql}
ROLE = "xunjian_grafana"
Row = Mapping[str, object]


@pytest.fixture
def grafana(here: Running) -> Iterator["psycopg.Connection[Row]"]:
    url = make_url(here.database_url).set(drivername="postgresql", username=ROLE)
    with psycopg.connect(url.render_as_string(hide_password=False), row_factory=dict_row, autocommit=True) as found:
        yield found


@pytest.fixture
def store(here: Running) -> Iterator[Store]:
    with closing(open_store(here.database_url)) as store:
        yield store


def rows(grafana: "psycopg.Connection[Row]", here: Running, title: str, **values: Sequence[str]) -> list[Row]:
    """Of one table, with All where nothing is given."""
    label = {"platform": "platform", "region": "region", "regions": "region", "state": "state"}
    found = {name: here.prometheus.label_values("xunjian_accounts", of) for name, of in label.items()} | values
    text = substituted(SQL[title].text, found, range_seconds=60, rate_seconds=60)
    return grafana.execute(text.encode()).fetchall()  # without parameters, as Grafana sends it


@pytest.mark.parametrize("query", SQL.values(), ids=str)
def test_a_table_has_rows_while_all_is_well(query: Asked, grafana: "psycopg.Connection[Row]", here: Running) -> None:
    assert rows(grafana, here, query.title)


def test_every_account_stands_where_the_store_says(
    grafana: "psycopg.Connection[Row]", here: Running, store: Store
) -> None:
    found = {(row["账号名称"], row["平台"]): row for row in rows(grafana, here, "账号明细")}
    standings = store.standings.current()
    assert len(found) == len(standings)
    for one in standings:
        row = found[one.account.name, one.account.platform]
        told = (row["状态"], row["主办单位"], row["始于"], row["最近发布"], row["最近核查"], row["链接"])
        expected = (one.state, one.account.unit, one.since, one.newest_post_at, one.proved_at, one.account.url)
        assert told == expected
        assert row["说明"] == one.why


def test_what_is_gravest_comes_first(grafana: "psycopg.Connection[Row]", here: Running) -> None:
    states = [row["状态"] for row in rows(grafana, here, "账号明细")]
    assert states[0] == "zombie"
    assert states[-1] == "ok"


def test_the_open_matters_are_those_of_the_list(
    grafana: "psycopg.Connection[Row]", here: Running, store: Store
) -> None:
    now = datetime.now(UTC)
    content = Content(store, now, Beginning(store.accounts.began_at(), Period("", now, now), now))
    listed = {
        row[HEADERS[part].index("告警编号")]
        for part in (Part.OVERDUE, Part.NEAR, Part.OTHER)
        for row in content.rows(part)
    }
    assert {row["告警编号"] for row in rows(grafana, here, "未了结的问题")} == listed - {""}


def test_a_deadline_that_a_person_set_is_shown_beside_account_and_matter(
    grafana: "psycopg.Connection[Row]", here: Running, store: Store
) -> None:
    standings = {one.account.key: one for one in store.standings.current()}
    silent = next(one for one in standings.values() if one.findings and one.state.is_verified)
    hidden = next(one for one in standings.values() if not one.state.is_verified and one.account.platform == "weibo")
    done = next(one for one in standings.values() if one.findings and one.state.is_verified and one != silent)
    for one, matter, state in (
        (silent, matter_of(silent.findings[0]), MarkState.TRUE),
        (hidden, unverified_matter(hidden.account.key, hidden.proved_at), None),
        (done, matter_of(done.findings[0]), MarkState.MENDED),
    ):
        words = {"matter": matter, "key": one.account.key, "at": datetime.now(UTC), "author": "示例"}
        store.marks.add([Mark.model_validate({**words, "state": state, "deadline": "2026-12-10"})])
    deadlines = {(row["账号名称"], row["平台"]): row["整改期限"] for row in rows(grafana, here, "账号明细")}
    assert deadlines[silent.account.name, silent.account.platform] == "2026-12-10"
    assert deadlines[hidden.account.name, hidden.account.platform] == "2026-12-10"
    assert deadlines[done.account.name, done.account.platform] is None
    marked = {row["告警编号"]: (row["核实状态"], row["整改期限"]) for row in rows(grafana, here, "未了结的问题")}
    assert marked[silent.findings[0].number] == ("属实", "2026-12-10")
    assert marked[done.findings[0].number] == ("已整改", "2026-12-10")


@pytest.mark.parametrize(
    "value", ["x'); DROP TABLE account; --", "\\'; SELECT 1; --", "$1", "%s", "云川(新)区'1.2", "a\nb", "${platform}"]
)
@pytest.mark.parametrize("title", ["账号明细", "未了结的问题"])
def test_a_hostile_value_is_a_value(title: str, value: str, grafana: "psycopg.Connection[Row]", here: Running) -> None:
    assert rows(grafana, here, title, platform=[value]) == []
    assert rows(grafana, here, title, state=[value], region=[value], platform=[value]) == []
    assert rows(grafana, here, "账号明细")


def test_one_region_one_platform_and_one_state_can_be_chosen(grafana: "psycopg.Connection[Row]", here: Running) -> None:
    strange = "云川(新)区'1.2"
    assert {row["地区"] for row in rows(grafana, here, "账号明细", region=[strange])} == {strange}
    assert {row["平台"] for row in rows(grafana, here, "账号明细", platform=["douyin"])} == {"douyin"}
    assert {row["状态"] for row in rows(grafana, here, "账号明细", state=["zombie"])} == {"zombie"}
    assert rows(grafana, here, "账号明细", region=["未填"])


def test_a_region_without_a_label_of_its_own_is_among_the_others(
    grafana: "psycopg.Connection[Row]", here: Running
) -> None:
    known = ["河山省云川市青禾县", "其他"]
    found = {row["地区"] for row in rows(grafana, here, "账号明细", regions=known, region=["其他"])}
    assert found == {"河山省云川市白石县", "云川(新)区'1.2", "未填"}


@pytest.mark.parametrize("title", ["账号明细", "未了结的问题"])
def test_without_choices_there_is_no_error(title: str, grafana: "psycopg.Connection[Row]", here: Running) -> None:
    """Prometheus was away when the variables were asked for."""
    assert rows(grafana, here, title, platform=[], region=[], regions=[], state=[]) == []


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_grafana_may_read_no_table(table: str, grafana: "psycopg.Connection[Row]") -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        grafana.execute(f'SELECT * FROM "{table}"'.encode())


@pytest.mark.parametrize("inner", ["marks()", "matters()", "matter('a')", "region('a')"])
def test_grafana_may_call_nothing_else(inner: str, grafana: "psycopg.Connection[Row]") -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        grafana.execute(f"SELECT xunjian_grafana.{inner}".encode())


def test_grafana_can_write_nothing(grafana: "psycopg.Connection[Row]") -> None:
    for statement in (b"CREATE TABLE public.mine (a int)", b"CREATE TABLE xunjian_grafana.mine (a int)"):
        with pytest.raises((psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege)):
            grafana.execute(statement)


def test_a_table_of_grafanas_own_takes_nobodys_place(grafana: "psycopg.Connection[Row]", here: Running) -> None:
    """The functions run with the rights of their owner: what they name must be what we mean."""
    before = len(rows(grafana, here, "账号明细"))
    grafana.execute(b"SET default_transaction_read_only = off")
    grafana.execute(b"CREATE TEMPORARY VIEW account AS SELECT 1 AS key")
    assert len(rows(grafana, here, "账号明细")) == before


def test_no_contact_is_shown(grafana: "psycopg.Connection[Row]", here: Running, store: Store) -> None:
    everything = str([rows(grafana, here, title) for title in SQL])
    functions = str(grafana.execute(b"SELECT * FROM xunjian_grafana.accounts()").fetchall())
    for account in store.accounts.all():
        for personal in (account.contact, account.phone, account.leader):
            assert personal
            assert personal not in everything + functions


def test_what_is_given_outlives_the_tables_and_can_be_given_again(postgres_url: str) -> None:
    """A restore and an upgrade make the tables anew; nothing may hang on them."""
    with own_database(postgres_url) as url:
        with_tables(url)
        give_grafana(url)
        give_grafana(url)
        engine = create_engine(url)
        with engine.begin() as connection:
            metadata.drop_all(connection)
            connection.exec_driver_sql("DROP TABLE xunjian_version")
        with closing(Database(url)) as database:
            upgrade(database, datetime.now(UTC))
        as_grafana = create_engine(make_url(url).set(username=ROLE))
        with as_grafana.connect() as connection:
            assert connection.exec_driver_sql("SELECT * FROM xunjian_grafana.accounts()").all() == []
        as_grafana.dispose()
        engine.dispose()
