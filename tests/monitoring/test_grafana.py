"""`make grafana` and what it provisions, with a program that only tells how it was started: there is no Grafana here."""

import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import create_engine, make_url

from monitoring.grafana import PROVISIONING, database_of, environment, find_program, prometheus_of
from monitoring.watched import PROGRAM, RefusedError, running_cluster
from tests.monitoring.boards import NAMES, board
from tests.monitoring.running import own_database
from tests.paths import ROOT
from tests.postgres_server import with_tables

TELLS = """#!/bin/sh
"{python}" -c 'import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)]))' "$@"
"""


def install(folder: Path, name: str) -> Path:
    """A Grafana that is unpacked in `folder`; gives the folder of its program."""
    (folder / "conf").mkdir(parents=True)
    (folder / "conf/defaults.ini").touch()
    (folder / "bin").mkdir()
    (folder / "bin" / name).write_text(TELLS.format(python=sys.executable), encoding="utf-8")
    (folder / "bin" / name).chmod(0o755)
    return folder / "bin"


def start(path: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    code = "import monitoring.grafana as g, pathlib; g.ROOT = pathlib.Path.cwd(); raise SystemExit(g.main())"
    own = {"PATH": path, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=cwd, env=own)


def test_without_grafana_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    done = start("/nowhere", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("没有找到 Grafana。请先安装")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(("name", "first"), [("grafana", ["server"]), ("grafana-server", [])])
def test_it_is_started_here_with_our_files(name: str, first: list[str], tmp_path: Path) -> None:
    programs = install(tmp_path / "grafana", name)
    done = start(f"{programs}:/usr/bin:/bin", tmp_path, GF_SERVER_HTTP_ADDR="0.0.0.0", XUNJIAN_SECRET="s")
    *said, told = done.stdout.splitlines()
    arguments, own = json.loads(told)
    assert arguments == [*first, "--homepath", str(tmp_path / "grafana")]
    assert own["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
    assert own["XUNJIAN_GRAFANA_PROMETHEUS"] == "http://127.0.0.1:9090"
    assert "XUNJIAN_SECRET" not in own
    assert "http://127.0.0.1:3000" in said[0]
    assert "没有设置 XUNJIAN_DATABASE_URL" in said[1]
    password = tmp_path / "var/grafana/admin.password"
    assert password.stat().st_mode & 0o777 == 0o600
    assert own["GF_SECURITY_ADMIN_PASSWORD"] == f"$__file{{{password}}}"
    assert password.read_text() not in done.stdout


def test_a_program_without_its_files_is_said(tmp_path: Path) -> None:
    programs = install(tmp_path / "broken", "grafana")
    (tmp_path / "broken/conf/defaults.ini").unlink()
    with pytest.raises(RefusedError, match=r"没有找到它自带的文件"):
        find_program(str(programs))


def test_the_database_is_given_to_a_role_that_can_only_read(tmp_path: Path, postgres_url: str) -> None:
    programs = install(tmp_path / "grafana", "grafana")
    with own_database(postgres_url) as url:
        with_tables(url)
        done = start(f"{programs}:/usr/bin:/bin", tmp_path, XUNJIAN_DATABASE_URL=url, PROMETHEUS="http://10.0.0.1:9090")
        assert not done.stderr
        _, own = json.loads(done.stdout.splitlines()[-1])
        assert own["XUNJIAN_GRAFANA_PROMETHEUS"] == "http://10.0.0.1:9090"
        assert "XUNJIAN_DATABASE_URL" not in own, "it may write"
        password = own["XUNJIAN_GRAFANA_DB_PASSWORD"]
        host, _, port = own["XUNJIAN_GRAFANA_DB"].partition(":")
        reads = make_url(url).set(host=host, port=int(port), username="xunjian_grafana", password=password)
        engine = create_engine(reads.set(database=own["XUNJIAN_GRAFANA_DB_NAME"]))
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT * FROM xunjian_grafana.accounts()").all() == []
        engine.dispose()


def test_a_cluster_that_runs_is_watched_by_a_prometheus_of_our_own(tmp_path: Path, postgres_url: str) -> None:
    programs = install(tmp_path / "grafana", "grafana")
    found = shutil.which(PROGRAM)
    if found is None:
        pytest.skip("no prometheus: a cluster is not watched")
    with own_database(postgres_url) as url, socket.create_server(("127.0.0.1", 0)) as service:
        with_tables(url)
        address = f"127.0.0.1:{service.getsockname()[1]}"
        (tmp_path / "var/cluster").mkdir(parents=True)
        told = {"database_url": url, "targets": {"xunjian-collector": [address]}}
        (tmp_path / "var/cluster/watch.json").write_text(json.dumps(told))
        done = start(f"{programs}:{Path(found).parent}:/usr/bin:/bin", tmp_path)
    assert not done.stderr
    _, own = json.loads(done.stdout.splitlines()[-1])
    assert own["XUNJIAN_GRAFANA_PROMETHEUS"] != "http://127.0.0.1:9090"
    assert own["XUNJIAN_GRAFANA_DB_NAME"] == make_url(url).database
    settings = json.loads((tmp_path / "var/grafana/prometheus/prometheus.yml").read_text())
    assert settings["scrape_configs"][0]["static_configs"] == [{"targets": [address]}]
    assert 'msg="See you next time!"' in (tmp_path / "var/grafana/prometheus/log").read_text()


def test_a_cluster_that_has_ended_is_none(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as service:
        address = f"127.0.0.1:{service.getsockname()[1]}"
    file = tmp_path / "watch.json"
    assert running_cluster(file) is None
    file.write_text(json.dumps({"database_url": "x", "targets": {"xunjian-collector": [address]}}))
    assert running_cluster(file) is None


@pytest.mark.parametrize("given", ["sqlite:///x.db", "nonsense", "postgresql+psycopg://host"])
def test_another_database_is_refused_with_the_remedy(given: str) -> None:
    with pytest.raises(RefusedError, match=r"请写 postgresql\+psycopg://"):
        database_of(given)


def test_a_database_that_is_away_is_said(tmp_path: Path) -> None:
    programs = install(tmp_path / "grafana", "grafana")
    url = "postgresql+psycopg://nobody:secret-word@127.0.0.1:1/xunjian"
    done = start(f"{programs}:/usr/bin:/bin", tmp_path, XUNJIAN_DATABASE_URL=url)
    assert done.returncode == 1
    assert "请核对 XUNJIAN_DATABASE_URL" in done.stderr
    assert "secret-word" not in done.stderr + done.stdout


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(RefusedError, match="请写 http"):
        prometheus_of("127.0.0.1:9090")


def provisioned(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PROVISIONING / name).read_text("utf-8"))
    return found


def test_what_is_provisioned_is_what_the_dashboards_ask() -> None:
    sources = {one["uid"]: one["type"] for one in provisioned("datasources/xunjian.yaml")["datasources"]}
    for name in NAMES:
        for one in board(name)["templating"]["list"]:
            if one["type"] == "datasource":
                assert sources[one["current"]["value"]] == one["query"]


def test_every_variable_of_the_provisioning_is_set_by_us(tmp_path: Path) -> None:
    own = environment("http://127.0.0.1:9090", None, "", tmp_path)
    texts = [
        (PROVISIONING / name).read_text("utf-8") for name in ("datasources/xunjian.yaml", "dashboards/xunjian.yaml")
    ]
    used = {name for text in texts for name in re.findall(r": \$(\w+)", text)}
    assert used == {name for name in own if name.startswith("XUNJIAN_")}


def test_no_secret_lies_in_the_provisioning() -> None:
    for source in provisioned("datasources/xunjian.yaml")["datasources"]:
        for secret in source.get("secureJsonData", {}).values():
            assert secret.startswith("$")
