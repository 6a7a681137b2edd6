"""What was stated wrongly of a file is mended, and what it proved is withdrawn."""

from pathlib import Path

from shared.runtime.opening import open_host
from shared.runtime.settings import Settings
from shared.stretches import Seen
from tests.builders import NOW
from tests.collector.exports import making
from tests.xunjian.exports.handing_in import WECHAT, Run, judged, refusal, silences


def wrongly_dated(run: Run, folder: Path) -> tuple[str, str]:
    """Both tabs, downloaded through the 6th and said to reach the 20th."""
    pushed = making.saved(folder, "a.xls", making.xls(making.notified(("一", 20261103, 1))))
    quiet = making.saved(folder, "b.xls", making.xls(making.unnotified(("二", 20261104, 2))))
    period = "--from", "2026-10-01", "--to", "2026-11-20"
    assert "列表核实到：2026-11-21" in run("exports", "add", WECHAT, pushed, quiet, *period).output
    return pushed, quiet


def test_a_period_that_was_stated_wrongly_is_mended_by_the_same_files(run: Run, folder: Path) -> None:
    files = wrongly_dated(run, folder)
    done = run("exports", "add", WECHAT, *files, "--from", "2026-10-01", "--to", "2026-11-06")
    assert done.exit_code == 0, done.exception
    assert "已更正起止日期：a.xls" in done.output
    assert "列表核实到：2026-11-07 00:00" in done.output
    assert "2026-11-20" not in run("exports", "list", WECHAT).output
    assert "列表核实到：2026-11-07 00:00" in run("sources", WECHAT).output
    assert "没有改变" in run("exports", "add", WECHAT, *files).output


def test_a_new_download_proves_although_an_old_one_was_said_to_reach_farther(run: Run, folder: Path) -> None:
    _, quiet = wrongly_dated(run, folder)
    judged(folder)
    run("exports", "remove", WECHAT, "a.xls")
    rows = making.notified(("一", 20261103, 1), ("新", 20261118, 3))
    anew = making.saved(folder, "c.xls", making.xls(rows))
    done = run("exports", "add", WECHAT, anew, quiet, "--from", "2026-10-01", "--to", "2026-11-19")
    assert "列表核实到：2026-11-20 00:00" in done.output
    assert silences(judged(folder)[2]) == []


def test_a_stated_period_supports_no_later_verdict(run: Run, folder: Path) -> None:
    wrongly_dated(run, folder)
    judged(folder)
    with open_host(Settings(data_dir=folder), lambda: NOW, "test") as host:
        assert host.store.coverage.of(WECHAT)[Seen.LISTED] == []
        assert host.store.posts.proved_at(WECHAT) is None


def test_a_file_that_was_removed_supports_no_later_proof(run: Run, folder: Path) -> None:
    pushed = making.saved(folder, "a.xls", making.xls(making.notified(("一", 20261103, 1))))
    quiet = making.saved(folder, "b.xls", making.xls(making.unnotified(("二", 20261104, 2))))
    period = "--from", "2026-10-01", "--to", "2026-11-20"
    run("exports", "add", WECHAT, pushed, *period)
    assert "已移出：a.xls" in run("exports", "remove", WECHAT, "a.xls").output
    assert "没有核实列表" in run("exports", "add", WECHAT, quiet, *period).output
    assert "没有导入过“a.xls”；查看：xunjian exports list" in refusal(run("exports", "remove", WECHAT, "a.xls"))


def wrongly_quiet(run: Run, folder: Path) -> str:
    """Articles were last counted on the 3rd, the file is said to reach the 20th: seventeen days of silence."""
    pushed = making.saved(folder, "a.xls", making.xls(making.notified(("一", 20261103, 1))))
    quiet = making.saved(folder, "b.xls", making.xls(making.unnotified(("二", 20261102, 2))))
    run("exports", "add", WECHAT, pushed, quiet, "--from", "2026-10-01", "--to", "2026-11-20")
    assert [one.rule for one in silences(judged(folder)[2])] == ["silent_account"]
    return pushed


def test_what_a_file_accused_of_is_over_when_it_is_removed(run: Run, folder: Path) -> None:
    wrongly_quiet(run, folder)
    done = run("exports", "remove", WECHAT, "a.xls")
    assert "此前据此的核实已撤回，据此报告的静默随之解除" in done.output
    assert silences(judged(folder)[2]) == []


def test_what_a_file_accused_of_is_over_when_its_days_are_mended(run: Run, folder: Path) -> None:
    pushed = wrongly_quiet(run, folder)
    quiet = str(folder / "b.xls")
    done = run("exports", "add", WECHAT, pushed, quiet, "--from", "2026-10-01", "--to", "2026-11-06")
    assert "据此报告的静默随之解除" in done.output
    assert silences(judged(folder)[2]) == []


def test_days_that_are_mended_to_begin_elsewhere_are_a_look_of_their_own(run: Run, folder: Path) -> None:
    pushed = wrongly_quiet(run, folder)
    quiet = str(folder / "b.xls")
    run("exports", "add", WECHAT, pushed, quiet, "--from", "2026-11-01", "--to", "2026-11-20")
    assert [one.rule for one in silences(judged(folder)[2])] == ["silent_account"]


def test_a_file_that_proved_nothing_withdraws_nothing(run: Run, folder: Path) -> None:
    pushed = making.saved(folder, "a.xls", making.xls(making.notified(("一", 20261103, 1))))
    run("exports", "add", WECHAT, pushed)
    assert "撤回" not in run("exports", "remove", WECHAT, "a.xls").output
    assert [probe.withdraws for probe in judged(folder)[1]] == [None]
