"""`xunjian evidence`: verified, shown and checked by hand, without the program."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.collector.browser.chromium import find_browser
from shared.errors import InputError
from shared.events import Evidence
from shared.evidence.folder import FolderVault
from shared.evidence.keeper import Keeper
from shared.storage.pictures import OF_ACCOUNT, Page
from shared.storage.store import open_store
from tests.analyzer.analyzing import Analyzer
from tests.builders import NOW, a_finding, a_post, an_account
from tests.evidence.looks import a_look
from xunjian.app import make_app

HOSTILE = "<script>alert(1)</script>"


class Kept:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "xunjian.yaml"
        self.config.write_text(f"data_dir: {folder}/var\n", "utf-8")
        self.vault = FolderVault(folder / "var" / "evidence")
        with closing(open_store(f"sqlite:///{folder}/var/xunjian.db")) as store:
            keeper = Keeper(self.vault, store.evidence)
            self.looks = [
                keeper.keep(
                    *a_look(n, HOSTILE.encode() + str(n).encode(), picture=b"\x89PNG", account_name=HOSTILE), NOW
                )
                for n in (1, 2, 3)
            ]
            self.finding = a_finding(sentence=f"已满14天。{HOSTILE}", evidence=(Evidence(sha256=self.looks[1]),))
            with store.judgements.judging() as judging:
                judging.open(self.finding)

    def run(self, *words: str) -> tuple[int, str]:
        done = CliRunner().invoke(make_app(["evidence"]), ["evidence", *words, "--config", str(self.config)])
        return done.exit_code, done.output

    def file(self, sha256: str) -> Path:
        return self.folder / "var" / "evidence" / sha256[:2] / sha256[2:4] / sha256


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_a_whole_store_verifies_also_against_its_head_written_down(kept: Kept) -> None:
    status, head = kept.run("head")
    assert (status, head.strip().startswith("3:")) == (0, True)
    assert kept.run("verify", "--against", head.strip())[0] == 0
    assert kept.run("verify", "--against", f"4:{'0' * 64}")[0] == 1
    assert kept.run("verify", "--against", "yesterday")[0] != 0


def test_a_missing_file_is_told_and_exits_1_also_as_json(kept: Kept) -> None:
    kept.file(kept.looks[1]).unlink()
    status, said = kept.run("verify")
    assert (status, "第2条" in said, "查看记录不见了" in said) == (1, True, True)
    status, said = kept.run("verify", "--json")
    lines = [json.loads(line) for line in said.splitlines()]
    assert (lines[0]["kind"], lines[0]["n"], lines[-1]["errors"]) == ("content_missing", 2, 1)


def test_an_exhibit_is_checked_by_hand_and_holds_the_findings_reasons(kept: Kept) -> None:
    out = kept.folder / "exhibit"
    status, _ = kept.run("show", kept.finding.number, "--out", str(out))
    assert status == 0
    page = (out / "说明.html").read_text("utf-8")
    for words in (kept.finding.number, "国办秘函〔2019〕19号", "静默20天", "14天", kept.looks[1], "第2条"):
        assert words in page
    assert "<script" not in page
    assert 'http-equiv="Content-Security-Policy" content="default-src &#x27;none&#x27;' in page
    assert (out / "01-原始内容-01.html.txt").read_bytes() == HOSTILE.encode() + b"2"
    if sha256sum := shutil.which("sha256sum"):
        done = subprocess.run([sha256sum, "-c", "SHA256SUMS"], cwd=out, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout
    if find_browser() is not None:
        assert (out / "说明.pdf").read_bytes().startswith(b"%PDF-")
    lines = (out / "log.txt").read_bytes().splitlines(keepends=True)
    sums = [hashlib.sha256(line).hexdigest() for line in lines]
    assert [json.loads(line)["n"] for line in lines] == [2, 3]
    assert json.loads(lines[1])["previous"] == sums[0]
    assert kept.run("head")[1].strip() == f"3:{sums[1]}"
    assert f"3:{sums[1]}" in page


def spoil(kept: Kept, statement: str) -> None:
    with closing(sqlite3.connect(kept.folder / "var" / "xunjian.db", isolation_level=None)) as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM evidence_entry WHERE n = 2", "登记簿里没有这次查看"),
        ("UPDATE evidence_entry SET why = 'x' WHERE n = 2", "登记的内容被改动过"),
        ("UPDATE evidence_entry SET why = 'x' WHERE n = 3", "第3条"),
        ("UPDATE evidence_entry SET items = '{' WHERE n = 3", "第3条：登记的内容被改动过"),
        ("UPDATE evidence_entry SET at = 'never' WHERE n = 3", "第3条：登记的内容被改动过"),
    ],
)
def test_an_exhibit_says_that_the_log_was_tampered_with_and_is_whole_otherwise(
    kept: Kept, statement: str, words: str
) -> None:
    spoil(kept, statement)
    out = kept.folder / "exhibit"
    status, said = kept.run("show", kept.finding.number, "--out", str(out))
    assert (status, words in said) == (0, True), said
    assert words in (out / "说明.html").read_text("utf-8")
    assert (out / "SHA256SUMS").exists()
    assert (out / "01-原始内容-01.html.txt").exists()


@pytest.mark.parametrize("change", ["items = '{'", "at = 'never'", "kind = 'x'"])
def test_a_look_whose_own_entry_cannot_be_read_is_refused_with_the_remedy(kept: Kept, change: str) -> None:
    spoil(kept, f"UPDATE evidence_entry SET {change} WHERE n = 2")
    out = kept.folder / "exhibit"
    done = CliRunner().invoke(
        make_app(["evidence"]),
        ["evidence", "show", kept.finding.number, "--out", str(out), "--config", str(kept.config)],
    )
    if done.exit_code == 0:
        assert "登记簿里没有这次查看" in done.output
    else:
        assert isinstance(done.exception, InputError)
        assert "xunjian evidence verify" in str(done.exception)
        assert not out.exists()


def test_a_look_is_shown_by_the_beginning_of_its_hash_and_nothing_is_overwritten(kept: Kept) -> None:
    out = kept.folder / "exhibit"
    assert kept.run("show", kept.looks[0][:12], "--out", str(out))[0] == 0
    assert (out / "01-截图.jpg").read_bytes() == b"\x89PNG"
    assert kept.run("show", kept.looks[0][:12], "--out", str(out))[0] != 0
    assert kept.run("show", "FFFFFFFF")[0] != 0


def test_what_was_pruned_is_said_with_its_reason(kept: Kept) -> None:
    with closing(open_store(f"sqlite:///{kept.folder}/var/xunjian.db")) as store:
        store.evidence.prune(kept.looks[1], "保存已满365天", NOW)
    out = kept.folder / "exhibit"
    status, said = kept.run("show", kept.finding.number, "--out", str(out))
    assert (status, "保存已满365天" in said) == (0, True)
    assert "保存已满365天" in (out / "说明.html").read_text("utf-8")


def test_an_exhibit_holds_the_pictures_made_for_the_finding_and_when_each_item_was_first_seen(kept: Kept) -> None:
    post = a_post("p1", observed_at=NOW)
    finding = a_finding(subject="another matter", evidence=(Evidence(post_id="p1", at=NOW),))
    with closing(open_store(f"sqlite:///{kept.folder}/var/xunjian.db")) as store:
        store.accounts.upsert([an_account()], NOW)
        with store.judgements.judging() as judging:
            judging.open(finding)
        Analyzer(store).judge([post])
        store.pictures.note(lambda _: (Page(OF_ACCOUNT), Page("p1", url="https://weibo.com/1/a")), NOW)
        wanted = next(one for one in store.pictures.wanted(finding.key, NOW) if one.place == OF_ACCOUNT)
        picture = Keeper(kept.vault, store.evidence).look(kept.looks[2]).picture
        store.pictures.keep(wanted, kept.looks[2], str(picture), None, NOW)
        store.pictures.miss(
            next(one for one in store.pictures.wanted(finding.key, NOW) if one.place == "p1"), "页面打不开", None
        )
    out = kept.folder / "pictured"
    status, said = kept.run("show", finding.number, "--out", str(out))
    page = (out / "说明.html").read_text("utf-8")
    assert (status, "内容页截图：页面打不开" in said, "内容页截图：页面打不开" in page) == (0, True, True)
    assert (out / "01-截图.jpg").exists()
    assert "首次监测到：2026-11-21 12:00" in page
