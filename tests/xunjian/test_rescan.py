"""`xunjian rescan`: today's rules over stored posts; a list of hits, nothing sent, nothing written."""

import csv
import hashlib
import json
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.analyzer.in_force import load_rulebooks
from services.analyzer.objection import History
from shared.clock import utc_now
from shared.storage.posts import Posts
from shared.storage.store import open_store
from shared.storage.tables.every import metadata
from tests.builders import a_post, an_account
from xunjian.app import make_app
from xunjian.commands.rescan import Asking, Scan

NOW = utc_now()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XUNJIAN_DATA_DIR", str(tmp_path / "var"))
    store = open_store(f"sqlite:///{tmp_path}/var/xunjian.db")
    accounts = [an_account("1001"), an_account("1002", name="青禾教育", region="湖北省武汉市")]
    store.accounts.upsert(accounts, NOW - timedelta(days=500))
    with store.judgements.judging() as judging:
        for number, (account, age, text) in enumerate(
            [
                ("1001", 3, "全县推广量子堆肥技术，成效明显。"),
                ("1001", 400, "去年就提过量子堆肥。"),
                ("1002", 30, "今天天气晴。\n来源：网络"),
                ("1002", 20, "=量子堆肥，“真好”"),
            ]
        ):
            moment = NOW - timedelta(days=age)
            post = a_post(f"p{number}", moment, account_id=account, text=text, observed_at=moment, title="=要闻")
            judging.observed.add_posts([post])
    store.close()
    return tmp_path


def rescan(*options: str) -> Result:
    return CliRunner().invoke(make_app(), ["rescan", *options])


def a_lexicon(folder: Path, text: str = "word,tag\n量子堆肥,新词\n") -> str:
    file = folder / "new.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_new_word_is_found_in_a_year_of_posts(folder: Path) -> None:
    done = rescan("--lexicon", a_lexicon(folder), "--jsonl")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["account"], row["post_id"], row["rule"]) for row in rows] == [
        ("weibo/1001", "p0", "sensitive_word"),
        ("weibo/1002", "p3", "sensitive_word"),
    ]
    assert all("量子堆肥" in place for row in rows for place in row["places"])
    assert "查了 3 条内容，2 处须看" in done.stderr
    assert done.exit_code == 1


def test_options_of_a_list_are_those_of_check(folder: Path) -> None:
    asked = ("--lexicon", a_lexicon(folder), "--jsonl", "--lexicon-option")
    assert rescan(*asked, "only_category=新词").stdout.count("\n") == 2
    assert rescan(*asked, "only_category=旧词").stdout == ""
    assert "nonsense" in str(rescan(*asked, "nonsense=1").exception)


