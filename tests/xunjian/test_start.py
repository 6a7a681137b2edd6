"""A check of one text starts without what it does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

_HEAVY = (
    *("sqlmodel", "sqlalchemy", "playwright", "kafka", "httpx", "openpyxl", "prometheus_client", "chinese_calendar"),
    *("pypinyin.phrases_dict", "jieba", "phonenumbers", "stdnum", "feedparser", "cryptography"),
    *("structlog", "rich", "asyncio", "numpy.ma", "alembic"),
)
_CHECK = """
import sys
from xunjian.__main__ import main
sys.argv = ["xunjian", "check", sys.argv[1]]
try:
    main()
except SystemExit:
    pass
print(*sys.modules, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    file: Path = tmp_path_factory.mktemp("text") / "text.txt"
    file.write_text("市民政局召开会议，研究部署下一阶段工作。", encoding="utf-8")
    ran = subprocess.run([sys.executable, "-c", _CHECK, str(file)], capture_output=True, text=True, check=True)
    assert ran.stdout == "需处理 0 处，仅供参考 0 处。\n"
    return set(ran.stderr.split())


@pytest.mark.parametrize("module", _HEAVY)
def test_it_loads_no_library_that_the_text_does_not_ask_for(loaded: set[str], module: str) -> None:
    assert module not in loaded


def test_it_loads_no_rule_that_is_off(loaded: set[str]) -> None:
    rules = {module.rpartition(".")[2] for module in loaded if module.startswith("services.analyzer.rules.")}
    assert "proofreading" in rules
    assert not rules & {"source_named", "review_signature", "monthly_original", "silent_workdays"}
