"""Kafka's jars, fetched by Maven on first use: no distribution and no shell script of it is needed."""

import fcntl
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import structlog

from shared.errors import InputError, TransientError

log = structlog.get_logger(__name__)

KAFKA_VERSION = "4.3.1"
CACHE = Path(__file__).parents[2] / ".cache" / "kafka"
FETCH_SECONDS = 600

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cn.xunjian</groupId><artifactId>kafka-broker</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{KAFKA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


def missing_programs() -> list[str]:
    """Names of the programs a broker needs and this machine has not got."""
    return [name for name in ("java", "mvn") if shutil.which(name) is None]


def fetch(cache: Path = CACHE) -> Path:
    """The folder of Kafka's jars (45 files, 44 MB), downloaded on first use. Raises InputError, TransientError."""
    jars = cache / f"lib-{KAFKA_VERSION}"
    if jars.is_dir():
        return jars
    if missing := missing_programs():
        raise InputError("PATH", f"缺少 {'、'.join(missing)}；请安装 Java 17 运行环境和 Maven")
    cache.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with (cache / "fetching.lock").open("w") as lock, tempfile.TemporaryDirectory(dir=cache) as part:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of two at once one fetches
        if not jars.is_dir():
            Path(part, "pom.xml").write_text(_POM)
            _run_maven(Path(part))
            Path(part, "lib").rename(jars)
    log.info("kafka_fetched", version=KAFKA_VERSION, seconds=round(time.monotonic() - started, 1))
    return jars


def _run_maven(folder: Path) -> None:
    command = ["mvn", "-B", "-q", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=lib"]
    done = subprocess.run(  # noqa: S603 - our own words
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=FETCH_SECONDS,
        check=False,
    )
    if done.returncode:
        said = done.stdout.decode(errors="replace")[-1000:]
        raise TransientError(f"Maven 下载不了 Kafka {KAFKA_VERSION}，请核对网络和 Maven 的镜像设置；它说：{said}")