@pytest.mark.parametrize("options", [None, [], ["homophones=true"], ["skip_symbols=true", "overlap=true"]], ids=str)
def test_it_finds_what_the_rules_find_in_each_post(folder: Path, options: list[str] | None) -> None:
    """Posts are sifted many at a time; what is said of each is what a rule says that is given the post alone."""
    account = an_account("1003", name="青禾发布")
    texts = [
        *("全县推广量子堆肥。", "量子\n堆肥", "量 子 堆 肥", "量子", "堆肥", "量子堆肥技术", "警方查获量子堆肥。"),
        *("ＱＱ量孑堆肥", "购买量子堆肥加微信abc123。", None, "", "傻*逼", "今天天气晴。"),
    ]
    moment = NOW - timedelta(days=9)
    posts = [
        a_post(f"t{number}", moment, account_id="1003", text=text, title=title, observed_at=moment)
        for number, (text, title) in enumerate((text, title) for text in texts for title in (None, "量子堆肥", "要闻"))
    ]
    store = open_store(f"sqlite:///{folder}/var/xunjian.db")
    store.accounts.upsert([account], NOW - timedelta(days=500))
    with store.judgements.judging() as judging:
        for post in posts:
            judging.observed.add_posts([post])
    lexicon = None if options is None else Path(a_lexicon(folder))
    asking = Asking(load_rulebooks("cn"), lexicon, NOW, options or ())
    scan = Scan(store, asking, NOW - timedelta(days=10), NOW)
    found = [(found.post.id, found.objection) for found in scan.over([account])]
    alone = [
        (post.id, objection)
        for post in posts
        for entry in asking.entries(account)
        for objection in entry.plugin.check_post(
            post, History(account=account, posts=(post,), watched_since=post.observed_at)
        )
    ]
    store.close()
    assert sorted(found, key=str) == sorted(alone, key=str)
    assert scan.posts == len(posts)
    assert len(found) >= (2 if options is None else len(posts) // 3)


def test_a_longer_period_reaches_further_back(folder: Path) -> None:
    since = (NOW - timedelta(days=450)).isoformat()
    done = rescan("--lexicon", a_lexicon(folder), "--jsonl", "--since", since)
    assert [json.loads(line)["post_id"] for line in done.stdout.splitlines()] == ["p1", "p0", "p3"]


def test_it_goes_on_after_the_account_where_it_was_stopped(folder: Path) -> None:
    done = rescan("--lexicon", a_lexicon(folder), "--jsonl", "--after", "weibo/1001")
    assert [json.loads(line)["post_id"] for line in done.stdout.splitlines()] == ["p3"]


def test_an_interruption_says_how_to_go_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Posts.published

    def stopped(self: Posts, key: str, since: datetime, until: datetime) -> Iterator[list[str]]:
        if key == "weibo/1002":
            raise KeyboardInterrupt
        return read(self, key, since, until)

    monkeypatch.setattr(Posts, "published", stopped)
    done = rescan("--lexicon", a_lexicon(folder), "--jsonl")
    assert done.exit_code == 130
    assert done.stdout.count("\n") == 1
    assert done.stderr.rstrip().endswith("--after weibo/1001")


def _stopped_in(monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    """Someone stops the scan while this account is read, after its first posts."""
    read = Posts.published

    def stopped(self: Posts, key: str, since: datetime, until: datetime) -> Iterator[list[str]]:
        yield from read(self, key, since, until)
        if key == account:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(Posts, "published", stopped)


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_one_that_was_stopped_goes_on_in_its_file_with_nothing_twice_and_nothing_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, file = folder / "whole.csv", folder / "hits.csv"
    rescan("--lexicon", a_lexicon(folder), "--csv", str(whole))
    with monkeypatch.context() as patched:
        _stopped_in(patched, "weibo/1002")
        stopped = rescan("--lexicon", a_lexicon(folder), "--csv", str(file))
    assert stopped.exit_code == 130
    assert len(_rows(file)) == 2
    *_, after = stopped.stderr.split()
    rescan("--lexicon", a_lexicon(folder), "--csv", str(file), "--after", after)
    assert _rows(file) == _rows(whole)


def test_a_wrong_account_to_go_on_after_leaves_the_file_as_it_was(folder: Path) -> None:
    file = folder / "hits.csv"
    file.write_text("留着", encoding="utf-8")
    rescan("--csv", str(file), "--after", "weibo/9")
    assert file.read_text(encoding="utf-8") == "留着"


def test_as_many_places_are_counted_as_are_listed(folder: Path) -> None:
    done = rescan("--lexicon", a_lexicon(folder, "word,tag\n量子,新词\n堆肥,新词\n"))
    _, *lines = done.stdout.splitlines()
    assert f"{len(lines)} 处须看" in done.stderr
    assert len(lines) == 4


def test_each_account_is_asked_by_its_own_rulebook(folder: Path) -> None:
    settings = folder / "settings.yaml"
    settings.write_text("rulebooks: [{region: 湖北省, rulebook: hubei}]\n", encoding="utf-8")
    done = rescan("--jsonl", "--config", str(settings))
    assert [json.loads(line)["indicator"] for line in done.stdout.splitlines()] == ["O-03"]
    assert rescan("--jsonl").stdout == ""
    assert rescan("--jsonl").exit_code == 0


def test_a_file_for_a_spreadsheet_holds_no_formula(folder: Path) -> None:
    file = folder / "hits.csv"
    rescan("--lexicon", a_lexicon(folder), "--csv", str(file))
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        head, *rows = csv.reader(stream)
    assert head[0] == "账号"
    assert len(rows) == 2
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_a_pipe_gets_a_line_for_each_place(folder: Path) -> None:
    lines = rescan("--lexicon", a_lexicon(folder)).stdout.splitlines()
    assert lines[0].startswith("账号 | 单位 | 等级")
    assert len(lines) == 3


def test_nothing_is_written_and_nobody_is_told(folder: Path) -> None:
    def state() -> str:
        files = sorted((folder / "var").iterdir())
        return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files)).hexdigest()

    before = state()
    rescan("--lexicon", a_lexicon(folder))
    assert state() == before


def test_a_broken_lexicon_is_refused_by_line_before_anything_is_read(folder: Path) -> None:
    done = rescan("--lexicon", a_lexicon(folder, "word,tag\n量子堆肥,新词\n,空\n"))
    assert done.exit_code not in (0, 1) or done.exception is not None
    assert "3" in str(done.exception)
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--after", "weibo/9"], "台账里没有账号 weibo/9"),
        (["--since", "2030-01-01"], "晚于截止时间"),
        (["--since", "昨天"], "--since"),
        (["--rulebook", "atlantis"], "没有这个规则集"),
        (["--jsonl", "--csv", "hits.csv"], "不能与 --csv 同时使用"),
    ],
)
def test_a_wrong_option_is_named(folder: Path, options: list[str], words: str) -> None:
    assert words in str(rescan(*options).exception)


def test_it_reads_postgresql_too(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(postgres_url)
    with store.database.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
    store.accounts.upsert([an_account()], NOW - timedelta(days=9))
    with store.judgements.judging() as judging:
        judging.observed.add_posts([a_post("p", NOW - timedelta(days=2), text="推广量子堆肥。")])
    store.close()
    monkeypatch.setenv("XUNJIAN_DATABASE_URL", postgres_url)
    done = rescan("--lexicon", a_lexicon(tmp_path), "--jsonl")
    assert [json.loads(line)["post_id"] for line in done.stdout.splitlines()] == ["p"]


def test_without_data_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XUNJIAN_DATA_DIR", str(tmp_path / "nothing"))
    assert "还没有数据" in str(rescan().exception)
    assert not (tmp_path / "nothing").exists()
