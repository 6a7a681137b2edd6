"""Files of words are followed while in use; a broken one is refused, and the words before it stay."""

import io
import os
import threading
import time
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from services.analyzer.language.lexicon.in_use import LexiconInUse
from services.analyzer.language.lexicon.options import LexiconOptions
from services.analyzer.language.lexicon.word_files import WordFile, read_word_file, read_words
from services.analyzer.language.lexicon.words import Word
from services.analyzer.rulebook import Entry, Rulebook
from services.analyzer.rules.sensitive_word import SensitiveWord
from shared.errors import InputError
from shared.events import Clause, Severity

_MINUTE = 60.0


def _write(path: Path, content: str | bytes, age_seconds: float = 30) -> None:
    """As somebody saved it a while ago."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    saved = time.time() - age_seconds
    os.utime(path, (saved, saved))


def _found(lists: LexiconInUse, text: str, now: float) -> list[str]:
    return [match.word.word for match in lists.current(now).find(text)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "own.txt"
    _write(path, "摸鱼\n", age_seconds=100)
    return path


def test_a_changed_file_is_in_force_with_the_next_text(path: Path) -> None:
    lists = LexiconInUse((path,), LexiconOptions())
    assert _found(lists, "摸鱼，躺平", 0) == ["摸鱼"]
    _write(path, "躺平\n")
    assert _found(lists, "摸鱼，躺平", _MINUTE) == ["躺平"]


def test_files_are_looked_at_every_two_seconds_and_not_while_they_are_being_written(path: Path) -> None:
    lists = LexiconInUse((path,), LexiconOptions())
    assert _found(lists, "摸鱼，躺平", 100) == ["摸鱼"]
    _write(path, "躺平\n")
    assert _found(lists, "摸鱼，躺平", 101) == ["摸鱼"]
    assert _found(lists, "摸鱼，躺平", 103) == ["躺平"]
    _write(path, "摸鱼\n", age_seconds=0)
    assert _found(lists, "摸鱼，躺平", 200) == ["躺平"]
    _write(path, "摸鱼\n")
    assert _found(lists, "摸鱼，躺平", 300) == ["摸鱼"]


def test_the_version_is_that_of_the_content_not_of_the_file(path: Path) -> None:
    lists = LexiconInUse((path,), LexiconOptions())
    first = lists.current(0)
    assert first.version == read_word_file(path).version
    _write(path, "摸鱼\n", age_seconds=5)
    assert lists.current(_MINUTE) is first


@pytest.mark.parametrize("content", [b"\xff\xfe\xfa", b"a\x00b\n", ("字" * 500).encode(), None])
def test_a_broken_file_is_told_with_its_reason_and_the_old_words_stay(path: Path, content: bytes | None) -> None:
    lists = LexiconInUse((path,), LexiconOptions())
    if content is None:
        path.unlink()
    else:
        _write(path, content)
    assert _found(lists, "摸鱼", _MINUTE) == ["摸鱼"]
    trouble = lists.trouble_at(2 * _MINUTE)
    assert trouble is not None
    assert "own.txt" in trouble
    assert "请" in trouble
    _write(path, "躺平\n", age_seconds=20)
    assert _found(lists, "摸鱼，躺平", 3 * _MINUTE) == ["躺平"]
    assert lists.trouble_at(4 * _MINUTE) is None


def test_a_file_that_could_not_be_opened_is_tried_again_though_it_looks_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = LexiconInUse((path,), LexiconOptions())
    _write(path, "躺平\n")

    def no_right(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as without_rights:
        without_rights.setattr(Path, "read_bytes", no_right)
        assert _found(lists, "摸鱼，躺平", _MINUTE) == ["摸鱼"]
        assert lists.trouble_at(2 * _MINUTE) is not None
    assert _found(lists, "摸鱼，躺平", 3 * _MINUTE) == ["躺平"]
    assert lists.trouble_at(4 * _MINUTE) is None


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("own.csv", 'word,tag\n"下\n三滥",a\n毒雾,b\n', "own.csv:2"),
        ("own.csv", "word,tag\n毒雾,烟雾,b\n", "own.csv:2"),
        ("own.csv", "word,tag\n", "没有词语"),
        ("own.txt", "\u3000\n\n", "没有词语"),
        ("own.txt", "", "没有词语"),
        ("own.txt", "\ufeff", "没有词语"),
    ],
)
def test_what_cannot_be_words_is_refused(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        read_words(tmp_path / name)


def test_lines_may_end_as_an_old_mac_ends_them(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_bytes("摸鱼\r躺平\r".encode())
    assert [word.word for word in read_words(tmp_path / "own.txt")] == ["摸鱼", "躺平"]


@pytest.mark.parametrize(
    "part", ["[Content_Types].xml", "xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"]
)
def test_a_workbook_with_a_broken_part_is_refused(tmp_path: Path, part: str) -> None:
    content = _workbook_with(part, b"<worksheet")
    (tmp_path / "own.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=r"own\.xlsx"):
        read_words(tmp_path / "own.xlsx")


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.xlsx").write_bytes(_workbook_with("xl/worksheets/sheet1.xml", b" " * 20_000_000))
    with pytest.raises(InputError, match="压缩"):
        read_words(tmp_path / "own.xlsx")


def _workbook_with(part: str, content: bytes) -> bytes:
    whole, changed = io.BytesIO(), io.BytesIO()
    Workbook().save(whole)
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, content if name == part else before.read(name))
    return changed.getvalue()


def test_several_files_are_one_list_and_change_one_by_one(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "other.csv"
    _write(other, "word,tag\n内鬼,风纪\n")
    lists = LexiconInUse((path, other), LexiconOptions())
    assert _found(lists, "摸鱼，内鬼", 0) == ["摸鱼", "内鬼"]
    _write(other, "word,tag\n躺平,风纪\n", age_seconds=10)
    assert _found(lists, "摸鱼，内鬼，躺平", _MINUTE) == ["摸鱼", "躺平"]


def test_a_rulebook_with_a_broken_list_stops_the_start_and_later_says_so(path: Path) -> None:
    book = _book(str(path))
    book.check()
    assert book.troubles() == []
    with pytest.raises(InputError, match="nowhere"):
        _book(str(path.with_name("nowhere.txt"))).check()


def test_the_rule_judges_by_the_list_as_it_is(path: Path) -> None:
    rule = SensitiveWord(lexicons=(str(path),), lexicon_options={"word_boundary": False})
    assert [hit.text for hit in rule.check_text("上班摸鱼")] == ["摸鱼"]


def test_a_text_file_has_a_word_a_line(tmp_path: Path) -> None:
    path = tmp_path / "words.TXT"
    path.write_bytes("\ufeff摸鱼\r\n\r\n 躺平 \r\n".encode())
    assert read_words(path) == [Word("摸鱼", "custom"), Word("躺平", "custom")]
    path.write_bytes("摸鱼\n".encode("gb18030"))
    assert read_words(path) == [Word("摸鱼", "custom")]


def test_a_line_that_is_no_word_is_named(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("摸鱼\n" + "长" * 101 + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"words\.txt:2: 有 101 字"):
        read_words(path)


def test_a_workbook_has_its_columns_by_their_headers(tmp_path: Path) -> None:
    path = tmp_path / "words.xlsx"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["备注", "Word", "Tag", "Suggestion"], ["", "摸鱼", "风纪", None], [], [None, 404, "号码", "x"]):
        sheet.append(row)
    book.save(path)
    assert read_words(path) == [Word("摸鱼", "风纪"), Word("404", "号码", "x")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", b"word,tag\n"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "words.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match="xlsx"):
        read_words(path)


@pytest.mark.parametrize(
    "content",
    [
        "word,tag,suggestion\n甲,a,乙\n丙,b,\n",
        'word,tag,suggestion\n"甲",a,乙\n丙,b\n',
        "suggestion,tag,word\r\n乙,a,甲\r\n,b,丙",
    ],
)
def test_plain_and_quoted_tables_read_alike(tmp_path: Path, content: str) -> None:
    path = tmp_path / "words.csv"
    path.write_bytes(content.encode())
    assert read_words(path) == [Word("甲", "a", "乙"), Word("丙", "b")]


def _book(path: str) -> Rulebook:
    entry = Entry(
        indicator="C-09",
        rule="sensitive_word",
        severity=Severity.DEDUCTION,
        clause=Clause(document="示例", words="示例"),
        options={"lexicons": (path,)},
    )
    return Rulebook.model_validate(
        {"name": "own", "title": "示例", "version": "1", "effective_from": "2020-01-01", "entries": (entry,)}
    )


def test_while_one_reads_the_changed_file_the_others_go_on_with_the_words_in_force(path: Path) -> None:
    slow, begun, go_on = threading.Event(), threading.Event(), threading.Event()

    class Slow(LexiconInUse):
        def _read(self, file: Path) -> WordFile:
            if slow.is_set():
                begun.set()
                go_on.wait(10)
            return super()._read(file)

    lists = Slow((path,), LexiconOptions())
    _write(path, "躺平\n")
    slow.set()
    reader = threading.Thread(target=lambda: lists.current(_MINUTE))
    reader.start()
    try:
        assert begun.wait(10)
        assert _found(lists, "摸鱼，躺平", 2 * _MINUTE) == ["摸鱼"]
    finally:
        go_on.set()
        reader.join()
    assert _found(lists, "摸鱼，躺平", 3 * _MINUTE) == ["躺平"]
