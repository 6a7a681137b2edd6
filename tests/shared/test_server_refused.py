"""What a PostgreSQL server refuses for its own sake is waited out, and told as what it is."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import text

from shared.errors import PermanentError, TransientError
from shared.storage.database import Database
from shared.storage.refused import server_words
from tests.fakes.gate import Gate

WRITE = "INSERT INTO account SELECT * FROM account WHERE false"


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    with closing(Database(postgres_url)) as opened:
        yield opened


def run(database: Database, *statements: str) -> None:
    with database.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def raised(state: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"


@pytest.mark.fault(15)
@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["SET LOCAL statement_timeout = 20", "SELECT pg_sleep(60)"], "中止了这条语句（超过 statement_timeout"),
        (["SET TRANSACTION READ ONLY", "CREATE TABLE t (a int)"], "现在只能读"),
        (["SELECT pg_terminate_backend(pg_backend_pid())"], "断开了连接"),
        (["SET LOCAL ROLE pg_monitor", "SELECT * FROM account"], "不许这个用户读写"),
        (["SELECT * FROM nowhere"], "没有本程序要的表"),
        (["SELECT nothing FROM account"], "与本程序的版本不同"),
        ([raised("55P03")], "被别处锁着"),
        ([raised("40P01")], "冲突"),
        ([raised("53100")], "磁盘已满"),
        ([raised("53300")], "连接数已满"),
        ([raised("25P04")], "停留过久"),
        ([raised("XX001")], "内部出错"),
    ],
)
def test_it_is_waited_out_and_said(database: Database, statements: list[str], said: str) -> None:
    with pytest.raises(TransientError, match=re.escape(said)):
        run(database, *statements)
    database.check()


@pytest.mark.fault(15)
def test_a_transaction_that_was_idle_for_too_long_is_begun_again(database: Database) -> None:
    def idle() -> None:
        with database.begin() as connection:
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 1"))
            watch_until_ended(database, connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
            connection.execute(text("SELECT 1"))

    with pytest.raises(TransientError, match="结束了停留过久的事务"):
        idle()
    database.check()


def watch_until_ended(database: Database, pid: int) -> None:
    here = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
    while True:
        with database.read() as another:
            if not another.execute(here, {"pid": pid}).scalar():
                return


@pytest.mark.fault(15)
@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (("28P01", 'password authentication failed for user "xunjian"'), "数据库拒绝了用户名或密码"),
        (("28P01", '用户 "xunjian" Password 认证失败'), "数据库拒绝了用户名或密码"),
        (("28000", 'no pg_hba.conf entry for host "10.0.0.7", user "xunjian"'), "数据库拒绝登录"),
        (("28000", 'role "xunjian" is not permitted to log in'), "数据库拒绝登录"),
    ],
)
def test_a_refused_log_in_is_told_as_that_and_waited_out(refusal: tuple[str, str], said: str) -> None:
    with Gate("127.0.0.1", 1) as server:
        server.refuse(refusal)
        with pytest.raises(TransientError, match=rf"{said}：.*请核对设置 database_url 中的用户和密码"):
            Database(f"postgresql+psycopg://xunjian:secret@127.0.0.1:{server.port}/x")


@pytest.mark.parametrize("state", ["22001", "22P02", "23505", "42601", "42804", "54000"])
def test_a_row_or_statement_that_is_wrong_is_none_of_them(database: Database, state: str) -> None:
    assert server_words(state) is None
    with pytest.raises(PermanentError, match="数据库拒绝执行"):
        run(database, raised(state))


@pytest.mark.fault(15)
def test_connections_to_what_can_only_be_read_now_are_not_used_again(database: Database) -> None:
    """A failover: the sessions of before stay where nobody can write."""
    url, name = database.engine.url, database.engine.url.database
    with closing(Database(url.render_as_string(hide_password=False))) as administrator:
        run(administrator, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        database.engine.dispose()
        with ExitStack() as stack:
            for _ in range(3):
                stack.enter_context(database.engine.connect())
        run(administrator, f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    with pytest.raises(TransientError, match="现在只能读"):
        run(database, WRITE)
    run(database, WRITE)


@pytest.mark.fault(15)
def test_who_finds_no_free_connection_tries_again_later(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = database.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.01)
    with ExitStack() as stack:
        for _ in range(15):
            stack.enter_context(database.engine.connect())
        with pytest.raises(TransientError, match="太慢"):
            database.check()
    database.check()
