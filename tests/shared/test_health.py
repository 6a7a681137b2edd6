"""Metrics and health over real HTTP."""

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from shared.errors import InputError, TransientError
from shared.runtime.health import HealthServer
from shared.runtime.metrics import Metrics


class Patient:
    """Something to ask; well until told otherwise."""

    ill: str | None = None

    def check(self) -> None:
        if self.ill:
            raise TransientError(self.ill)


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
def server(patient: Patient) -> Iterator[HealthServer]:
    metrics = Metrics()
    metrics.visits.labels("weibo", "ok").inc()
    server = HealthServer("127.0.0.1", 0, metrics, [patient.check])
    yield server
    server.close()


def get(server: HealthServer, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_metrics_are_exposed(server: HealthServer) -> None:
    status, text = get(server, "/metrics")
    assert status == 200
    assert 'xunjian_visits_total{outcome="ok",platform="weibo"} 1.0' in text


def test_ready_really_asks(server: HealthServer, patient: Patient) -> None:
    assert get(server, "/readyz") == (200, "ready\n")
    patient.ill = "the database does not answer"
    assert get(server, "/readyz") == (503, "the database does not answer\n")


def test_alive_does_not_depend_on_others(server: HealthServer, patient: Patient) -> None:
    patient.ill = "the broker is away"
    assert get(server, "/healthz") == (200, "ok\n")


def test_anything_else_is_not_found(server: HealthServer) -> None:
    assert get(server, "/etc/passwd")[0] == 404


def test_a_taken_port_says_what_to_do(server: HealthServer) -> None:
    with pytest.raises(InputError, match="XUNJIAN_METRICS_PORT"):
        HealthServer("127.0.0.1", server.port, Metrics(), [])


def test_no_metric_is_labelled_with_an_account_or_a_unit() -> None:
    metrics = Metrics()
    labels = {name for metric in vars(metrics).values() for name in getattr(metric, "_labelnames", ())}
    assert labels <= {"platform", "state", "rule", "channel", "outcome", "topic", "result", "status", "group"}
