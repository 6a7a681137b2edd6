"""An address of a database that can be none is one sentence, and shows no piece of the password."""

import pytest

from shared.errors import InputError
from shared.storage.store import open_store

BEGINNING = "postgresql+psycopg://watch:"


@pytest.mark.parametrize("rest", ["p@h:notaport/x", "p@h:99999/x", "p@h:0/x", "p@h:1:2/x", "p@SECRET:p@h:1/x"])
def test_a_wrong_address_is_refused_without_showing_it(rest: str) -> None:
    with pytest.raises(InputError, match=r"database_url: 数据库的地址写得不对.*%40") as refused:
        open_store(BEGINNING + rest)
    assert "SECRET" not in str(refused.value)
