"""An address of a database that can be none is one sentence, and shows no piece of the password."""

import pytest

from shared.errors import InputError, TransientError
from shared.storage.store import open_store

BEGINNING = "postgresql+psycopg://watch:"


@pytest.mark.parametrize("rest", ["p@h:notaport/x", "p@h:99999/x", "p@h:0/x", "p@h:1:2/x", "p@SECRET:p@h:1/x"])
def test_a_wrong_address_is_refused_without_showing_it(rest: str) -> None:
    with pytest.raises(InputError, match=r"database_url: 数据库的地址写得不对.*%40") as refused:
        open_store(BEGINNING + rest)
    assert "SECRET" not in str(refused.value)


@pytest.mark.parametrize(
    ("query", "option"),
    [
        ("sslmode=wrong", "sslmode"),
        ("host=a,b&sslmode=wrong", "sslmode"),
        ("ssl_min_protocol_version=TLSv9", "ssl_min_protocol_version"),
        ("target_session_attrs=primry", "target_session_attrs"),
        ("keepalives=yes", "keepalives"),
        ("connect_timeout=10s", "connect_timeout"),
        ("sslmode=require&sslrootcert=system", "sslmode"),
        ("service=none", "service"),
        ("port=wrong", "port"),
        ("host=a,b&port=1,2,3", "port"),
        ("sslmod=require", "sslmod"),
    ],
)
def test_an_option_that_the_driver_never_takes_is_no_outage(query: str, option: str) -> None:
    with pytest.raises(InputError, match=rf"^database_url: .*{option}.*请") as refused:
        open_store(f"{BEGINNING}SECRET@nowhere.invalid/x?{query}")
    assert "SECRET" not in str(refused.value)
    assert "wrong" not in str(refused.value)


def test_a_variable_of_the_driver_is_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "wrong")
    with pytest.raises(InputError, match=r"sslmode.*PG"):
        open_store(f"{BEGINNING}p@nowhere.invalid/x")


@pytest.mark.parametrize(
    "query", ["", "?sslmode=require&connect_timeout=3&application_name=x", "?prepare_threshold=0", "?host=a,b&port=1,2"]
)
def test_what_the_driver_takes_is_tried_and_waited_for(query: str) -> None:
    with pytest.raises(TransientError):
        open_store(f"{BEGINNING}p@nowhere.invalid/x{query}")
