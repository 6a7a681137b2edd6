"""`xunjian similar` as a program uses it."""

import json

import pytest
import typer
from typer.testing import CliRunner, Result

from xunjian.commands.similar import similar

_app = typer.Typer()
_app.command()(similar)
_GOOD = {"id": "1", "a": "今日城东停水，请居民提前储水。", "b": "今日城东停水,请居民提前储水!"}


def _run(given: bytes) -> Result:
    return CliRunner().invoke(_app, ["--jsonl"], input=given)


def _line(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def test_each_line_is_answered_with_same_and_score() -> None:
    result = _run(_line(_GOOD) + b"\n" + _line({"id": 2, "a": "停水通知", "b": "招生简章"}))
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert answers == [{"id": "1", "same": True, "score": 1.0}, {"id": 2, "same": False, "score": 0.0}]


@pytest.mark.parametrize(
    ("bad", "words"),
    [(b"{", "JSON"), (b"[1]", "a"), (_line({"id": 1, "a": "x"}), "键 b"), (_line({"a": "x", "b": "y"}), "键 id")],
)
def test_a_bad_line_is_named_and_nothing_before_it_is_lost(bad: bytes, words: str) -> None:
    result = _run(_line(_GOOD) + bad)
    assert result.exit_code == 2
    assert "-:2" in result.stderr
    assert words in result.stderr
    assert json.loads(result.stdout)["same"] is True
