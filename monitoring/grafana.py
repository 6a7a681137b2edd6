"""`make grafana`: Grafana on this machine with our data sources and dashboards. Its data lie in var/grafana.

PROMETHEUS: address of a Prometheus that scrapes the services. Unless it is given and while `make cluster` runs, that is
shown, by a Prometheus of our own and from its database; otherwise http://127.0.0.1:9090.
XUNJIAN_DATABASE_URL: xunjian's PostgreSQL, as a user who may make roles; without it there are no tables of details.
XUNJIAN_GRAFANA_DB_PASSWORD: of the role xunjian_grafana, where an administrator has made it; nothing is changed then.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from monitoring.watched import RefusedError, own_prometheus, running_cluster

ROOT = Path(__file__).parents[1]
PROVISIONING = ROOT / "monitoring/provisioning"
ROLE = "xunjian_grafana"
ADDRESS, PORT = "127.0.0.1", "3000"
HOMES = (Path("/usr/share/grafana"), Path("/usr/local/share/grafana"), Path("/opt/grafana"))
_DEFAULTS = Path("conf/defaults.ini")
MISSING = (
    "没有找到 Grafana。请先安装 Grafana 11 或更新的版本（PATH 里要有 grafana 或 grafana-server），再执行 make grafana；"
    "已有别处的 Grafana 时，按 docs/看板.md 把数据源和看板放进去即可。"
)


@dataclass(frozen=True)
class Program:
    """`home`: the folder with Grafana's own files."""

    command: tuple[str, ...]
    home: Path


def find_program(path: str | None = None) -> Program:
    """Raises RefusedError where none is installed."""
    for name, more in (("grafana", ("server",)), ("grafana-server", ())):
        found = shutil.which(name, path=path)
        if found is None:
            continue
        beside = Path(found).resolve().parent.parent
        home = next((home for home in (beside, *HOMES) if (home / _DEFAULTS).is_file()), None)
        if home is None:
            raise RefusedError(f"找到了 {found}，但没有找到它自带的文件（conf/defaults.ini）；请重新安装 Grafana。")
        return Program((found, *more), home)
    raise RefusedError(MISSING)


def database_of(given: str) -> URL:
    """Raises RefusedError for what is no PostgreSQL."""
    try:
        url = make_url(given)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() != "postgresql" or not url.database:
        raise RefusedError(
            "XUNJIAN_DATABASE_URL 不是 PostgreSQL 的地址；请写 postgresql+psycopg://用户:密码@主机/库名，不用明细则不设。"
        )
    return url


def give(url: URL, password: str) -> None:
    """The role, what it may call, and its password of this start. Raises RefusedError."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql((PROVISIONING / "grafana.sql").read_text("utf-8").replace("%", "%%"))
            connection.execute(text(f"ALTER ROLE {ROLE} PASSWORD '{password}'"))
    except DBAPIError as error:
        said = " ".join(str(error.orig).split())
        raise RefusedError(
            f"数据库没有准备好（{said}）；请核对 XUNJIAN_DATABASE_URL，其中的用户要能建立角色。"
        ) from error
    finally:
        engine.dispose()


def prometheus_of(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RefusedError(f"PROMETHEUS 不是网址：{given}；请写 http://主机:端口。")
    return given


def environment(prometheus: str, database: URL | None, database_password: str, data: Path) -> dict[str, str]:
    """What Grafana's settings and our provisioning files read."""
    host = f"{database.host or 'localhost'}:{database.port or 5432}" if database is not None else "127.0.0.1:5432"
    return {
        "GF_SERVER_HTTP_ADDR": ADDRESS,
        "GF_SERVER_HTTP_PORT": PORT,
        "GF_PATHS_DATA": str(data),
        "GF_PATHS_LOGS": str(data / "log"),
        "GF_PATHS_PLUGINS": str(data / "plugins"),
        "GF_PATHS_PROVISIONING": str(PROVISIONING),
        "GF_SECURITY_ADMIN_PASSWORD": f"$__file{{{data / 'admin.password'}}}",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_NEWS_NEWS_FEED_ENABLED": "false",
        "GF_USERS_ALLOW_SIGN_UP": "false",
        "GF_USERS_DEFAULT_LANGUAGE": "zh-Hans",
        "GF_DATE_FORMATS_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": str(ROOT / "monitoring/dashboards/supervisor.json"),
        "XUNJIAN_GRAFANA_DASHBOARDS": str(ROOT / "monitoring/dashboards"),
        "XUNJIAN_GRAFANA_PROMETHEUS": prometheus,
        "XUNJIAN_GRAFANA_SCRAPE_INTERVAL": "30s",
        "XUNJIAN_GRAFANA_DB": host,
        "XUNJIAN_GRAFANA_DB_NAME": (database.database if database is not None else None) or "xunjian",
        "XUNJIAN_GRAFANA_DB_SSLMODE": str(
            database.query.get("sslmode", "disable") if database is not None else "disable"
        ),
        "XUNJIAN_GRAFANA_DB_PASSWORD": database_password,
    }


def admin_password(data: Path) -> Path:
    """The file that holds it: made once, its owner's alone. Grafana takes it when its data are made."""
    file = data / "admin.password"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(12), encoding="utf-8")
    return file


def prepare(given: Mapping[str, str], data: Path) -> tuple[dict[str, str], list[str]]:
    """In which environment it is started, and what to say. Raises RefusedError."""
    prometheus = prometheus_of(given.get("PROMETHEUS") or "http://127.0.0.1:9090")
    said = [f"Grafana：http://{ADDRESS}:{PORT}，用户 admin，密码在 {admin_password(data)}；指标取自 {prometheus}"]
    database, password = None, ""
    if url := given.get("XUNJIAN_DATABASE_URL"):
        database, password = database_of(url), given.get("XUNJIAN_GRAFANA_DB_PASSWORD", "")
        if not password:
            password = secrets.token_urlsafe(24)
            give(database, password)
        said.append(f"明细取自 {database.render_as_string(hide_password=True)}，以只读角色 {ROLE}")
    else:
        said.append("没有设置 XUNJIAN_DATABASE_URL：看板里的明细表没有数据，其余不受影响")
    own = environment(prometheus, database, password, data)
    kept = {name: value for name, value in given.items() if not name.startswith(("XUNJIAN_", "GF_"))}
    return {**kept, **own}, said


def start(given: Mapping[str, str], root: Path) -> int:
    """Runs Grafana until it ends; its exit status. Raises RefusedError."""
    data = root / "var/grafana"
    with ExitStack() as stack:
        found_program = find_program(given.get("PATH"))
        cluster = None if given.get("PROMETHEUS") else running_cluster(root / "var/cluster/watch.json")
        if cluster is not None:
            address = stack.enter_context(own_prometheus(cluster.targets, data / "prometheus", given.get("PATH")))
            given = {**given, "PROMETHEUS": address, "XUNJIAN_DATABASE_URL": cluster.database_url}
        own, said = prepare(given, data)
        sys.stdout.write("\n".join(said) + "\n")
        sys.stdout.flush()
        command = [*found_program.command, "--homepath", str(found_program.home)]
        process = subprocess.Popen(command, env=own)  # noqa: S603 - found on PATH
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells it as well; we end after it
        return process.wait()


def main() -> int:
    try:
        return start(os.environ, ROOT)
    except RefusedError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
