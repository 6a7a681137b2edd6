"""What runs already is told as information; a stranger on our port is a failure."""

import socket
from contextlib import closing
from pathlib import Path

from shared.runtime.health import HealthServer
from shared.runtime.lock import holding
from shared.runtime.metrics import Metrics
from shared.runtime.vitals import Vitals
from tests.builders import NOW
from tests.fakes.raw_server import RawServer
from tests.xunjian.checks.signs import only
from xunjian.checks.diagnosis import Diagnosis, Sign
from xunjian.checks.service import check_holders, check_port, check_ports, holder_of, is_our_service, why_not_bound


def port_check(port: int) -> Diagnosis:
    return check_port("127.0.0.1", port, why_not_bound, is_our_service, "设置 metrics_port")


def test_whoever_holds_the_data_folder_is_named(tmp_path: Path) -> None:
    with holding(tmp_path, ("collector", "alerter"), NOW):
        check = only(check_holders(tmp_path, holder_of))
    assert check.sign is Sign.GOOD
    assert "collector、alerter（进程号" in check.detail
    assert "没有服务" in only(check_holders(tmp_path, holder_of)).detail


def test_looking_makes_no_lock(tmp_path: Path) -> None:
    list(check_holders(tmp_path, holder_of))
    assert list(tmp_path.iterdir()) == []


def test_a_free_port_is_fine_and_none_is_asked_for_with_0() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "空闲" in port_check(port).detail
    assert port_check(0).sign is Sign.GOOD


def test_several_free_ports_are_one_line_and_a_taken_one_has_its_own() -> None:
    def can_bind(host: str, port: int) -> str | None:
        return "Address already in use" if port == 9465 else None

    free, taken = check_ports("127.0.0.1", (9464, 9465, 9466), can_bind, lambda *_: False, "")
    assert free.line == "✓ 监控端口：127.0.0.1 的 9464、9466 空闲"
    assert taken.sign is Sign.FAILED


def test_a_port_of_our_own_service_is_fine() -> None:
    with closing(HealthServer("127.0.0.1", 0, Metrics(), Vitals())) as server:
        assert "由运行中的巡检服务使用" in port_check(server.port).detail


def test_a_port_of_a_stranger_fails() -> None:
    with RawServer(lambda connection: connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello")) as server:
        check = port_check(server.port)
    assert check.sign is Sign.FAILED
    assert "metrics_port" in check.remedy


def test_an_address_that_is_not_ours_fails() -> None:
    assert check_port("203.0.113.7", 9464, why_not_bound, lambda *_: False, "").sign is Sign.FAILED
