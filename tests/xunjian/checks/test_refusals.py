"""What was not taken of ledger files is told until a file says it right."""

from pathlib import Path

from shared.filing import file_ledger
from shared.storage.store import Store, open_store
from tests.builders import NOW, days
from tests.xunjian.checks.signs import only
from xunjian.checks.diagnosis import Sign
from xunjian.checks.refusals import check_refusals

HEAD = "账号名称,平台,账号ID,主办单位,联系电话\n"


def filed(store: Store, folder: Path, *rows: str, at: float = 0) -> None:
    (folder / "台账.csv").write_text(HEAD + "\n".join(rows), encoding="utf-8")
    file_ledger(store, folder / "台账.csv", NOW + days(at))


def test_what_was_not_taken_is_counted_named_and_gone_when_mended(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/xunjian.db")
    filed(store, tmp_path, "甲,微搏,一,某局,", "乙,微博,2803301701,某局,没有")
    check = only(check_refusals(store.refusals.current()))
    assert check.sign is Sign.ADVICE
    assert check.detail.startswith("台账.csv 有 1 行未导入、1 格未采纳：CSV!B2 甲 平台：认不出平台")
    assert "xunjian ledger import 台账.csv" in check.remedy
    assert list(check_refusals(store.refusals.current(), but="台账.csv")) == []
    filed(store, tmp_path, "甲,微博,2803301702,某局,", "乙,微博,2803301701,某局,", at=1)
    assert list(check_refusals(store.refusals.current())) == []
    store.close()
