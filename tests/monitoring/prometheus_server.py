"""A real Prometheus that scrapes what a test runs, and answers its questions."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAM = "prometheus"
SCRAPE_SECONDS = 1
PATIENCE_SECONDS = 60

Series = list[dict[str, Any]]
"""As the API gives it: `metric`, the labels; `value` or `values`."""


class PrometheusServer:
    """Asked by its HTTP API."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, expression: str, at: float | None = None) -> Series:
        """The series of an instant vector. Raises ValueError with what Prometheus says of a wrong expression."""
        moment = {} if at is None else {"time": f"{at:.3f}"}
        data = self._get("query", {"query": expression, **moment})
        if data["resultType"] == "scalar":
            return [{"metric": {}, "value": data["result"]}]
        return list(data["result"])

    def ask_range(self, expression: str, start: float, end: float, step: float) -> Series:
        parameters = {"query": expression, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        return list(self._get("query_range", parameters)["result"])

    def label_values(self, metric: str, label: str) -> list[str]:
        return list(self._get(f"label/{label}/values", {"match[]": metric}))

    def names(self) -> set[str]:
        """Of every metric that was scraped."""
        return set(self._get("label/__name__/values", {}))

    def get(self, path: str) -> Any:
        """`data` of any other part of the API: `rules`, `alerts`, `targets`."""
        return self._get(path, {})

    def _get(self, path: str, parameters: Mapping[str, str]) -> Any:
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(f"{parameters.get('query', path)}: {json.load(error).get('error')}") from error

    def wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/-/ready", timeout=5):
                    return
            except OSError:
                assert process.poll() is None, "Prometheus has ended"
                assert time.monotonic() < deadline, "Prometheus is not ready"
                time.sleep(0.1)


@contextmanager
def prometheus_server(
    folder: Path, targets: Mapping[str, list[str]], more: Mapping[str, Any] | None = None
) -> Iterator[PrometheusServer]:
    """Scrapes `targets`, job to addresses, every second. `more`: further parts of its configuration file.

    Skips the test where no Prometheus is installed.
    """
    if shutil.which(PROGRAM) is None:
        pytest.skip("no prometheus: no dashboard and no rule is tried on real data")
    jobs = [{"job_name": job, "static_configs": [{"targets": found}]} for job, found in targets.items()]
    every = {"scrape_interval": f"{SCRAPE_SECONDS}s", "evaluation_interval": f"{SCRAPE_SECONDS}s"}
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "prometheus.yml"  # JSON is YAML
    settings.write_text(json.dumps({"global": every, "scrape_configs": jobs, **(more or {})}), encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    storage = ["--storage.tsdb.path", str(folder / "data"), "--storage.tsdb.retention.time", "1d"]
    command = [PROGRAM, "--config.file", str(settings), "--web.listen-address", address, *storage]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        server = PrometheusServer(f"http://{address}")
        server.wait_until_ready(process)
        yield server
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
