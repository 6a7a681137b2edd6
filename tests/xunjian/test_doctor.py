"""The doctor from end to end: what a person reads, what a program reads, the exit status, and that nothing is made."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from shared.storage.store import open_store
from tests.fakes.raw_server import RawServer
from tests.paths import ROOT
from xunjian.checks.asked import diagnose
from xunjian.checks.diagnosis import Check, advice, failed, good
from xunjian.commands.doctor import as_text, summary


def examined(folder: Path, *arguments: str, **environment: str) -> tuple[int, list[str]]:
    """Exit status and lines of the doctor in a process of its own, which may write nowhere but into `folder`."""
    home = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "XUNJIAN_BROWSER": '{"executable": "/bin/true"}',
    }
    done = subprocess.run(
        [sys.executable, "-B", "-m", "xunjian", "doctor", *arguments],
        cwd=folder,
        env={**home, **environment},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def state(folder: Path) -> list[tuple[str, int, int]]:
    return sorted((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in [folder, *folder.rglob("*")])


def settings(folder: Path, *lines: str) -> Path:
    file = folder / "xunjian.yaml"
    file.write_text("\n".join((f"data_dir: {folder / 'var'}", *lines)), encoding="utf-8")
    return file


def failures(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("✗")]


@pytest.mark.browser
def test_a_fresh_installation_is_healthy_and_stays_untouched(tmp_path: Path) -> None:
    settings(tmp_path)
    before = state(tmp_path)
    status, lines = examined(tmp_path, XUNJIAN_BROWSER="{}")
    assert failures(lines) == []
    assert status == 0
    assert lines[0].startswith(f"✓ 设置：设置文件 {tmp_path / 'xunjian.yaml'}")
    assert any("已实际启动" in line for line in lines)
    assert lines[-1].startswith(f"共 {len(lines) - 1} 项：")
    assert state(tmp_path) == before


def test_an_installation_with_data_is_left_exactly_as_it_was(tmp_path: Path) -> None:
    settings(tmp_path)
    open_store(f"sqlite:///{tmp_path / 'var' / 'xunjian.db'}").close()
    before = state(tmp_path)
    examined(tmp_path)
    assert state(tmp_path) == before


def test_a_copy_that_may_only_be_read_is_examined_all_the_same(tmp_path: Path) -> None:
    settings(tmp_path)
    open_store(f"sqlite:///{tmp_path / 'var' / 'xunjian.db'}").close()
    for path in (tmp_path / "var" / "xunjian.db", tmp_path / "var"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    before = state(tmp_path)
    status, lines = examined(tmp_path)
    assert lines[-1].startswith("共 ")
    told = [line for line in failures(lines) if not line.startswith("✗ 浏览器")]
    assert [line.partition("：")[0] for line in told] == ([] if os.geteuid() == 0 else ["✗ 数据库"])
    assert status == 1
    assert state(tmp_path) == before


def test_what_is_essential_and_fails_makes_the_exit_status_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    file = settings(tmp_path)
    file.write_text(f"data_dir: {tmp_path / 'file' / 'var'}\nroutes: [{{channels: [mial]}}]\n", encoding="utf-8")
    status, lines = examined(tmp_path)
    assert status == 1
    told = "\n".join(failures(lines))
    assert "数据库" in told
    assert f"设置文件 {file} 的 data_dir" in told
    assert "mial" in told


def test_settings_that_cannot_be_read_are_2_and_the_machine_is_examined_all_the_same(tmp_path: Path) -> None:
    settings(tmp_path, "retention_days: [")
    status, lines = examined(tmp_path)
    assert status == 2
    assert lines[0].startswith(f"✗ 设置：{tmp_path / 'xunjian.yaml'}：")
    assert {line[2:].partition("：")[0] for line in lines[1:]} >= {"中文字体", "时区", "时钟", "浏览器"}


def test_without_any_settings_the_way_to_them_is_told(tmp_path: Path) -> None:
    status, lines = examined(tmp_path)
    assert status == 2
    assert "xunjian init" in lines[0]


def test_a_wrong_database_is_answered_where_it_was_written(tmp_path: Path) -> None:
    file = settings(tmp_path, "database_url: mysql://u:canary@h/x")
    _, lines = examined(tmp_path)
    (line,) = [line for line in lines if "mysql" in line]
    assert f"{file}：database_url：认不出 mysql://" in line
    assert "请写 sqlite:///文件路径 或 postgresql+psycopg://" in line
    _, lines = examined(tmp_path, XUNJIAN_DATABASE_URL="mysql://u:canary@h/x")
    (line,) = [line for line in lines if "mysql" in line]
    assert "环境变量 XUNJIAN_DATABASE_URL" in line
    assert "canary" not in "\n".join(lines)


def test_programs_read_json_with_the_same_status(tmp_path: Path) -> None:
    settings(tmp_path, "routes: [{channels: [mial]}]")
    status, lines = examined(tmp_path, "--json")
    told = json.loads("\n".join(lines))
    assert (told["version"], told["status"], status) == (1, 1, 1)
    (route,) = [check for check in told["checks"] if "mial" in check["detail"]]
    assert (route["name"], route["result"]) == ("通知去向", "failed")


def test_everything_that_is_wrong_at_once_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "weibo.json").write_text("{")
    (tmp_path / "sessions" / "weibo.json").chmod(0o600)
    (tmp_path / "台账.csv").write_text(
        "账号名称,平台,账号ID,主办单位\n青禾发布,微博,1000001,青禾县政府办\n", encoding="utf-8"
    )
    settings(
        tmp_path,
        "ledger: 台账.csv",
        "rulebook: nowhere",
        "kafka_bootstrap: 127.0.0.1:1",
        "platforms: {weibo: {min_interval: 3}}",
        "channels: {ding: {type: dingtalk, token: xxx}}",
        "operators: [ding]",
        "routes: [{units: [青禾县政府], channels: [ding]}]",
    )
    status, lines = examined(
        tmp_path,
        XUNJIAN_BROWSER=json.dumps(
            {
                "executable": "/nowhere/chrome",
                "proxy": "http://u:canary@127.0.0.1:1",
                "storage_state": str(tmp_path / "sessions"),
            }
        ),
    )
    names = {line[2:].partition("：")[0] for line in failures(lines)}
    wanted = {"设置", "消息总线", "规则集", "渠道 ding", "通知去向", "登录状态 weibo.json", "代理", "浏览器"}
    assert wanted <= names
    assert status == 1
    assert "canary" not in "\n".join(lines)
    assert any("是不是“青禾县政府办”？" in line for line in lines)


def test_a_server_that_takes_the_call_and_says_nothing_holds_up_nobody_for_long(tmp_path: Path) -> None:
    with RawServer(_ended) as silent:
        address = f"127.0.0.1:{silent.port}"
        settings(
            tmp_path,
            f"database_url: postgresql+psycopg://u:canary@{address}/x",
            f"kafka_bootstrap: {address}",
            f"metrics_port: {silent.port}",
        )
        status, lines = examined(tmp_path, XUNJIAN_BROWSER=json.dumps({"proxy": f"http://u:canary@{address}"}))
    assert {line[2:].partition("：")[0] for line in failures(lines)} == {"数据库", "消息总线", "监控端口", "代理"}
    assert status == 1
    assert "canary" not in "\n".join(lines)


def _ended(connection: socket.socket) -> None:
    """Whatever is asked, until the other side has had enough."""
    while connection.recv(65_536):
        pass


def test_an_address_nobody_can_read_is_one_line(tmp_path: Path) -> None:
    settings(tmp_path, "database_url: postgresql+psycopg://u:p@ss@h:port/x")
    status, lines = examined(tmp_path)
    (line,) = [line for line in failures(lines) if "数据库" in line]
    assert "地址写法不对" in line
    assert status == 1


def test_one_check_that_cannot_be_made_leaves_the_others() -> None:
    def refuse() -> list[object]:
        raise PermissionError(13, "Permission denied", "/var/xunjian/x")

    found = list(diagnose([Check("甲", refuse), Check("乙", lambda: [good("乙", "好")])]))  # type: ignore[arg-type]
    assert [diagnosis.sign for diagnosis in found] == ["✗", "✓"]
    assert found[0].line.startswith("✗ 甲：/var/xunjian/x：没有权限；")


def test_the_last_line_counts() -> None:
    found = [good("甲", "好"), failed("乙", "坏", "改"), advice("丙", "慢", "换")]
    assert summary(found) == "共 3 项：1 项合格，1 项不合格（✗ 须处理），1 项建议（△ 不影响运行）"
    assert summary(found[:1]) == "共 1 项：1 项合格"
    assert json.loads(as_text(found, 1))["checks"][2]["result"] == "advice"
