"""Metrics and health over real HTTP."""

import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress

import pytest

from shared.errors import InputError, PermanentError, TransientError
from shared.runtime import health, http_request
from shared.runtime import vitals as vital
from shared.runtime.health import HealthServer
from shared.runtime.metrics import Metrics
from shared.runtime.vitals import Pulse, Vitals


class Patient:
    """Something to ask; well until told otherwise."""

    ill: str | Exception | None = None

    def check(self) -> None:
        if isinstance(self.ill, Exception):
            raise self.ill
        if self.ill:
            raise TransientError(self.ill)


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
def vitals() -> Vitals:
    return Vitals()


@pytest.fixture
def server(patient: Patient, vitals: Vitals) -> Iterator[HealthServer]:
    metrics = Metrics()
    metrics.visits.labels("weibo", "ok").inc()
    vitals.watch(patient.check)
    server = HealthServer("127.0.0.1", 0, metrics, vitals)
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
        HealthServer("127.0.0.1", server.port, Metrics(), Vitals())


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermanentError("not a database"), "not a database"),
        (KeyError("weibo/1"), "KeyError: 'weibo/1'"),
        (PermanentError("postgresql://u:canary@db/x\nrefused"), "postgresql://u:***@db/x refused"),
    ],
)
def test_whatever_a_check_raises_is_a_reason_in_one_line(
    server: HealthServer, patient: Patient, error: Exception, reason: str
) -> None:
    patient.ill = error
    assert get(server, "/readyz") == (503, f"{reason}\n")


def test_a_loop_in_trouble_is_alive_and_not_ready(server: HealthServer, vitals: Vitals) -> None:
    pulse = vitals.pulse("alerter")
    assert get(server, "/readyz") == (503, "alerter：正在启动\n")
    pulse.beat(60, "the broker is away")
    assert get(server, "/readyz") == (503, "alerter：the broker is away\n")
    assert get(server, "/healthz") == (200, "ok\n")
    pulse.beat()
    assert get(server, "/readyz") == (200, "ready\n")


def test_a_stuck_loop_is_not_alive(server: HealthServer, vitals: Vitals) -> None:
    vitals.pulse("collector", longest_round_seconds=-1)
    status, text = get(server, "/healthz")
    assert status == 503
    assert text.startswith("collector：")


def test_an_announced_pause_is_no_stall() -> None:
    pulse = Pulse("collector", longest_round_seconds=0)
    pulse.beat(pause_seconds=60)
    assert pulse.stalled() is None


def test_who_dies_for_long_is_not_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    pulse = Pulse("analyzer")
    pulse.dying(True)
    assert pulse.stalled() is None
    monkeypatch.setattr(vital, "LONGEST_DYING_SECONDS", -1.0)
    assert "反复出错" in (pulse.stalled() or "")
    pulse.dying(False)
    assert pulse.stalled() is None


def talk(server: HealthServer, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request)
        received = b""
        try:
            while more := connection.recv(65536):
                received += more
        except ConnectionResetError:
            pass
    return received


def test_head_has_no_body_and_post_is_refused(server: HealthServer) -> None:
    head, _, body = talk(server, b"HEAD /healthz HTTP/1.1\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 200")
    assert body == b""
    assert talk(server, b"POST /healthz HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.0 405")


@pytest.mark.parametrize(
    "request_", [b"\r\n\r\n", b"\x16\x03\x01\xff\n\n", b"GET\n\n", b"GET /" + b"a" * 100_000 + b"\n\n"]
)
def test_what_is_no_request_is_answered_or_dropped_in_silence(
    server: HealthServer, request_: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    with suppress(OSError):
        talk(server, request_)
    assert get(server, "/healthz") == (200, "ok\n")
    assert capsys.readouterr().err == ""


def test_a_hundred_slow_clients_keep_nobody_waiting(server: HealthServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_request, "REQUEST_SECONDS", 2.0)
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    for connection in slow:
        connection.sendall(b"GET /readyz")
    assert get(server, "/readyz") == (200, "ready\n")
    for connection in slow:
        connection.settimeout(60)
        assert connection.recv(1) == b""  # hung up on
        connection.close()


def test_more_connections_than_bearable_are_hung_up_on_and_the_server_recovers(
    server: HealthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_request, "REQUEST_SECONDS", 1.0)
    many = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(health.MAX_CONNECTIONS + 50)]
    for connection in many:
        connection.settimeout(60)
        assert connection.recv(1) == b""
        connection.close()
    deadline = time.monotonic() + 30
    while True:
        try:
            assert get(server, "/healthz") == (200, "ok\n")
            return
        except OSError:
            assert time.monotonic() < deadline


def test_a_metric_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> float:
        raise RuntimeError("the database is away")

    metrics = Metrics()
    metrics.lag.labels("analyzer").set_function(broken)
    metrics.visits.labels("weibo", "ok").inc()
    assert b"xunjian_visits_total" in metrics.render()
