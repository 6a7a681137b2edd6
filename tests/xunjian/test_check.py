"""`xunjian check` as a person and as a program use it."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from xunjian.commands.check import check

_app = typer.Typer()
_app.command()(check)
_ID = "11010119900307002X"


def _run(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(_app, list(arguments), input=given)


def _lines(*records: object) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def test_a_clean_text_ends_with_nothing_to_do() -> None:
    result = _run(given="今日天气晴。".encode())
    assert result.exit_code == 0
    assert "需处理 0 处" in result.stdout


def test_a_person_reads_place_word_clause_and_suggestion() -> None:
    result = _run(given="第一行\r\n推进扫黑险恶。".encode())
    assert result.exit_code == 1
    for part in ("2:3", "扫黑险恶", "wrong_expression", "国办秘函〔2019〕19号", "扫黑除恶"):
        assert part in result.stdout


def test_what_an_advertisement_weighs_is_printed_so_that_it_can_be_added_up() -> None:
    offer = "江湾府建面约98㎡，首付15万起，营销中心：江湾路8号，品鉴热线0938-8888888。"
    result = _run(given=offer.encode())
    assert "理由：" in result.stdout
    assert "合计" in result.stdout
    assert "满5分即疑似广告" in result.stdout


def test_a_reason_that_the_advice_gives_is_not_said_again() -> None:
    assert "理由" not in _run(given="推进扫黑险恶。".encode()).stdout


def test_a_mention_is_shown_and_accuses_nobody() -> None:
    result = _run(given="警方打击赌博。".encode())
    assert result.exit_code == 0
    assert "赌博" in result.stdout


def test_a_personal_number_is_not_printed_again() -> None:
    result = _run(given=f"张三，身份证号{_ID}".encode())
    assert result.exit_code == 1
    assert _ID not in result.stdout


def test_no_sentence_for_people_repeats_a_personal_number() -> None:
    text = "请致电(13800138000张三）咨询，邮箱是”x@y.com或邮件“，谢谢。"
    assert "13800138000" not in _run(given=text.encode()).stdout
    findings = json.loads(_run("--jsonl", given=_lines({"id": 1, "text": text})).stdout)["findings"]
    assert {"width", "pair", "mobile", "email"} <= {finding["tag"] for finding in findings}
    for finding in findings:
        assert "13800138000" not in finding["advice"]
        assert "x@y" not in finding["advice"]


def test_a_draft_without_a_letter_is_no_wrong_file(tmp_path: Path) -> None:
    path = tmp_path / "draft.txt"
    path.write_bytes("\ufeff".encode())
    assert _run(str(path)).exit_code == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_files_come_in_many_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "draft.txt"
    path.write_bytes("推进扫黑险恶专项斗争，建设平安青禾。".encode(encoding))
    result = _run(str(path))
    assert result.exit_code == 1
    assert "1:3" in result.stdout


def test_json_lines_give_code_points_of_the_text_as_given() -> None:
    text = "😀\x00\ud800推进ＳＢ扫黑险恶"
    given = (json.dumps({"id": 7, "text": text}) + "\r\n\r\n" + '{"id": "b", "text": ""}\n').encode("utf-8-sig")
    result = _run("--jsonl", given=given)
    first, second = (json.loads(line) for line in result.stdout_bytes.splitlines())
    (finding,) = first["findings"]
    assert text[finding["start"] : finding["end"]] == finding["text"] == "扫黑险恶"
    assert finding["clause"]["document"] == "国办秘函〔2019〕19号"
    assert {"rule", "severity", "suggestion", "indicator", "tag"} <= set(finding)
    assert first["kind"] == "unknown"
    assert second == {"id": "b", "kind": "repost", "findings": []}
    assert result.exit_code == 1


def test_a_lexicon_replaces_the_words(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("word,tag\n摸鱼,风纪\n", encoding="utf-8")
    result = _run("--jsonl", "--lexicon", str(path), given=_lines({"id": 1, "text": "摸鱼，真人荷官加微信"}))
    assert [finding["text"] for finding in json.loads(result.stdout)["findings"]] == ["摸鱼"]


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        (b"{nonsense\n", "JSON"),
        (b"[1]\n", "JSON"),
        (b'{"text": "x"}\n', "id"),
        (b'{"id": 1}\n', "text"),
        (b'{"id": 1, "text": 5}\n', "text"),
        (b"[" * 100_000 + b"\n", "JSON"),
    ],
)
def test_a_bad_line_is_named_and_nothing_before_it_is_lost(bad: bytes, key: str) -> None:
    result = _run("--jsonl", given=_lines({"id": 1, "text": "好"}) + bad)
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {"id": 1, "kind": "unknown", "findings": []}
    assert "-:2" in result.stderr
    assert key in result.stderr
    assert "请" in result.stderr


@pytest.mark.parametrize("option", ["", "--lexicon", "--rulebook"])
def test_a_missing_file_is_bad_input(option: str) -> None:
    arguments = [option, "nowhere.file"] if option else ["nowhere.file"]
    result = _run(*arguments, given="扫黑险恶".encode())
    assert result.exit_code == 2
    assert "nowhere.file" in result.stderr


def test_a_megabyte_is_checked() -> None:
    result = _run(given=("我县召开会议，研究部署重点工作。" * 65_000).encode())
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("name", "option", "text", "found"),
    [
        ("own.txt", "homophones=true", "上班莫鱼", ["莫鱼"]),
        ("own.txt", "skip_symbols=true", "上班摸-鱼", ["摸-鱼"]),
        ("own.csv", "word_boundary=false", "抚摸鱼竿", ["摸鱼"]),
        ("own.csv", "word_boundary=true", "抚摸鱼竿", []),
        ("own.csv", "detect_url=true", "见 https://x.cn/a", ["https://x.cn/a"]),
    ],
)
def test_options_say_how_the_list_matches(tmp_path: Path, name: str, option: str, text: str, found: list[str]) -> None:
    path = tmp_path / name
    path.write_text("摸鱼\n" if name.endswith("txt") else "word,tag\n摸鱼,风纪\n", encoding="utf-8")
    result = _run("--jsonl", "--lexicon", str(path), "--lexicon-option", option, given=_lines({"id": 1, "text": text}))
    findings = json.loads(result.stdout)["findings"]
    assert [one["text"] for one in findings if one["rule"] == "sensitive_word"] == found
    assert all(text[one["start"] : one["end"]] == one["text"] for one in findings)


@pytest.mark.parametrize("option", ["homophone=true", "homophones=perhaps", "homophones"])
def test_a_wrong_option_is_bad_input_that_names_the_possible_ones(option: str) -> None:
    result = _run("--jsonl", "--lexicon-option", option, given=_lines({"id": 1, "text": "好"}))
    assert result.exit_code == 2
    assert "请改" in result.stderr or "请改正" in result.stderr


def test_a_file_of_conventions_adds_its_rule_and_takes_the_place_of_the_rulebooks_own(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("写法,建议\n寮国,老挝\n", encoding="utf-8")
    (tmp_path / "own.csv").write_text("写法,建议,来源\n纽西兰,新西兰,用语手册\n", encoding="utf-8")
    (tmp_path / "book.yaml").write_text(
        "name: x\ntitle: x\nversion: '1'\neffective_from: 2024-01-01\nentries:\n"
        "  - {indicator: Z-01, rule: naming_convention, severity: hint, clause: {document: d, words: w}, "
        "options: {conventions: old.csv}}\n",
        encoding="utf-8",
    )
    given = _lines({"id": 1, "text": "访问纽西兰和寮国。"})
    for book, indicator in (("cn", "C-12"), (str(tmp_path / "book.yaml"), "Z-01")):
        result = _run("--jsonl", "--rulebook", book, "--conventions", str(tmp_path / "own.csv"), given=given)
        (finding,) = json.loads(result.stdout)["findings"]
        assert (finding["rule"], finding["text"], finding["suggestion"]) == ("naming_convention", "纽西兰", "新西兰")
        assert finding["indicator"] == indicator
        assert "用语手册" in finding["advice"]
        assert result.exit_code == 1


@pytest.mark.parametrize("row", ["(甲|乙", "…"])
def test_a_broken_file_of_conventions_is_bad_input(tmp_path: Path, row: str) -> None:
    (tmp_path / "own.csv").write_text(f"写法\n{row}\n", encoding="utf-8")
    result = _run("--conventions", str(tmp_path / "own.csv"), given="好".encode())
    assert result.exit_code == 2
    assert "own.csv:2:写法" in result.stderr
    assert "请" in result.stderr
