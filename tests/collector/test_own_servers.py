"""A bridge of the office's own lies on its own network: what the settings name is opened there, and nothing else."""

import socket
from collections.abc import Sequence

import pytest

from services.collector.capture import Captured, Plan
from services.collector.download import Downloader
from shared.clock import utc_now
from shared.errors import InputError
from shared.events import Outcome
from tests.collector.downloading import answer, told
from tests.fakes.raw_server import RawServer, head_of


def ask(url: str, own: Sequence[str] = ()) -> Captured:
    return Downloader(utc_now, own=own).visit("feed", Plan(fetch=(url,)), ())


def leads_to(place: str) -> bytes:
    return answer(b"", f"Location: {place}", status="302 Found")


def test_what_the_settings_name_is_opened_inside() -> None:
    with RawServer(told(answer(b"feed"))) as server:
        captured = ask(f"{server.url}/a.rss", [f"{server.url}/"])
    assert captured.captures[0].body == b"feed"


def test_a_name_that_leads_inside_is_opened_where_the_settings_name_it() -> None:
    with RawServer(told(answer(b"feed"))) as server:
        named = f"http://localhost:{server.port}"
        assert ask(f"{named}/a.rss", [named]).captures[0].body == b"feed"


@pytest.mark.parametrize(
    "own", ["http://127.0.0.1:1", "https://127.0.0.1", "http://127.0.0.2:{port}", "http://[::1]:{port}"]
)
def test_another_port_scheme_or_host_stays_refused(own: str) -> None:
    with RawServer(told(answer(b"feed"))) as server, pytest.raises(InputError, match="内网"):
        ask(f"{server.url}/a.rss", [own.format(port=server.port)])
    assert server.connections == 0


def test_what_it_leads_to_elsewhere_inside_is_refused() -> None:
    with RawServer(told(answer(b"secret"))) as other, RawServer(told(leads_to(f"{other.url}/admin"))) as server:
        captured = ask(f"{server.url}/a.rss", [server.url])
    assert captured.failure is Outcome.NETWORK
    assert "跳转被拒绝" in (captured.reason or "")
    assert other.connections == 0


def test_it_may_lead_to_itself() -> None:
    def talk(connection: socket.socket) -> None:
        path = head_of(connection).split(b" ")[1]
        connection.sendall(answer(b"feed") if path == b"/b.rss" else leads_to("/b.rss"))

    with RawServer(talk) as server:
        assert ask(f"{server.url}/a.rss", [server.url]).captures[0].body == b"feed"


def test_one_of_the_offices_own_leads_to_no_other_of_them() -> None:
    with RawServer(told(answer(b"secret"))) as other, RawServer(told(leads_to(f"{other.url}/b.rss"))) as server:
        captured = ask(f"{server.url}/a.rss", [server.url, other.url])
    assert captured.failure is Outcome.NETWORK
    assert other.connections == 0
