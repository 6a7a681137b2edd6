"""`xunjian exports`, as an operator whose account no page shows hands in what the back office gives."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.analyzer.__main__ import build as build_analyzer
from shared.events import Outcome
from shared.evidence.vault import sha256_of
from shared.runtime.opening import open_host
from shared.runtime.settings import Settings
from tests.builders import NOW, a_post, a_probe, days
from tests.collector.exports import making
from tests.xunjian.exports.handing_in import DOUYIN, END, WECHAT, Run, judged, refusal, silences


def of_month(quiet_days: int) -> dict[str, int]:
    """Articles a day through the 20th of November: none in the last days."""
    first = datetime(2026, 10, 1, tzinfo=UTC)
    every = [(first + timedelta(days=number)).strftime("%Y%m%d") for number in range(51)]
    return {day: 0 if place >= len(every) - quiet_days else 1 for place, day in enumerate(every)}


def test_both_tabs_prove_the_list_through_the_last_whole_day(run: Run, folder: Path) -> None:
    pushed = making.saved(folder, "已通知.xls", making.xls(making.notified(("一", 20261119, 1))))
    quiet = making.saved(folder, "未开启.xlsx", making.xlsx(making.unnotified(("二", 20261105, 2))))
    done = run("exports", "add", WECHAT, pushed, quiet, "--from", "2026-11-01", "--to", "2026-11-20")
    assert done.exit_code == 0, done.exception
    assert "新内容 2 条" in done.output
    assert "列表核实到：2026-11-21 00:00" in done.output
    posts, (probe,), findings = judged(folder)
    assert {post.id for post in posts} == {"1_1", "2_1"}
    assert (probe.at, probe.proves_list, probe.post_ids, probe.listed_from) == (END, True, (), None)
    assert (probe.source or "").startswith("export:")
    assert silences(findings) == []


def test_one_tab_alone_shows_activity_and_no_list(run: Run, folder: Path) -> None:
    pushed = making.saved(folder, "已通知.xls", making.xls(making.notified(("一", 20261101, 1))))
    done = run("exports", "add", WECHAT, pushed, "--from", "2026-10-01", "--to", "2026-11-20")
    assert "没有核实列表" in done.output
    _, (probe,), findings = judged(folder)
    assert not probe.proves_list
    assert silences(findings) == []


def test_the_second_tab_may_be_handed_in_later(run: Run, folder: Path) -> None:
    pushed = making.saved(folder, "已通知.xls", making.xls(making.notified(("一", 20261119, 1))))
    quiet = making.saved(folder, "未开启.xlsx", making.xlsx(making.unnotified(("二", 20261105, 2))))
    period = "--from", "2026-11-01", "--to", "2026-11-20"
    run("exports", "add", WECHAT, pushed, *period)
    assert "列表核实到：2026-11-21 00:00" in run("exports", "add", WECHAT, quiet, *period).output


def test_silence_counts_from_the_end_of_the_last_day_with_an_article(run: Run, folder: Path) -> None:
    counts = making.saved(folder, "tendency_1.xls", making.xls(making.tendency(of_month(quiet_days=14))))
    assert "列表核实到" in run("exports", "add", WECHAT, counts).output
    *_, findings = judged(folder)
    (finding,) = [one for one in silences(findings) if one.rule == "silent_account"]
    # The 6th at 23:59:59: fourteen days of 24 hours and a second at the end of the 20th.
    assert finding.since == datetime(2026, 11, 6, 15, 59, 59, tzinfo=UTC)
    assert finding.measured == "静默14天0小时"


def test_thirteen_silent_days_are_no_veto_though_the_article_may_have_come_early_that_day(
    run: Run, folder: Path
) -> None:
    counts = making.saved(folder, "tendency_1.xls", making.xls(making.tendency(of_month(quiet_days=13))))
    run("exports", "add", WECHAT, counts)
    *_, findings = judged(folder)
    assert [one.stage for one in findings if one.rule == "silent_account"] == ["13d"]


def test_the_same_file_again_changes_nothing(run: Run, folder: Path) -> None:
    pushed = making.saved(folder, "已通知.xls", making.xls(making.notified(("一", 20261119, 1))))
    run("exports", "add", WECHAT, pushed)
    before = judged(folder)
    again = run("exports", "add", WECHAT, pushed)
    assert again.exit_code == 0
    assert "已导入过，没有改变" in again.output
    assert judged(folder) == before
    assert "共 1 个文件" in run("exports", "list", WECHAT).output


def test_of_two_files_of_one_name_the_hash_tells(run: Run, folder: Path) -> None:
    for mid in (1, 2):
        data = making.xls(making.notified(("一", 20261103, mid)))
        run("exports", "add", WECHAT, making.saved(folder, "a.xls", data))
    assert "有 2 个叫“a.xls”" in refusal(run("exports", "remove", WECHAT, "a.xls"))
    assert "已移出：a.xls" in run("exports", "remove", WECHAT, sha256_of(data)[:12]).output
    assert "共 1 个文件" in run("exports", "list", WECHAT).output


def test_a_file_says_nothing_of_days_after_it_was_saved(run: Run, folder: Path) -> None:
    file = making.saved(folder, "a.xls", making.xls(making.notified(("一", 20261103, 1))))
    saved = (NOW - days(10)).timestamp()
    os.utime(file, (saved, saved))
    said = refusal(run("exports", "add", WECHAT, file, "--from", "2026-10-01", "--to", "2026-11-20"))
    assert "a.xls 是2026-11-11 12:00存下的，最晚填 2026-11-10" in said
    assert run("exports", "add", WECHAT, file, "--from", "2026-10-01", "--to", "2026-11-10").exit_code == 0


def test_what_a_page_has_shown_is_not_published_twice(run: Run, folder: Path) -> None:
    about: dict[str, Any] = {"platform": "wechat", "account_id": making.BIZ}
    judged(folder, a_post("1_1", datetime(2026, 11, 19, 2, tzinfo=UTC), **about), a_probe(NOW - days(1), **about))
    rows = making.notified(("一", 20261119, 1), ("二", 20261119, 2))
    done = run("exports", "add", WECHAT, making.saved(folder, "a.xls", making.xls(rows)))
    assert "新内容 1 条，早已监测到 1 条" in done.output
    posts, *_ = judged(folder)
    assert sorted(post.id for post in posts) == ["1_1", "2_1"]
    assert next(post for post in posts if post.id == "1_1").published_at == datetime(2026, 11, 19, 2, tzinfo=UTC)


def test_an_article_that_was_seen_by_its_short_link_is_told_by_title_and_day(run: Run, folder: Path) -> None:
    about: dict[str, Any] = {"platform": "wechat", "account_id": making.BIZ, "title": "一 周 要闻"}
    at = datetime(2026, 11, 19, 2, tzinfo=UTC)
    judged(folder, a_post("s-abc", at, url="https://mp.weixin.qq.com/s/abc", **about))
    rows = making.notified(("一周要闻", 20261119, 1), ("一周要闻", 20261118, 2))
    done = run("exports", "add", WECHAT, making.saved(folder, "a.xls", making.xls(rows)))
    assert "新内容 1 条，早已监测到 1 条" in done.output


def test_two_articles_of_one_title_and_day_are_two(run: Run, folder: Path) -> None:
    rows = making.notified(("一周要闻", 20261119, 1), ("一周要闻", 20261119, 2))
    run("exports", "add", WECHAT, making.saved(folder, "a.xls", making.xls(rows)))
    assert {post.id for post in judged(folder)[0]} == {"1_1", "2_1"}
    third = making.notified(("一周要闻", 20261119, 3))
    assert "新内容 1 条" in run("exports", "add", WECHAT, making.saved(folder, "b.xls", making.xls(third))).output


def test_works_without_id_or_link_are_matched_by_title_and_time(run: Run, folder: Path) -> None:
    about: dict[str, Any] = {"platform": "douyin", "account_id": DOUYIN.partition("/")[2]}
    at = datetime(2026, 11, 19, 1, 30, 20, tzinfo=UTC)
    judged(folder, a_post("7300000000000000001", at, title=None, text="县里 的第一场雪！#青禾", **about))
    works: list[list[Any]] = [
        making.DOUYIN,
        ["县里的第一场雪!\n#青禾", "2026-11-19 09:30:20", "视频", "已发布", 1, 0, 0, 0, 0],
        ["县里的第一场雪!\n#青禾", "2026-11-12 09:30:20", "视频", "已发布", 1, 0, 0, 0, 0],
    ]
    done = run("exports", "add", DOUYIN, making.saved(folder, "作品.xlsx", making.xlsx(works)))
    assert "新内容 1 条，早已监测到 1 条" in done.output, done.exception
    posts, (probe,), _ = judged(folder)
    assert len(posts) == 2
    assert (probe.proves_list, probe.at) == (False, at)


def test_an_export_that_is_older_than_what_the_page_said_accuses_nobody(run: Run, folder: Path) -> None:
    about: dict[str, Any] = {"platform": "wechat", "account_id": making.BIZ}
    judged(folder, a_post("9_1", NOW - days(1), **about), a_probe(NOW, post_ids=("9_1",), **about))
    counts = making.saved(folder, "tendency_1.xls", making.xls(making.tendency(of_month(quiet_days=40))))
    done = run("exports", "add", WECHAT, counts)
    assert "导出只作有更新的依据" in done.output
    *_, findings = judged(folder)
    assert silences(findings) == []


def test_an_export_that_lacks_what_the_page_showed_accuses_nobody(run: Run, folder: Path) -> None:
    about: dict[str, Any] = {"platform": "wechat", "account_id": making.BIZ}
    at = NOW - days(3)
    judged(folder, a_post("9_1", at, observed_at=at, **about), a_probe(at, post_ids=("9_1",), **about))
    counts = making.saved(folder, "tendency_1.xls", making.xls(making.tendency(of_month(quiet_days=40))))
    assert "与其他来源不一致" in run("exports", "add", WECHAT, counts).output
    *_, findings = judged(folder)
    assert silences(findings) == []


def test_a_quarter_without_anything_before_which_nobody_looked_accuses_nobody(run: Run, folder: Path) -> None:
    counts = making.saved(folder, "tendency_1.xls", making.xls(making.tendency(of_month(quiet_days=51))))
    done = run("exports", "add", WECHAT, counts)
    assert done.exit_code == 0, done.exception
    _, probes, findings = judged(folder)
    assert probes == []
    assert silences(findings) == []


def test_another_accounts_file_is_refused_by_row(run: Run, folder: Path) -> None:
    rows = making.notified(("一", 20261119, 1))
    rows[1][-1] = making.article(1, biz="MzI1MDAwMDAwMg==")
    file = making.saved(folder, "a.xls", making.xls(rows))
    assert "a.xls New Sheet1 第2行: 是另一个公众号的文章" in refusal(run("exports", "add", WECHAT, file))


def test_another_platforms_file_is_refused(run: Run, folder: Path) -> None:
    file = making.saved(folder, "a.xls", making.xls(making.notified(("一", 20261119, 1))))
    assert "是微信公众号的内容，抖音号是抖音账号" in refusal(run("exports", "add", DOUYIN, file))


def test_nothing_is_taken_when_one_of_the_files_is_bad(run: Run, folder: Path) -> None:
    good = making.saved(folder, "a.xls", making.xls(making.notified(("一", 20261119, 1))))
    bad = making.saved(folder, "b.xls", making.xls(making.unnotified(("二", "昨天", 2))))
    assert "b.xls New Sheet1!B2" in refusal(run("exports", "add", WECHAT, good, bad))
    assert judged(folder)[:2] == ([], [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "2026-11-21"), "最晚填 2026-11-20"),
        (("--from", "2026-11-20"), "以外日期的内容"),
        (("--from", "2026-11-20", "--to", "2026-11-01"), "晚于截止日期"),
        (("--to", "昨天"), "不是日期"),
    ],
)
def test_a_period_that_cannot_be_is_refused(run: Run, folder: Path, words: tuple[str, ...], said: str) -> None:
    file = making.saved(folder, "a.xls", making.xls(making.notified(("一", 20261119, 1))))
    assert said in refusal(run("exports", "add", WECHAT, file, *words))


def test_the_file_itself_is_kept_as_evidence(run: Run, folder: Path) -> None:
    data = making.xls(making.notified(("一", 20261119, 1)))
    run("exports", "add", WECHAT, making.saved(folder, "a.xls", data))
    _, (probe,), _ = judged(folder)
    with open_host(Settings(data_dir=folder), lambda: NOW, "test") as host:
        look = host.evidence.look(probe.evidence_sha256 or "")
        assert [host.evidence.content(sha256) for sha256 in look.contents()] == [data]


def test_the_sources_of_an_account_show_what_was_handed_in(run: Run, folder: Path) -> None:
    assert "后台导出" not in run("sources", WECHAT).output
    counts = making.saved(folder, "tendency_1.xls", making.xls(making.tendency(of_month(quiet_days=3))))
    run("exports", "add", WECHAT, counts)
    shown = run("sources", WECHAT).output
    assert "2. 后台导出　可以证明有无更新" in shown
    assert "导入过 1 个文件，最近：tendency_1.xls（每日发表篇数，2026-11-21 12:00）" in shown
    assert "列表核实到：2026-11-21 00:00" in shown
    assert "只核实到导出的最后一整天" in shown
    told = json.loads(run("sources", WECHAT, "--json").stdout)
    assert [one["kind"] for one in told["sources"]] == ["page", "export"]


def test_an_export_is_not_registered_but_imported(run: Run, folder: Path) -> None:
    assert "xunjian exports add" in refusal(run("sources", "add", WECHAT, "export", "https://x.example/"))


def test_a_failed_look_after_an_import_is_still_a_failed_look(run: Run, folder: Path) -> None:
    counts = making.saved(folder, "tendency_1.xls", making.xls(making.tendency(of_month(quiet_days=0))))
    run("exports", "add", WECHAT, counts)
    about: dict[str, Any] = {"platform": "wechat", "account_id": making.BIZ}
    _, probes, findings = judged(folder, a_probe(NOW, Outcome.LOGIN_WALL, **about))
    assert [probe.proves_list for probe in probes] == [True, False]
    assert silences(findings) == []


def test_a_system_that_runs_meanwhile_takes_what_is_imported(run: Run, folder: Path) -> None:
    with open_host(Settings(data_dir=folder), lambda: NOW, "running") as host:
        analyzer = build_analyzer(host)
        analyzer.step(NOW)
        file = making.saved(folder, "a.xls", making.xls(making.notified(("一", 20261119, 1))))
        assert run("exports", "add", WECHAT, file).exit_code == 0
        while analyzer.step(NOW):
            pass
        analyzer.close()
        assert host.store.posts.newest_known(WECHAT, NOW) == datetime(2026, 11, 19, 15, 59, 59, tzinfo=UTC)
