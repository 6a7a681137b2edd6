"""The ledger of the settings is imported by whoever starts, any number of them at once."""

import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from shared.errors import InputError
from shared.runtime.ledger_at_start import import_ledger
from shared.storage.store import open_store
from tests.builders import NOW

HEADER = "账号名称,平台,账号ID,主办单位\n"


def ledger(folder: Path, rows: str) -> Path:
    file = folder / "台账.csv"
    file.write_text(HEADER + rows, encoding="utf-8")
    return file


def test_four_that_start_at_once_bring_every_account_once(tmp_path: Path) -> None:
    file = ledger(tmp_path, "".join(f"青禾{number},新浪微博,10000000{number:02},县政府办\n" for number in range(30)))
    url = f"sqlite:///{tmp_path}/xunjian.db"
    open_store(url).close()
    failures: list[BaseException] = []

    def start(number: int) -> None:
        try:
            with closing(open_store(url)) as store:
                assert import_ledger(file, store, NOW + timedelta(seconds=number)) == []
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with closing(open_store(url)) as store:
        assert len(store.accounts.all()) == 30
        assert len(store.accounts.changed_after(0, 1000)) == 30


def test_what_was_refused_is_said_and_the_rest_is_taken(tmp_path: Path) -> None:
    file = ledger(tmp_path, "青禾发布,新浪微博,1000000001,县政府办\n青禾教育,新浪微博,1000000002,\n")
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store:
        (said,) = import_ledger(file, store, NOW)
        assert "主办单位" in said
        assert [account.name for account in store.accounts.all()] == ["青禾发布"]


def test_no_ledger_is_no_fault_and_a_missing_one_is(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store:
        assert import_ledger(None, store, NOW) == []
        with pytest.raises(InputError, match=r"nowhere\.xlsx"):
            import_ledger(tmp_path / "nowhere.xlsx", store, NOW)


def test_a_broken_file_stops_nobody_who_has_a_ledger(tmp_path: Path) -> None:
    file = ledger(tmp_path, "青禾发布,新浪微博,1000000001,县政府办\n")
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store:
        import_ledger(file, store, NOW)
        file.write_bytes(b"PK\x03\x04broken")
        (said,) = import_ledger(file, store, NOW + timedelta(days=1))
        assert "继续使用数据库里原有的台账" in said
        assert [account.name for account in store.accounts.all()] == ["青禾发布"]


def test_what_the_file_at_start_says_wrong_stays_in_view(tmp_path: Path) -> None:
    file = ledger(tmp_path, "青禾教育,新浪微博,1000000002,\n")
    with closing(open_store(f"sqlite:///{tmp_path}/xunjian.db")) as store:
        import_ledger(file, store, NOW)
        assert [refusal.name for refusal in store.refusals.current()] == ["青禾教育"]
